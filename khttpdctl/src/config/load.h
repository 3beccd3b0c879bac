// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "config/config.h"

namespace khttpd::config {

/// Reads the main file and then the drop-ins in lexical order, later values before earlier ones.
/// A file or directory that is not there says nothing.
Result<Config> load(const Paths &paths);

/// The same as if the tool's own file had @own_text.
Result<Config> load_with_own(const Paths &paths, const std::string &own_text);

/// What the tool's own file says, whether or not it makes sense without the others.
Result<Config> load_own(const Paths &paths);

/// Reads one file alone, which has to be there.
Result<Config> load_single(const std::filesystem::path &file);

/// Reads @text alone as if it were a file.
Result<Config> load_text(const std::string &text);

} // namespace khttpd::config
