// SPDX-License-Identifier: GPL-2.0-or-later

#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/sampler.h"
#include "cli/stats_json.h"
#include "cli/stats_prometheus.h"
#include "cli/terminal.h"
#include "cli/watch.h"

namespace khttpd::cli {
namespace {

/// Whatever happens is a sample, too: who collects these has nobody to show an error to.
int expose(const Context &context) {
    const View view = Sampler{context, false}.take_anyhow();
    if (!view.server)
        context.warn(view.problem);
    fmt::print(context.out, "{}", stats_prometheus(view));
    return 0;
}

} // namespace

Result<int> stats(const Context &context, const StatsOptions &options) {
    if (options.prometheus) {
        if (options.interval)
            return Error{ExitCode::usage, "--format=prometheus cannot be watched",
                         "let khttpd-metrics.timer run it again and again"};
        return expose(context);
    }
    // Where there is nothing that could be loaded, say why rather than "stopped".
    if (context.module_state() == host::ModuleState::missing)
        if (const auto client = context.client(); !client)
            return client.error();
    if (options.interval)
        return watch(context, options);

    const auto view = Sampler{context, false}.take();
    if (!view)
        return view.error();
    if (options.json) {
        fmt::print(context.out, "{}\n", json_text(stats_json(*view)));
        return 0;
    }
    const Look look{context.terminal ? terminal_size().columns : 80, context.color,
                    context.unicode};
    for (const std::string &line : render(*view, look))
        fmt::print(context.out, "{}\n", line);
    return 0;
}

} // namespace khttpd::cli
