// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "netlink/cache_codec.h"
#include "netlink/codec.h"
#include "netlink/connection_codec.h"
#include "netlink/transport.h"

namespace khttpd::netlink {

/// The server after an accepted change.
struct Changed {
    Server server;
    std::string warning; ///< what the kernel had to remark; may be empty
};

/// The module's operations, typed. Every function is one or a few round trips that never wait for
/// traffic. Reading needs no privilege, but for the cache and the connections; these and changing
/// need CAP_NET_ADMIN.
class Client {
  public:
    explicit Client(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

    /// State and settings without the lists: listeners, hosts and media types.
    Result<Server> server();
    Result<std::vector<OpenListener>> listeners();
    Result<Hosts> hosts();
    Result<MimeTable> mime();
    /// State and settings with the listeners, but without the other lists.
    Result<Server> server_with_listeners();
    /// State and settings with all lists.
    Result<Server> everything();
    Result<Stats> stats();
    /// What is in the cache, in no order.
    Result<std::vector<CacheEntry>> cache();
    /// Drops responses from the cache, and tells how many.
    Result<std::uint32_t> flush_cache(const CacheFlush &flush);
    /// The connections that @filter lets through, in no order.
    Result<std::vector<Connection>> connections(const ConnectionFilter &filter);
    /// Resets them, and tells how many.
    Result<std::uint32_t> kill_connections(const ConnectionFilter &filter);
    /// Changes all of @change, or nothing.
    Result<Changed> change(const Change &change);

    Result<std::unique_ptr<EventSource>> subscribe() { return transport_->subscribe(); }

    Result<std::unique_ptr<LogSource>> open_log() { return transport_->open_log(); }

  private:
    /// The messages that answer @request, or why it was refused.
    Result<Answer> ask(Message &request);
    /// All that @decode makes of the messages that answer @command, to which @fill adds what is
    /// asked for, from one state of the server.
    template<typename T>
    Result<std::vector<T>> dump(std::uint8_t command, Result<T> (*decode)(const Message &),
                                const std::function<void(Message &)> &fill = {});

    std::unique_ptr<Transport> transport_;
};

} // namespace khttpd::netlink
