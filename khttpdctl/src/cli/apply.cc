// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/apply.h"

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/difference_json.h"
#include "cli/running.h"
#include "control/describe.h"

namespace khttpd::cli {
namespace {

void print_dry_run(const Context &context, const control::Plan &plan) {
    for (const std::string &line : control::describe(plan))
        fmt::print(context.out, "{}\n", line);
    if (!plan.changes())
        context.detail("the kernel has this configuration already");
}

bool runs(const Context &context) {
    const auto running = running_server(context);
    return running && *running;
}

} // namespace

Result<int> apply(const Context &context, const ApplyOptions &options) {
    const auto wanted = control::read_files(context.paths);
    if (!wanted) {
        if (runs(context))
            context.warn(control::unchanged);
        return wanted.error();
    }
    control::tell(*wanted, context.messages());

    auto client = context.client();
    if (!client)
        return client.error();
    const auto plan = control::make_plan(*client, *wanted);
    if (!plan)
        return plan.error();
    if (const auto expected = control::check_generation(plan->have, options.expect_generation);
        !expected)
        return expected.error();
    std::uint64_t generation = plan->have.generation;
    if (!options.dry_run) {
        const auto server = control::carry_out(*client, *plan, *wanted, context.messages());
        if (!server)
            return server.error();
        generation = server->generation;
    } else if (!options.json) {
        print_dry_run(context, *plan);
    }
    if (options.json) {
        Json json = json_object();
        json["applied"] = !options.dry_run;
        json["generation"] = generation;
        json["differences"] = differences_json(*plan, *wanted);
        fmt::print(context.out, "{}\n", json_text(json));
    }
    return 0;
}

} // namespace khttpd::cli
