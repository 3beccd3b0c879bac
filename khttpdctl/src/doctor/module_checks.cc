// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>

#include "base/version.h"
#include "doctor/checks.h"
#include "host/dkms.h"
#include "host/secure_boot.h"

namespace khttpd::doctor {
namespace {

constexpr ExitCode no_module = ExitCode::unavailable;

Finding not_built(const Patient &patient) {
    constexpr std::string_view name = "build";
    const host::ModulePlaces &places = patient.machine.places;
    if (!host::has_source(places))
        return {name,
                Verdict::fail,
                "the module is not installed",
                {"apt install khttpd-dkms"},
                no_module};
    if (const auto failed = host::find_failed_build(places))
        return {name,
                Verdict::fail,
                fmt::format("DKMS could not build the module: {}: {}", failed->log.string(),
                            failed->reason),
                {fmt::format("less {}", failed->log.string()),
                 fmt::format("dkms install khttpd/{} -k {}", failed->version, places.release)},
                no_module};
    return {name,
            Verdict::fail,
            fmt::format("there is no module for the running kernel {}", places.release),
            {fmt::format("dkms autoinstall -k {}", places.release)},
            no_module};
}

std::string quoted(const std::filesystem::path &path) {
    return fmt::format("'{}'", path.string());
}

} // namespace

Findings check_headers(const Patient &patient) {
    constexpr std::string_view name = "headers";
    const host::ModulePlaces &places = patient.machine.places;
    if (host::has_headers(places))
        return {
            {name, Verdict::ok, fmt::format("those of the kernel {} are there", places.release)}};
    const std::string cure = fmt::format("apt install linux-headers-{}", places.release);
    if (patient.module || patient.loaded)
        return {{name,
                 Verdict::warn,
                 fmt::format("those of the kernel {} are missing: an upgrade of the module could "
                             "not be built",
                             places.release),
                 {cure}}};
    return {{name,
             Verdict::fail,
             fmt::format("those of the kernel {} are missing, so the module cannot be built",
                         places.release),
             {cure},
             no_module}};
}

Findings check_build(const Patient &patient) {
    if (patient.module)
        return {{"build", Verdict::ok, patient.module->string()}};
    Finding finding = not_built(patient);
    if (patient.loaded) {
        finding.verdict = Verdict::warn;
        finding.code = ExitCode::ok;
        finding.text += "; the loaded one serves on, but has no file to be loaded from again";
    }
    return {finding};
}

Findings check_blacklist(const Patient &patient) {
    constexpr std::string_view name = "blacklist";
    const auto found = host::find_blacklisting(patient.machine.places);
    if (!found)
        return {{name, Verdict::ok, "nothing forbids loading the module"}};
    const std::vector<std::string> cures = {
        fmt::format("sed -i '{}s/^/#/' {}", found->line, quoted(found->file))};
    if (patient.loaded)
        return {{name, Verdict::warn,
                 fmt::format("{} forbids loading the module the next time", found->text()), cures}};
    return {{name, Verdict::fail, fmt::format("{} forbids loading the module", found->text()),
             cures, no_module}};
}

Findings check_signature(const Patient &patient) {
    constexpr std::string_view name = "signature";
    const host::ModulePlaces &places = patient.machine.places;
    const std::string key = host::signing_key(places).string();
    const std::vector<std::string> cures = {fmt::format("mokutil --import {}", key),
                                            "systemctl reboot"};
    switch (host::find_signing(places)) {
    case host::Signing::free:
        return {{name, Verdict::ok, "the kernel asks for none: Secure Boot is off"}};
    case host::Signing::enrolled:
        return {{name, Verdict::ok, fmt::format("Secure Boot is on, and {} is enrolled", key)}};
    case host::Signing::missing:
    case host::Signing::unknown:
        break;
    }
    if (patient.loaded)
        return {{name, Verdict::ok, "the kernel asks for one, and has loaded the module"}};
    if (host::find_signing(places) == host::Signing::unknown)
        return {{name,
                 Verdict::warn,
                 fmt::format("the kernel asks for one, and it cannot be told whether it knows {}; "
                             "this is only suspected until the module is loaded",
                             key),
                 {fmt::format("mokutil --test-key {}", key)}}};
    return {{name, Verdict::fail,
             fmt::format("Secure Boot or lockdown: the kernel does not know the key {}, with which "
                         "DKMS signs; the firmware asks for it once at the next boot",
                         key),
             cures, no_module}};
}

Findings check_versions(const Patient &patient) {
    constexpr std::string_view name = "versions";
    const std::string tool{tool_version()};
    const auto installed = installed_version(patient.machine);
    const std::string text =
        fmt::format("khttpdctl {}, module installed {}, loaded {}", tool,
                    installed.value_or("unknown"), patient.loaded.value_or("none"));
    if (installed && patient.loaded && *installed != *patient.loaded)
        return {{name,
                 Verdict::warn,
                 text + "; the loaded one serves on until the installed one is loaded",
                 {"systemctl stop khttpd && rmmod khttpd && systemctl start khttpd"}}};
    if (installed.value_or(tool) != tool || patient.loaded.value_or(tool) != tool)
        return {{name, Verdict::warn, text, {"apt install khttpd-dkms khttpdctl"}}};
    return {{name, Verdict::ok, text}};
}

std::optional<std::string> installed_version(const Machine &machine) {
    const auto file = host::find_module(machine.places);
    if (!file)
        return std::nullopt;
    auto version = machine.command({"modinfo", "-F", "version", file->string()});
    return version && !version->empty() ? version : std::nullopt;
}

} // namespace khttpd::doctor
