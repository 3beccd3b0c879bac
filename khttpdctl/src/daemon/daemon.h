// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/event_loop.h"
#include "config/config.h"
#include "events/event.h"
#include "log/access_log.h"
#include "netlink/client.h"

namespace khttpd::daemon {

/// Keeps an eye on the kernel's server for the service manager: adopts the one that runs, or starts
/// it from the files; tells what becomes of it; stops it when told to end.
class Daemon {
  public:
    /// @unit is the service that this is, and @deserted tells whether its network namespace was
    /// deleted, which only this process keeps then. The server may take @stop_patience longer to
    /// close its connections than requests may go on after a stop.
    Daemon(netlink::Client client, config::Paths paths, std::string unit,
           std::function<bool()> deserted,
           std::chrono::milliseconds stop_patience = std::chrono::seconds{30})
        : client_(std::move(client)),
          paths_(std::move(paths)),
          unit_(std::move(unit)),
          deserted_(std::move(deserted)),
          stop_patience_(stop_patience) {}

    /// Until SIGTERM or SIGINT, or until the network namespace or the module is gone; the exit
    /// status of the process.
    Result<int> run();

  private:
    Result<void> adopt_or_start();
    Result<void> start();
    void on_events();
    void on_tick();
    void begin_stop();
    void await_stop();
    /// Tells the server to stop, or to cut off what it still answers; ends the daemon where that
    /// fails.
    bool request_stop();
    void on_module_gone();
    /// Begins to read the access log, where the module has one.
    void open_log();
    /// Does something with the access log, if there is one; tells when it fails for another reason
    /// than the last time.
    template<typename Do>
    void with_log(Do something);
    void on_state(const Server &server);
    /// Whether @server is other than it was when last heard of.
    bool is_news(const Server &server) const;
    /// Tells of @event in the log.
    void tell(const events::Event &event);
    /// Tells of a limit now and then.
    void on_limit(const LimitReached &limit);
    /// Reads the server's state; an answer proves that the way to the kernel works.
    bool refresh();
    /// "serving /var/www on [::]:80", "draining, still serving /var/www on [::]:80" or "stopping"
    std::string describe(const Server &server) const;

    netlink::Client client_;
    config::Paths paths_;
    std::string unit_;
    std::function<bool()> deserted_;
    std::chrono::milliseconds stop_patience_;
    std::unique_ptr<netlink::EventSource> events_;
    std::unique_ptr<log::AccessLog> log_;
    std::string log_problem_;
    EventLoop loop_;
    Server server_; ///< as last heard of, with all lists
    std::map<std::uint32_t, std::chrono::steady_clock::time_point> limits_told_; ///< by reason
    std::optional<std::chrono::steady_clock::time_point> stop_deadline_;
    bool cut_off_ = false; ///< the patience was over
};

} // namespace khttpd::daemon
