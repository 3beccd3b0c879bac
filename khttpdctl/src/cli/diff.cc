// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/difference_json.h"
#include "cli/running.h"
#include "control/describe.h"

namespace khttpd::cli {
namespace {

constexpr int same = 0;
constexpr int different = 1;

/// Compares; of a server that does not run only that is different.
Result<control::Plan> compare(const Context &context, const control::Wanted &wanted) {
    control::Plan stopped;
    stopped.start = true;
    auto reached = loaded_server(context);
    if (!reached)
        return reached.error();
    if (!*reached)
        return stopped;
    if ((*reached)->server.state == KHTTPD_STATE_RUNNING)
        return control::make_plan((*reached)->client, wanted);
    stopped.have = std::move((*reached)->server);
    return stopped;
}

} // namespace

Result<int> diff(const Context &context, const DiffOptions &options) {
    const auto wanted = control::read_files(context.paths);
    if (!wanted)
        return wanted.error();
    control::tell(*wanted, context.messages());
    const auto plan = compare(context, *wanted);
    if (!plan)
        return plan.error();
    if (options.json) {
        Json json = json_object();
        json["same"] = !plan->changes();
        json["generation"] = plan->have.generation;
        json["differences"] = differences_json(*plan, *wanted);
        fmt::print(context.out, "{}\n", json_text(json));
    } else {
        for (const std::string &line : control::describe(*plan))
            fmt::print(context.out, "{}\n", line);
    }
    return plan->changes() ? different : same;
}

} // namespace khttpd::cli
