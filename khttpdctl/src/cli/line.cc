// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/line.h"

#include <algorithm>

namespace khttpd::cli {
namespace {

std::string_view escape(Style style) {
    switch (style) {
    case Style::title:
        return "\x1b[1m";
    case Style::label:
        return "\x1b[2m";
    case Style::good:
        return "\x1b[32m";
    case Style::caution:
        return "\x1b[33m";
    case Style::bad:
        return "\x1b[31m";
    case Style::plain:
        break;
    }
    return "";
}

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

/// Columns of @text, in UTF-8, taken as one for each character.
std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
}

/// The first @columns of @text.
std::string_view clip(std::string_view text, std::size_t columns) {
    std::size_t end = 0;
    while (end < text.size() && (columns > 0 || continues_character(text[end]))) {
        columns -= continues_character(text[end]) ? 0 : 1;
        ++end;
    }
    return text.substr(0, end);
}

std::string padding(const std::string &text, std::size_t columns) {
    const std::size_t used = width(text);
    return std::string(used < columns ? columns - used : 0, ' ');
}

} // namespace

Line &Line::add(std::string text, Style style) {
    pieces_.push_back({std::move(text), style});
    return *this;
}

Line &Line::left(const std::string &text, std::size_t columns, Style style) {
    return add(text, style).add(padding(text, columns));
}

Line &Line::right(const std::string &text, std::size_t columns, Style style) {
    return add(padding(text, columns)).add(text, style);
}

std::string Line::text(std::size_t columns, bool color) const {
    std::string result;
    for (const Piece &piece : pieces_) {
        const std::string_view visible = clip(piece.text, columns);
        columns -= width(visible);
        const std::string_view code = color && !visible.empty() ? escape(piece.style) : "";
        result += code;
        result += visible;
        if (!code.empty())
            result += "\x1b[0m";
    }
    if (!color)
        result.erase(result.find_last_not_of(' ') + 1);
    return result;
}

} // namespace khttpd::cli
