// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace khttpd::cli {
namespace {

// ECMA-48 and its common private extensions.
constexpr const char *hide_cursor = "\x1b[?25l";
constexpr const char *show_cursor = "\x1b[?25h";
constexpr const char *begin_update = "\x1b[?2026h";
constexpr const char *end_update = "\x1b[?2026l";
constexpr const char *home = "\x1b[H";
constexpr const char *erase_line_end = "\x1b[K";
constexpr const char *erase_below = "\x1b[J";

} // namespace

TerminalSize terminal_size() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0 || size.ws_row == 0)
        return {80, 24};
    return {size.ws_col, size.ws_row};
}

Terminal::Terminal(std::ostream &out)
    : out_(out), keyboard_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    take();
}

Terminal::~Terminal() {
    give_back();
}

void Terminal::take() {
    if (keyboard_) {
        termios raw = before_;
        // Signals stay, so ^C and ^Z do what they do everywhere.
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_cc[VMIN] = 0;
        raw.c_cc[VTIME] = 0;
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    out_ << hide_cursor << home << erase_below << std::flush;
}

void Terminal::give_back() {
    out_ << show_cursor << '\n' << std::flush;
    if (keyboard_)
        tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

void Terminal::draw(const std::vector<std::string> &lines) {
    out_ << begin_update << home;
    const char *separator = "";
    for (const std::string &line : lines) {
        out_ << separator << line << erase_line_end;
        separator = "\r\n";
    }
    out_ << erase_below << end_update << std::flush;
}

char Terminal::read_key() {
    char key = 0;
    return ::read(STDIN_FILENO, &key, 1) == 1 ? key : '\0';
}

} // namespace khttpd::cli
