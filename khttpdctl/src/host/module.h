// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
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

    std::filesystem::path headers() const { return lib_modules / release / "build"; }

    std::string release;
    std::filesystem::path sys_module = "/sys/module";
    std::filesystem::path lib_modules = "/lib/modules";
    std::filesystem::path sources = "/usr/src";
    std::vector<std::filesystem::path> modprobe = {"/etc/modprobe.d", "/run/modprobe.d",
                                                   "/usr/local/lib/modprobe.d",
                                                   "/usr/lib/modprobe.d", "/lib/modprobe.d"};
    std::filesystem::path dkms = "/var/lib/dkms";
    std::filesystem::path efivars = "/sys/firmware/efi/efivars";
    std::filesystem::path lockdown = "/sys/kernel/security/lockdown";
};

ModuleState module_state(const ModulePlaces &places);

/// The module's file for the running kernel.
std::optional<std::filesystem::path> find_module(const ModulePlaces &places);

/// The version of the module that is loaded; nothing where none is.
std::optional<std::string> loaded_version(const ModulePlaces &places);

/// Whether the module's source is here for DKMS to build.
bool has_source(const ModulePlaces &places);

/// Whether the headers are here that a module for the running kernel is built against.
bool has_headers(const ModulePlaces &places);

/// A line of modprobe.d(5) that keeps the module from being loaded when it is needed.
struct Blacklisting {
    std::filesystem::path file;
    int line; ///< from 1

    std::string text() const;
};

std::optional<Blacklisting> find_blacklisting(const ModulePlaces &places);

/// Why the kernel has no khttpd, and what to do about it: the first that is found of what the
/// doctor looks for.
Error explain_absence(const ModulePlaces &places);

} // namespace khttpd::host
