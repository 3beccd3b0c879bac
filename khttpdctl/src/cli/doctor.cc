// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/doctor.h"

#include <fmt/ostream.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"

namespace khttpd::cli {
namespace {

void print_findings(std::ostream &out, const doctor::Findings &findings) {
    for (const doctor::Finding &finding : findings) {
        fmt::print(out, "{:<4}  {:<13}  {}\n", doctor::verdict_name(finding.verdict), finding.check,
                   printable(finding.text));
        for (const std::string &cure : finding.cures)
            fmt::print(out, "hint: {}\n", printable(cure));
    }
}

Json findings_json(const doctor::Findings &findings) {
    Json json = json_object();
    json["fine"] = doctor::outcome(findings) == ExitCode::ok;
    json["checks"] = Json::array();
    for (const doctor::Finding &finding : findings)
        json["checks"].push_back({{"check", finding.check},
                                  {"verdict", doctor::verdict_name(finding.verdict)},
                                  {"message", finding.text},
                                  {"hints", finding.cures}});
    return json;
}

} // namespace

Result<int> doctor(const Context &context, const DoctorOptions &options) {
    doctor::Machine machine = context.machine();
    machine.has_unit = context.has_unit;
    machine.unit = context.unit();
    machine.paths = context.paths;
    machine.client = [&context] { return context.client_if_loaded(); };
    const doctor::Findings findings = doctor::examine(machine);
    if (options.json)
        fmt::print(context.out, "{}\n", json_text(findings_json(findings)));
    else
        print_findings(context.out, findings);
    return static_cast<int>(doctor::outcome(findings));
}

} // namespace khttpd::cli
