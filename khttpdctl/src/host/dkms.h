// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "host/module.h"

namespace khttpd::host {

/// A build of the module for the running kernel that DKMS gave up.
struct FailedBuild {
    std::string version; ///< of the module
    std::filesystem::path log;
    std::string reason; ///< the first line of the log that tells an error; may be empty
};

/// DKMS removes the directory of a build that succeeded, and leaves that of one that failed.
std::optional<FailedBuild> find_failed_build(const ModulePlaces &places);

} // namespace khttpd::host
