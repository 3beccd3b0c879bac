// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace khttpd::cli {

/// How a piece of text looks.
enum class Style { plain, title, label, good, caution, bad };

/// One line of the display, in pieces of different looks.
class Line {
  public:
    Line() = default;

    Line(std::string text, Style style = Style::plain) { add(std::move(text), style); }

    Line &add(std::string text, Style style = Style::plain);
    /// @text in a column of @width, at its left or right edge.
    Line &left(const std::string &text, std::size_t width, Style style = Style::plain);
    Line &right(const std::string &text, std::size_t width, Style style = Style::plain);

    /// At most @columns wide, with escape sequences only where @color.
    std::string text(std::size_t columns, bool color) const;

  private:
    struct Piece {
        std::string text;
        Style style;
    };

    std::vector<Piece> pieces_;
};

} // namespace khttpd::cli
