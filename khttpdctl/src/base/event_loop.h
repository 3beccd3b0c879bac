// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <systemd/sd-event.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <list>
#include <memory>

#include "base/result.h"

namespace khttpd {

/// sd-event with functions of C++ as handlers. What could not be set up is told by run().
class EventLoop {
  public:
    using Handler = std::function<void()>;

    EventLoop();
    EventLoop(const EventLoop &) = delete;
    EventLoop &operator=(const EventLoop &) = delete;
    ~EventLoop();

    /// Blocks @signal for the life of the loop and runs @handler when it comes.
    void on_signal(int signal, Handler handler);
    void on_readable(int fd, Handler handler);
    /// Runs @handler after each @interval, without drift.
    void every(std::chrono::microseconds interval, Handler handler);
    /// Makes run() return @status.
    void exit(int status);
    Result<int> run();

  private:
    struct Free {
        void operator()(sd_event *event) const { sd_event_unref(event); }
    };

    struct Timer {
        std::uint64_t interval_usec;
        Handler handler;
    };

    static int call(Handler &handler) noexcept;
    static int on_timer(sd_event_source *source, std::uint64_t due, void *timer) noexcept;
    void check(int result);

    std::unique_ptr<sd_event, Free> event_;
    std::list<Handler> handlers_; ///< lists, because sd-event keeps their elements' addresses
    std::list<Timer> timers_;
    sigset_t old_mask_;
    int failure_ = 0; ///< the first, as a negative errno
};

} // namespace khttpd
