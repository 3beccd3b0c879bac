// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace khttpd::host {

/// Runs a command, found by PATH or among those of the administrator, and returns its standard
/// output without the last line's end, whatever its exit status; nothing where it could not be run.
/// What it says on standard error is dropped.
using Command = std::function<std::optional<std::string>(const std::vector<std::string> &)>;

std::optional<std::string> run_command(const std::vector<std::string> &words);

} // namespace khttpd::host
