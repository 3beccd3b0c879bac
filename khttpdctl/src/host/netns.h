// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"

namespace khttpd::host {

/// The network namespaces that have a name, as ip-netns(8) keeps them.
class NetworkNamespaces {
  public:
    explicit NetworkNamespaces(std::filesystem::path directory = "/run/netns")
        : directory_(std::move(directory)) {}

    /// Moves this process, which has only one thread yet, into the namespace called @name; its
    /// mounts stay as they are. Needs CAP_SYS_ADMIN, unless the process is there already.
    Result<void> enter(const std::string &name) const;

    /// Whether @name is that of the namespace which this process is in: no more once it was
    /// deleted, and perhaps made anew.
    bool is_own(const std::string &name) const;

  private:
    Error not_found(const std::string &name) const;

    std::filesystem::path directory_;
};

} // namespace khttpd::host
