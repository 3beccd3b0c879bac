// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/doctor.h"

#include <algorithm>
#include <iterator>

#include "doctor/checks.h"

namespace khttpd::doctor {

std::string_view verdict_name(Verdict verdict) {
    switch (verdict) {
    case Verdict::ok:
        return "ok";
    case Verdict::warn:
        return "warn";
    case Verdict::fail:
        break;
    }
    return "fail";
}

Findings examine(const Machine &machine) {
    constexpr Findings (*checks[])(const Patient &) = {
        check_headers,    check_build,         check_blacklist, check_signature,
        check_versions,   check_configuration, check_roots,     check_ports,
        check_permission, check_service,       check_server,
    };
    const Patient patient = Patient::admit(machine);
    Findings all;
    for (const auto check : checks)
        std::ranges::move(check(patient), std::back_inserter(all));
    return all;
}

ExitCode outcome(const Findings &findings) {
    const auto failure = std::find_if(findings.begin(), findings.end(), [](const Finding &finding) {
        return finding.verdict == Verdict::fail;
    });
    return failure == findings.end() ? ExitCode::ok : failure->code;
}

} // namespace khttpd::doctor
