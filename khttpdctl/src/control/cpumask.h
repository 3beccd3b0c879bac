// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "netlink/client.h"

namespace khttpd::control {

// The CPUs of workqueues are no business of the module: the kernel shows each unbound workqueue
// with the flag sysfs as a directory, in which they can be chosen.

/// The CPUs of each workqueue of @server; empty where the kernel does not show them.
CpuMasks read_cpumasks(const config::Paths &paths, const Server &server);

/// The server with all lists and the CPUs of its workqueues.
Result<Server> read_server(netlink::Client &client, const config::Paths &paths);

/// Has the workqueues of @server use the CPUs that @wanted says, where it says any and they are not
/// those already. A workqueue that was replaced has lost them.
Result<void> put_cpumasks(const config::Paths &paths, const Server &server, const CpuMasks &wanted);

/// The same for a server that a change has just made @after of @before, as read_server() had it.
/// Only now the kernel can be asked for the masks, because the workqueues may be new; where it
/// refuses one, the change is taken back, and @warn gets to know whether that went well.
Result<void> complete_with_cpumasks(netlink::Client &client, const config::Paths &paths,
                                    const Server &before, const Server &after,
                                    const CpuMasks &wanted,
                                    const std::function<void(const std::string &)> &warn);

} // namespace khttpd::control
