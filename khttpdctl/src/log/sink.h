// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace khttpd::log {

/// What became of some lines.
struct Written {
    std::uint64_t lost = 0; ///< lines that could not be written
    int error = 0;          ///< errno of the first of them
};

/// Where the lines of the access log go.
class Sink {
  public:
    virtual ~Sink() = default;
    /// Writes @lines, each with its end.
    virtual Written write(std::string_view lines) = 0;
};

/// A file, to which whole lines are appended: of one that the disk has no room for nothing stays.
Result<std::unique_ptr<Sink>> open_file(const std::filesystem::path &path);

/// The journal, where each line is a message of "khttpd-access".
std::unique_ptr<Sink> open_journal();

inline constexpr const char *journal_identifier = "khttpd-access";

/// access.log in the directory that the service manager gave to this process, or in
/// /var/log/khttpd, or beneath that for the server of the network namespace @netns.
std::filesystem::path file_path(const std::string &netns = {});

} // namespace khttpd::log
