// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/module.h"

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include <fmt/core.h>

namespace khttpd::host {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path &path) {
    std::error_code failure;
    return fs::exists(path, failure);
}

/// Whether @name is a file of the module, compressed or not.
bool is_module_file(const std::string &name) {
    constexpr std::string_view plain = "khttpd.ko";
    return name == plain || (name.starts_with(plain) && name[plain.size()] == '.');
}

/// The module's file for the running kernel.
std::optional<fs::path> find_module(const ModulePlaces &places) {
    std::error_code failure;
    fs::recursive_directory_iterator each{places.lib_modules / places.release,
                                          fs::directory_options::skip_permission_denied, failure};
    for (; !failure && each != fs::recursive_directory_iterator{}; each.increment(failure))
        if (is_module_file(each->path().filename().string()))
            return each->path();
    return std::nullopt;
}

/// Whether a line of modprobe.d(5) keeps the module from being loaded by its alias.
bool forbids(const std::string &line) {
    std::istringstream words{line};
    std::string command;
    std::string module;
    std::string action;
    words >> command >> module >> action;
    return module == "khttpd" &&
           (command == "blacklist" ||
            (command == "install" && (action.ends_with("/true") || action.ends_with("/false"))));
}

/// "FILE:LINE" of what forbids loading the module.
std::optional<std::string> find_blacklisting(const ModulePlaces &places) {
    for (const fs::path &directory : places.modprobe) {
        std::error_code failure;
        fs::directory_iterator each{directory, failure};
        for (; !failure && each != fs::directory_iterator{}; each.increment(failure)) {
            if (each->path().extension() != ".conf")
                continue;
            std::ifstream file{each->path()};
            int number = 0;
            for (std::string line; std::getline(file, line);) {
                ++number;
                if (forbids(line))
                    return fmt::format("{}:{}", each->path().string(), number);
            }
        }
    }
    return std::nullopt;
}

/// Whether the module's source is here for DKMS to build.
bool has_source(const ModulePlaces &places) {
    std::error_code failure;
    const fs::directory_iterator files{places.sources, failure};
    return !failure && std::any_of(begin(files), end(files), [](const fs::directory_entry &each) {
        return each.path().filename().string().starts_with("khttpd-");
    });
}

Error not_built(const ModulePlaces &places) {
    if (!has_source(places))
        return {ExitCode::unavailable, "the khttpd module is not installed",
                "apt install khttpd-dkms"};
    if (!is_there(places.lib_modules / places.release / "build"))
        return {ExitCode::unavailable,
                fmt::format("the khttpd module is not built for the running kernel {}: the headers "
                            "of this kernel are missing",
                            places.release),
                fmt::format("apt install linux-headers-{}", places.release)};
    return {ExitCode::unavailable,
            fmt::format("the khttpd module is not built for the running kernel {}", places.release),
            "'dkms autoinstall' builds it; if that fails, it names the log that says why"};
}

} // namespace

ModulePlaces ModulePlaces::of_this_machine() {
    ModulePlaces places;
    utsname name;
    if (uname(&name) == 0)
        places.release = name.release;
    return places;
}

ModuleState module_state(const ModulePlaces &places) {
    if (is_there(places.sys_module / "khttpd"))
        return ModuleState::loaded;
    return find_module(places) ? ModuleState::installed : ModuleState::missing;
}

Error explain_absence(const ModulePlaces &places) {
    if (is_there(places.sys_module / "khttpd"))
        return {ExitCode::temporary, "the khttpd module is being loaded or unloaded right now",
                "try again; 'modprobe -r khttpd' ends a module that failed to start"};
    const auto file = find_module(places);
    if (!file)
        return not_built(places);
    if (const auto place = find_blacklisting(places))
        return {ExitCode::unavailable,
                fmt::format("the khttpd module is kept from being loaded by {}", *place),
                "remove that line, or load the module by hand: modprobe khttpd"};
    return {ExitCode::unavailable,
            fmt::format("the khttpd module {} is built, but could not be loaded", file->string()),
            "'modprobe khttpd', as root, says why; with Secure Boot, the key that DKMS signs with "
            "has to be enrolled: mokutil --import /var/lib/dkms/mok.pub"};
}

} // namespace khttpd::host
