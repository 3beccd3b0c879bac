// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "netlink/socket.h"
#include "netlink/transport.h"

namespace khttpd::netlink {

/// The module's events, and the end of its family, over libnl.
class LibnlEvents : public EventSource {
    /// Lets only open() construct, through std::make_unique().
    struct Key {
        explicit Key() = default;
    };

  public:
    LibnlEvents(Key, Socket socket, int family) : socket_(std::move(socket)), family_(family) {}

    static Result<std::unique_ptr<EventSource>> open();

    int fd() const override;
    Result<std::vector<Event>> read() override;

  private:
    static int on_data(nl_msg *msg, void *self);
    void take(nl_msg *msg);

    Socket socket_;
    int family_;
    std::vector<Event> events_;
};

} // namespace khttpd::netlink
