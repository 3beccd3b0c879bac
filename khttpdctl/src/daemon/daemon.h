// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "base/event_loop.h"
#include "config/config.h"
#include "netlink/client.h"

namespace khttpd::daemon {

/// Keeps an eye on the kernel's server for the service manager: adopts the one that runs, or starts
/// it from the files; tells what becomes of it; stops it when told to end.
class Daemon {
  public:
    Daemon(netlink::Client client, config::Paths paths)
        : client_(std::move(client)), paths_(std::move(paths)) {}

    /// Until SIGTERM or SIGINT, or until the module is gone; the exit status of the process.
    Result<int> run();

  private:
    Result<void> adopt_or_start();
    Result<void> start();
    void on_events();
    void on_tick();
    void on_stop_signal();
    void await_stop();
    void on_module_gone();
    void on_state(const Server &server);
    /// Reads the server's state; an answer proves that the way to the kernel works.
    bool refresh();
    /// "serving /var/www on [::]:80"
    static std::string describe(const Server &server);

    netlink::Client client_;
    config::Paths paths_;
    std::unique_ptr<netlink::EventSource> events_;
    EventLoop loop_;
    Server server_; ///< as last heard of
    std::optional<std::chrono::steady_clock::time_point> stop_deadline_;
};

} // namespace khttpd::daemon
