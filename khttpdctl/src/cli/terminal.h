// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <termios.h>

#include <ostream>
#include <string>
#include <vector>

namespace khttpd::cli {

struct TerminalSize {
    std::size_t columns;
    std::size_t rows;
};

/// Of the terminal at standard output; 80 by 24 where that has none.
TerminalSize terminal_size();

/// Holds a terminal for a display that is redrawn in place: no cursor, no echo, keys without Enter.
/// Leaves it as it was when destroyed.
class Terminal {
  public:
    explicit Terminal(std::ostream &out);
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;
    ~Terminal();

    void take();
    void give_back();
    /// Replaces what is on the screen, without flicker where the terminal can.
    void draw(const std::vector<std::string> &lines);

    /// The next key, or 0 when there is none.
    static char read_key();

  private:
    std::ostream &out_;
    termios before_{};
    bool keyboard_; ///< standard input is a terminal
};

} // namespace khttpd::cli
