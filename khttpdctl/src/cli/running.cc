// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/running.h"

#include "config/of_settings.h"
#include "control/cpumask.h"

namespace khttpd::cli {

Result<std::optional<Reached>> loaded_server(const Context &context, AskServer ask) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client)
        return std::nullopt;
    auto server = ((**client).*ask)();
    if (!server)
        return server.error();
    return std::optional<Reached>{Reached{std::move(**client), std::move(*server)}};
}

Result<std::optional<Reached>> running_server(const Context &context, AskServer ask) {
    auto reached = loaded_server(context, ask);
    if (reached && *reached && (*reached)->server.state != KHTTPD_STATE_RUNNING)
        return std::nullopt;
    return reached;
}

Result<Change> change_of_hosts(netlink::Client &client, const Server &server) {
    auto hosts = client.hosts();
    if (!hosts)
        return hosts.error();
    Change change;
    change.expect_generation = server.generation;
    change.hosts = std::move(*hosts);
    return change;
}

Result<std::optional<config::Config>> running_config(const Context &context) {
    auto running = running_server(context, &netlink::Client::everything);
    if (!running)
        return running.error();
    if (!*running)
        return std::nullopt;
    Server &server = (*running)->server;
    server.settings.cpumasks = control::read_cpumasks(context.paths, server);
    return std::optional{config::config_of(std::move(server.settings))};
}

} // namespace khttpd::cli
