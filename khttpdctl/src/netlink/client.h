// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "netlink/codec.h"
#include "netlink/transport.h"

namespace khttpd::netlink {

/// The server after an accepted change.
struct Changed {
    Server server;
    std::string warning; ///< what the kernel had to remark; may be empty
};

/// The module's operations, typed. Every function is one or a few round trips that never wait for
/// traffic. Reading needs no privilege, changing needs CAP_NET_ADMIN.
class Client {
  public:
    explicit Client(std::unique_ptr<Transport> transport) : transport_(std::move(transport)) {}

    /// State and settings without the listeners.
    Result<Server> server();
    Result<std::vector<OpenListener>> listeners();
    /// State and settings with the listeners.
    Result<Server> everything();
    Result<Stats> stats();
    /// Changes all of @change, or nothing.
    Result<Changed> change(const Change &change);

    Result<std::unique_ptr<EventSource>> subscribe() { return transport_->subscribe(); }

  private:
    /// The messages that answer @request, or why it was refused.
    Result<Answer> ask(Message &request);

    std::unique_ptr<Transport> transport_;
};

} // namespace khttpd::netlink
