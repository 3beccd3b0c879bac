// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "netlink/socket.h"
#include "netlink/transport.h"

namespace khttpd::netlink {

/// The real way to the module, over libnl.
class LibnlTransport : public Transport {
    /// Lets only open() construct, through std::make_unique().
    struct Key {
        explicit Key() = default;
    };

  public:
    LibnlTransport(Key, Socket socket, int family) : socket_(std::move(socket)), family_(family) {}

    /// Resolves the family, which makes the kernel load the module where it can;
    /// ExitCode::unavailable where there is no family even so.
    static Result<std::unique_ptr<Transport>> open();

    Result<Answer> exchange(Message &request) override;
    Result<std::unique_ptr<EventSource>> subscribe() override;
    Result<std::unique_ptr<LogSource>> open_log() override;

  private:
    Socket socket_;
    int family_;
};

} // namespace khttpd::netlink
