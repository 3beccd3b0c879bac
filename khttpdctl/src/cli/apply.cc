// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/apply.h"

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "control/describe.h"

namespace khttpd::cli {

Result<int> apply(const Context &context, const ApplyOptions &options) {
    const auto wanted = control::read_files(context.paths);
    if (!wanted)
        return wanted.error();
    control::tell(*wanted, context.messages());

    auto client = context.client();
    if (!client)
        return client.error();
    if (!options.dry_run) {
        if (const auto applied = control::apply(*client, *wanted, context.messages()); !applied)
            return applied.error();
        return 0;
    }
    const auto plan = control::make_plan(*client, wanted->settings);
    if (!plan)
        return plan.error();
    for (const std::string &line : control::describe(*plan))
        fmt::print(context.out, "{}\n", line);
    if (!plan->changes())
        context.detail("the kernel has this configuration already");
    return 0;
}

} // namespace khttpd::cli
