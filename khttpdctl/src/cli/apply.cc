// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/apply.h"

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "config/load.h"
#include "config/verify.h"

namespace khttpd::cli {

Result<int> apply(const Context &context, const ApplyOptions &options) {
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    const auto verified = config::verify(*config);
    if (!verified)
        return verified.error();
    for (const std::string &warning : verified->warnings)
        context.warn(warning);

    auto client = context.client();
    if (!client)
        return client.error();
    const auto plan = control::make_plan(*client, verified->settings);
    if (!plan)
        return plan.error();
    for (const std::string &line : control::describe(*plan))
        options.dry_run ? fmt::print(context.out, "{}\n", line) : context.detail(line);
    if (!plan->changes())
        context.detail("the kernel has this configuration already");
    if (options.dry_run)
        return 0;

    const auto changed = control::carry_out(*client, *plan, verified->settings);
    if (!changed)
        return config::locate(changed.error(), *config);
    if (!changed->warning.empty())
        context.warn(changed->warning);
    return 0;
}

} // namespace khttpd::cli
