// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>

#include "netlink/log_source.h"
#include "netlink/socket.h"

namespace khttpd::netlink {

/// The module's access log over libnl.
class LibnlLog : public LogSource {
    /// Lets only open() construct, through std::make_unique().
    struct Key {
        explicit Key() = default;
    };

  public:
    LibnlLog(Key, Socket socket, int family) : socket_(std::move(socket)), family_(family) {}

    static Result<std::unique_ptr<LogSource>> open();

    int fd() const override;
    Result<void> ask() override;

    bool waits() const override { return asked_; }

    Result<std::vector<LogBatch>> read() override;

  private:
    static int on_data(nl_msg *msg, void *self);
    static int on_end(nl_msg *msg, void *self);
    static int on_error(sockaddr_nl *, nlmsgerr *error, void *self);
    void take(nl_msg *msg);

    Socket socket_;
    int family_;
    bool asked_ = false; ///< and not answered to the end
    bool again_ = false; ///< there were more records meanwhile
    int refused_ = 0;    ///< errno
    std::vector<LogBatch> batches_;
};

} // namespace khttpd::netlink
