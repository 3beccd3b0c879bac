// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "host/command.h"
#include "host/module.h"
#include "netlink/client.h"

namespace khttpd::doctor {

/// Where the doctor looks; the tests give it a made-up machine.
struct Machine {
    host::ModulePlaces places;
    std::filesystem::path proc = "/proc";
    host::Command command;          ///< modinfo and systemctl
    std::function<bool()> has_unit; ///< systemd runs here, and knows the service
    std::string unit = "khttpd";    ///< the one of the server that is looked at
    config::Paths paths;
    /// A client if the module is loaded already.
    std::function<Result<std::optional<netlink::Client>>()> client;
};

/// The version of the module's file for the running kernel; nothing where there is none, or where
/// that cannot be read.
std::optional<std::string> installed_version(const Machine &machine);

} // namespace khttpd::doctor
