// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>

#include "cli/commands.h"

namespace khttpd::cli {

Result<int> start(const Context &context) {
    const auto applied = apply(context, {});
    if (!applied)
        return applied;
    auto client = context.client();
    if (!client)
        return client.error();
    const auto server = client->server_with_listeners();
    if (!server)
        return server.error();
    context.say(fmt::format("serving {} on {}", server->settings.root,
                            endpoints(server->settings.listeners)));
    if (context.has_unit())
        context.hint(fmt::format("'systemctl start {}' also supervises the server and stops it at "
                                 "shutdown",
                                 context.unit()));
    return 0;
}

} // namespace khttpd::cli
