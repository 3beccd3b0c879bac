// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/settings.h"
#include "model/stats.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// A listener as the kernel describes it.
struct OpenListener {
    Listener listener;
    std::uint32_t id = 0;
    std::uint32_t connections = 0; ///< open now
};

/// The server-set that asks for @change.
Message encode_change(const Change &change);

/// The answer to server-get or server-set, or a server-ntf.
Result<Server> decode_server(const Message &message);
/// One message of the answer to listener-get.
Result<OpenListener> decode_listener(const Message &message);
/// One message of the answer to vhost-get.
Result<Host> decode_host(const Message &message);
/// One message of the answer to mime-get: a type, and its extensions.
Result<MimeTable> decode_mime(const Message &message);
/// The answer to stats-get.
Result<Stats> decode_stats(const Message &message);
/// A limit-ntf.
Result<LimitReached> decode_limit(const Message &message);

} // namespace khttpd::netlink
