// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/module.h"

#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/core.h>

#include "host/dkms.h"
#include "host/secure_boot.h"

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

/// Each of these has only room for one cause; the doctor looks at all.
std::string with_doctor(const std::string &hint) {
    return hint + "; 'khttpdctl doctor' tells more";
}

Error not_built(const ModulePlaces &places) {
    if (!has_source(places))
        return {ExitCode::unavailable, "the khttpd module is not installed",
                with_doctor("apt install khttpd-dkms")};
    const std::string message =
        fmt::format("the khttpd module is not built for the running kernel {}", places.release);
    if (!has_headers(places))
        return {ExitCode::unavailable, message + ": the headers of this kernel are missing",
                with_doctor(fmt::format("apt install linux-headers-{}", places.release))};
    if (const auto failed = find_failed_build(places))
        return {ExitCode::unavailable, fmt::format("{}: DKMS failed: {}", message, failed->reason),
                with_doctor(fmt::format("the log is {}", failed->log.string()))};
    return {ExitCode::unavailable, message, with_doctor("dkms autoinstall")};
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

std::optional<std::filesystem::path> find_module(const ModulePlaces &places) {
    std::error_code failure;
    fs::recursive_directory_iterator each{places.lib_modules / places.release,
                                          fs::directory_options::skip_permission_denied, failure};
    for (; !failure && each != fs::recursive_directory_iterator{}; each.increment(failure))
        if (is_module_file(each->path().filename().string()))
            return each->path();
    return std::nullopt;
}

std::optional<std::string> loaded_version(const ModulePlaces &places) {
    std::ifstream file{places.sys_module / "khttpd" / "version"};
    std::string version;
    if (!std::getline(file, version))
        return std::nullopt;
    return version;
}

bool has_source(const ModulePlaces &places) {
    std::error_code failure;
    const fs::directory_iterator files{places.sources, failure};
    return !failure && std::any_of(begin(files), end(files), [](const fs::directory_entry &each) {
        return each.path().filename().string().starts_with("khttpd-");
    });
}

bool has_headers(const ModulePlaces &places) {
    return is_there(places.headers());
}

std::string Blacklisting::text() const {
    return fmt::format("{}:{}", file.string(), line);
}

std::optional<Blacklisting> find_blacklisting(const ModulePlaces &places) {
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
                    return Blacklisting{each->path(), number};
            }
        }
    }
    return std::nullopt;
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
                fmt::format("the khttpd module is kept from being loaded by {}", place->text()),
                with_doctor("remove that line, or load the module by hand: modprobe khttpd")};
    const std::string message =
        fmt::format("the khttpd module {} is built, but could not be loaded", file->string());
    if (find_signing(places) == Signing::missing)
        return {ExitCode::unavailable,
                message + ": it has to be signed with a key that the kernel knows",
                with_doctor(fmt::format("mokutil --import {}", signing_key(places).string()))};
    return {ExitCode::unavailable, message, with_doctor("'modprobe khttpd', as root, says why")};
}

} // namespace khttpd::host
