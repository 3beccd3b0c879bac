// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/connection.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// Has @message ask for the connections that @filter lets through.
void put_filter(Message &message, const ConnectionFilter &filter);
/// One message of the answer to connection-get.
Result<Connection> decode_connection(const Message &message);
/// The answer to connection-kill: how many connections were told to end.
Result<std::uint32_t> decode_killed(const Message &message);

} // namespace khttpd::netlink
