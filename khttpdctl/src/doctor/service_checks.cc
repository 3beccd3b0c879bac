// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>

#include "doctor/checks.h"

namespace khttpd::doctor {
namespace {

/// What systemctl answers to @question about the service.
std::string ask(const Patient &patient, const char *question) {
    return patient.machine.command({"systemctl", question, patient.machine.unit + ".service"})
        .value_or("");
}

Finding not_running(const Patient &patient) {
    Finding finding{"server", Verdict::fail, "is not running", {}, ExitCode::unavailable};
    if (!patient.machine.has_unit()) {
        finding.cures = {"khttpdctl start"};
        return finding;
    }
    const std::string &unit = patient.machine.unit;
    if (ask(patient, "is-active") == "failed") {
        finding.text = fmt::format("is not running: {}.service failed", unit);
        finding.cures = {fmt::format("journalctl --unit {} --lines 20", unit)};
    }
    finding.cures.push_back("systemctl start " + unit);
    return finding;
}

} // namespace

Findings check_permission(const Patient &patient) {
    if (patient.may_change())
        return {{"permission", Verdict::ok, "this user may change the server"}};
    return {{"permission",
             Verdict::warn,
             "this user has no CAP_NET_ADMIN, so can look at the server but not change it",
             {"sudo khttpdctl doctor"}}};
}

Findings check_service(const Patient &patient) {
    constexpr std::string_view name = "service";
    if (!patient.machine.has_unit())
        return {{name, Verdict::ok, "systemd does not run here, or has no khttpd.service"}};
    const std::string &unit = patient.machine.unit;
    const std::string answer = ask(patient, "is-enabled");
    if (answer == "enabled")
        return {{name, Verdict::ok, "starts at boot"}};
    if (answer.starts_with("masked"))
        return {{name,
                 Verdict::fail,
                 unit + ".service is masked",
                 {"systemctl unmask " + unit},
                 ExitCode::unavailable}};
    return {{name,
             Verdict::warn,
             fmt::format("does not start at boot: {}.service is {}", unit,
                         answer.empty() ? "not known to systemctl" : answer),
             {"systemctl enable " + unit}}};
}

Findings check_server(const Patient &patient) {
    constexpr std::string_view name = "server";
    if (!patient.server) {
        const Error &error = patient.server.error();
        return {{name, Verdict::fail, error.message, {}, error.code}};
    }
    if (!patient.serves())
        return {not_running(patient)};
    const Settings &settings = (*patient.server)->settings;
    const std::string text =
        fmt::format("serves {} at {}", settings.root, endpoints(settings.listeners));
    if (patient.machine.has_unit() && ask(patient, "is-active") != "active")
        return {{name,
                 Verdict::warn,
                 text + ", but its service does not run to watch over it",
                 {"systemctl start " + patient.machine.unit}}};
    return {{name, Verdict::ok, text}};
}

} // namespace khttpd::doctor
