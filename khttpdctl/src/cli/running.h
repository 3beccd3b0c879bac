// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "cli/context.h"

namespace khttpd::cli {

/// A server, and the way to it.
struct Reached {
    netlink::Client client;
    Server server;
};

/// Which part of a server is asked for.
using AskServer = Result<Server> (netlink::Client::*)();

/// The server of the loaded module, in any state; nothing while none is loaded.
Result<std::optional<Reached>> loaded_server(const Context &context,
                                             AskServer ask = &netlink::Client::server);

/// The server if it runs.
Result<std::optional<Reached>> running_server(const Context &context,
                                              AskServer ask = &netlink::Client::server);

/// The hosts of @server, which runs, to be replaced unless somebody else does so meanwhile.
Result<Change> change_of_hosts(netlink::Client &client, const Server &server);

/// The settings of the running server in the form of a configuration; nothing while none runs.
Result<std::optional<config::Config>> running_config(const Context &context);

} // namespace khttpd::cli
