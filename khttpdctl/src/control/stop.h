// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

#include "base/result.h"
#include "netlink/client.h"

namespace khttpd::control {

/// Has the server stop, or, if it is stopping already, cut off what it still answers. Gives the
/// server as it is then.
Result<Server> request_stop(netlink::Client &client);

/// Stops the server and waits until its last connection is closed: @patience longer than requests
/// may go on, then ExitCode::temporary. Where @now, they are cut off. Tells whether it was running
/// at all.
Result<bool> stop_and_wait(netlink::Client &client, std::chrono::milliseconds patience,
                           bool now = false);

} // namespace khttpd::control
