// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace CLI {
class App;
}

namespace khttpd::cli {

/// The shells that there is a completion script for.
inline constexpr std::string_view completion_shells[] = {"bash", "zsh", "fish"};

/// The script for @shell, one of completion_shells. All that it knows it asks of
/// print_candidates().
std::string_view completion_script(std::string_view shell);

/// Prints what the last of @words, which may be empty, can become after those before it: a line
/// "WORD\tDESCRIPTION" for each, or ":files" or ":directories" where the shell knows better.
/// @words are those behind the name of the program @app; virtual hosts are read from @paths.
void print_candidates(std::ostream &out, const CLI::App &app, config::Paths paths,
                      const std::vector<std::string> &words);

} // namespace khttpd::cli
