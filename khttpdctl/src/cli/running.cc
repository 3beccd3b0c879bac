// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/running.h"

#include "config/of_settings.h"
#include "control/cpumask.h"

namespace khttpd::cli {

Result<std::optional<config::Config>> running_config(const Context &context) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client)
        return std::nullopt;
    auto server = (*client)->everything();
    if (!server)
        return server.error();
    if (server->state != KHTTPD_STATE_RUNNING)
        return std::nullopt;
    server->settings.cpumasks = control::read_cpumasks(context.paths, *server);
    return std::optional{config::config_of(std::move(server->settings))};
}

} // namespace khttpd::cli
