// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>

#include "base/result.h"
#include "config/verify.h"
#include "doctor/machine.h"

namespace khttpd::doctor {

/// What several checks need to know of a machine, found out once.
struct Patient {
    static Patient admit(const Machine &machine);

    /// The server runs.
    bool serves() const;
    /// Whether this process has CAP_NET_ADMIN.
    bool may_change() const;

    const Machine &machine;
    std::optional<std::filesystem::path> module; ///< its file for the running kernel
    std::optional<std::string> loaded;           ///< its version, where it is loaded
    Result<config::Config> config;               ///< as the files say
    Result<std::optional<Server>> server;        ///< with its listeners; nothing without the module
};

} // namespace khttpd::doctor
