// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/event_loop.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

namespace khttpd {

EventLoop::EventLoop() {
    sigprocmask(SIG_SETMASK, nullptr, &old_mask_);
    sd_event *event = nullptr;
    check(sd_event_new(&event));
    event_.reset(event);
}

EventLoop::~EventLoop() {
    event_.reset();
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
}

void EventLoop::check(int result) {
    if (result < 0 && failure_ == 0)
        failure_ = result;
}

/// An exception could not pass through sd-event, which is C: noexcept ends the process instead.
int EventLoop::call(Handler &handler) noexcept {
    handler();
    return 0;
}

void EventLoop::on_signal(int signal, Handler handler) {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, signal);
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    handlers_.push_back(std::move(handler));
    check(sd_event_add_signal(
        event_.get(), nullptr, signal,
        [](sd_event_source *, const signalfd_siginfo *, void *data) {
            return call(*static_cast<Handler *>(data));
        },
        &handlers_.back()));
}

void EventLoop::on_readable(int fd, Handler handler) {
    handlers_.push_back(std::move(handler));
    check(sd_event_add_io(
        event_.get(), nullptr, fd, EPOLLIN,
        [](sd_event_source *, int, std::uint32_t, void *data) {
            return call(*static_cast<Handler *>(data));
        },
        &handlers_.back()));
}

int EventLoop::on_timer(sd_event_source *source, std::uint64_t due, void *data) noexcept {
    auto *timer = static_cast<Timer *>(data);
    std::uint64_t now = due;
    sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);
    // After the machine slept, one tick makes up for all that were missed.
    sd_event_source_set_time(source, std::max(due + timer->interval_usec, now));
    sd_event_source_set_enabled(source, SD_EVENT_ON);
    return call(timer->handler);
}

void EventLoop::every(std::chrono::microseconds interval, Handler handler) {
    const auto usec = static_cast<std::uint64_t>(interval.count());
    timers_.push_back({usec, std::move(handler)});
    sd_event_source *source = nullptr;
    std::uint64_t now = 0;
    check(sd_event_now(event_.get(), CLOCK_MONOTONIC, &now));
    check(sd_event_add_time(event_.get(), &source, CLOCK_MONOTONIC, now + usec, 1000, on_timer,
                            &timers_.back()));
    if (source == nullptr)
        return;
    check(sd_event_source_set_enabled(source, SD_EVENT_ON));
    // Lives as long as the loop, like the sources that were added without a handle.
    check(sd_event_source_set_floating(source, 1));
    sd_event_source_unref(source);
}

void EventLoop::exit(int status) {
    check(sd_event_exit(event_.get(), status));
}

Result<int> EventLoop::run() {
    const int status = failure_ < 0 ? failure_ : sd_event_loop(event_.get());
    if (status < 0)
        return Error{ExitCode::os_error,
                     fmt::format("cannot wait for events: {}", std::strerror(-status))};
    return status;
}

} // namespace khttpd
