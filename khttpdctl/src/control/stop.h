// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>

#include "base/result.h"
#include "netlink/client.h"

namespace khttpd::control {

/// Stops the server and waits until its last connection is closed, at most @patience, then
/// ExitCode::temporary. Tells whether it was running at all.
Result<bool> stop_and_wait(netlink::Client &client, std::chrono::milliseconds patience);

} // namespace khttpd::control
