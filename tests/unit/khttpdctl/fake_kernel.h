// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/unique_fd.h"
#include "model/cache.h"
#include "model/connection.h"
#include "model/stats.h"
#include "netlink/codec.h"
#include "netlink/transport.h"

namespace khttpd::test {

/// A kernel with the module, as far as netlink shows it: keeps a server, answers with messages as
/// the module does, and can be told to refuse or to fail.
class FakeKernel {
  public:
    FakeKernel();

    /// A transport to this kernel, which has to outlive it.
    std::unique_ptr<netlink::Transport> connect();

    /// Makes @ack the answer to all further requests of @command.
    void refuse(std::uint8_t command, netlink::Ack ack);

    /// Ends that.
    void answer_again() { refusal_.reset(); }

    /// Puts an event into every event source.
    void notify(netlink::Event event);

    Server server; ///< with all lists
    Stats stats;
    std::vector<CacheEntry> cache;        ///< of which flushes drop
    std::vector<Connection> connections;  ///< of which kills take away
    int last_limit = KHTTPD_A_LIMITS_MAX; ///< an older module tells of no limits after this one
    bool has_cache = true;        ///< an older module knows of no cache, compression and log
    bool defer_stop = false;      ///< a stopped server is "stopping" until a second stop
    int interrupted_dumps = 0;    ///< so many dumps are interrupted
    std::vector<Change> changes;  ///< the accepted ones
    std::string warning;          ///< goes with every accepted change
    std::function<void()> on_get; ///< runs before each answer to server-get
    ConnectionFilter filter;      ///< of the last request about connections
    int requests = 0;

  private:
    class Link;
    class Source;

    netlink::Answer answer(const netlink::Message &request);
    netlink::Answer change(const netlink::Message &request);
    netlink::Answer flush(const netlink::Message &request);
    netlink::Answer list_connections(const netlink::Message &request);
    netlink::Answer kill(const netlink::Message &request);
    netlink::Message describe(std::uint8_t command) const;
    netlink::Message describe(const Listener &listener) const;
    netlink::Message describe(const Host &host) const;
    netlink::Message describe(const CacheEntry &entry) const;
    netlink::Message describe(const Connection &connection) const;
    netlink::Message describe_stats() const;

    std::optional<std::pair<std::uint8_t, netlink::Ack>> refusal_;
    std::vector<netlink::Event> events_;
    UniqueFd ready_; ///< an eventfd, readable while there are events
};

} // namespace khttpd::test
