// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon.h"

#include "cli/commands.h"
#include "daemon/log.h"
#include "daemon/notify.h"

namespace khttpd::cli {

Result<int> daemon(const Context &context) {
    daemon::set_up_log(context.verbose, context.quiet);
    auto client = context.client();
    if (!client)
        return client.error();
    const auto deserted = [&] {
        return !context.netns.empty() && !context.namespaces.is_own(context.netns);
    };
    const auto status =
        daemon::Daemon{std::move(*client), context.paths, context.unit(), deserted}.run();
    if (!status)
        daemon::notify_status(status.error().message);
    return status;
}

} // namespace khttpd::cli
