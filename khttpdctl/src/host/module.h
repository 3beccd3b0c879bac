// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace khttpd::host {

/// What is known of the module from the file system alone.
enum class ModuleState {
    loaded,
    installed, ///< for the running kernel, but not loaded
    missing,   ///< nothing that the running kernel could load
};

/// The places where the system keeps what concerns kernel modules, and the running kernel's
/// release.
struct ModulePlaces {
    /// Those of this machine.
    static ModulePlaces of_this_machine();

    std::string release;
    std::filesystem::path sys_module = "/sys/module";
    std::filesystem::path lib_modules = "/lib/modules";
    std::filesystem::path sources = "/usr/src";
    std::vector<std::filesystem::path> modprobe = {"/etc/modprobe.d", "/run/modprobe.d",
                                                   "/usr/local/lib/modprobe.d",
                                                   "/usr/lib/modprobe.d", "/lib/modprobe.d"};
};

ModuleState module_state(const ModulePlaces &places);

/// Why the kernel has no khttpd, and what to do about it.
Error explain_absence(const ModulePlaces &places);

} // namespace khttpd::host
