// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon.h"

#include <algorithm>
#include <csignal>

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include "control/apply.h"
#include "control/stop.h"
#include "daemon/notify.h"

namespace khttpd::daemon {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// How often to look after the server where no watchdog asks for it.
constexpr std::chrono::microseconds idle_interval = 10s;
/// How often to look whether the server has stopped, beside its event.
constexpr std::chrono::microseconds stop_interval = 500ms;
/// How long the server may close them when it was told to cut them off.
constexpr std::chrono::seconds cut_patience = 5s;

/// How long to read what is left of the access log at the end.
constexpr std::chrono::milliseconds log_patience = 2s;

} // namespace

std::string Daemon::describe(const Server &server) const {
    switch (server.state) {
    case KHTTPD_STATE_RUNNING:
        return fmt::format("{} {} on {}", server.draining ? "draining, still serving" : "serving",
                           server.settings.root, endpoints(server.settings.listeners));
    case KHTTPD_STATE_STOPPING:
        return "stopping";
    case KHTTPD_STATE_STOPPED:
        break;
    }
    return fmt::format("stopped; 'systemctl reload {}' starts it again", unit_);
}

Result<void> Daemon::start() {
    const control::Messages messages = {
        [](const std::string &text) { spdlog::warn("{}", text); },
        [](const std::string &text) { spdlog::debug("{}", text); },
    };
    const auto wanted = control::read_files(paths_);
    if (!wanted)
        return wanted.error();
    control::tell(*wanted, messages);
    return control::apply(client_, *wanted, messages);
}

Result<void> Daemon::adopt_or_start() {
    auto server = client_.server_with_listeners();
    if (!server)
        return server.error();
    if (server->state == KHTTPD_STATE_RUNNING) {
        spdlog::info("adopted the running server");
    } else {
        // An earlier run may still be closing its connections.
        if (const auto stopped = control::stop_and_wait(client_, stop_patience_); !stopped)
            return stopped.error();
        if (const auto started = start(); !started)
            return started.error();
        server = client_.server_with_listeners();
        if (!server)
            return server.error();
    }
    server_ = std::move(*server);
    return {};
}

Result<int> Daemon::run() {
    auto events = client_.subscribe();
    if (!events)
        return events.error();
    events_ = std::move(*events);
    if (const auto ready = adopt_or_start(); !ready)
        return ready.error();

    for (const int signal : {SIGTERM, SIGINT})
        loop_.on_signal(signal, [this] { begin_stop(); });
    loop_.on_signal(SIGHUP, [this] { with_log([](log::AccessLog &log) { return log.reopen(); }); });
    loop_.on_readable(events_->fd(), [this] { on_events(); });
    open_log();
    const auto watchdog = watchdog_interval();
    loop_.every(watchdog ? *watchdog / 3 : idle_interval, [this] { on_tick(); });

    spdlog::info("{}", describe(server_));
    notify_ready(describe(server_));
    return loop_.run();
}

void Daemon::open_log() {
    auto source = client_.open_log();
    if (!source) {
        // A module of an older version has none.
        spdlog::debug("{}", source.error().message);
        return;
    }
    log_ = std::make_unique<log::AccessLog>(std::move(*source),
                                            [] { return log::open_file(log::file_path()); });
    loop_.on_readable(log_->fd(),
                      [this] { with_log([](log::AccessLog &log) { return log.on_readable(); }); });
    with_log([this](log::AccessLog &log) { return log.configure(server_.settings); });
}

template<typename Do>
void Daemon::with_log(Do something) {
    if (!log_)
        return;
    const Result<void> done = something(*log_);
    if (!done && done.error().message != log_problem_)
        spdlog::error("{}", done.error().message);
    log_problem_ = done ? "" : done.error().message;
}

void Daemon::on_events() {
    const auto events = events_->read();
    if (!events) {
        spdlog::error("{}", events.error().message);
        loop_.exit(static_cast<int>(events.error().code));
        return;
    }
    const bool gone = std::any_of(events->begin(), events->end(), [](const netlink::Event &event) {
        return std::holds_alternative<netlink::FamilyGone>(event);
    });
    if (gone)
        on_module_gone();
    else if (!events->empty())
        // An event does not name the listeners, and only the last of several counts.
        refresh();
}

bool Daemon::refresh() {
    const auto server = client_.server_with_listeners();
    if (server) {
        on_state(*server);
        return true;
    }
    if (server.error().code == ExitCode::unavailable)
        on_module_gone();
    else
        spdlog::error("{}", server.error().message);
    return false;
}

void Daemon::on_state(const Server &server) {
    const khttpd_state before = server_.state;
    const bool changed = server.generation != server_.generation || server.state != before ||
                         server.draining != server_.draining;
    server_ = server;
    if (stop_deadline_) {
        if (server.state == KHTTPD_STATE_STOPPED) {
            with_log([](log::AccessLog &log) { return log.finish(log_patience); });
            loop_.exit(0);
        }
        return;
    }
    with_log([&](log::AccessLog &log) { return log.configure(server.settings); });
    if (!changed)
        return;
    if (server.state != KHTTPD_STATE_RUNNING && before == KHTTPD_STATE_RUNNING)
        spdlog::warn("somebody else stopped the server");
    else
        spdlog::info("{}", describe(server));
    notify_status(describe(server));
}

void Daemon::on_tick() {
    if (!stop_deadline_ && deserted_()) {
        spdlog::warn("the network namespace was deleted");
        begin_stop();
    }
    with_log([](log::AccessLog &log) { return log.look(); });
    if (refresh())
        notify_watchdog();
}

void Daemon::begin_stop() {
    if (stop_deadline_)
        return;
    stop_deadline_ =
        Clock::now() + stop_patience_ + std::chrono::milliseconds{server_.settings.drain_ms};
    spdlog::info("stopping");
    notify_stopping();
    if (server_.state == KHTTPD_STATE_RUNNING && !request_stop())
        return;
    loop_.every(stop_interval, [this] { await_stop(); });
    refresh();
}

void Daemon::await_stop() {
    if (Clock::now() >= *stop_deadline_) {
        if (cut_off_) {
            spdlog::error("the server is still closing its connections");
            loop_.exit(static_cast<int>(ExitCode::temporary));
            return;
        }
        spdlog::warn("cutting off the connections that are left");
        cut_off_ = true;
        stop_deadline_ = Clock::now() + cut_patience;
        if (!request_stop())
            return;
    }
    notify_patience(4 * stop_interval);
    refresh();
}

bool Daemon::request_stop() {
    const auto server = control::request_stop(client_);
    if (server)
        return true;
    spdlog::error("cannot stop the server: {}", server.error().message);
    loop_.exit(static_cast<int>(server.error().code));
    return false;
}

void Daemon::on_module_gone() {
    if (stop_deadline_) {
        loop_.exit(0);
        return;
    }
    spdlog::error("the khttpd module was unloaded");
    notify_status("the module was unloaded");
    loop_.exit(static_cast<int>(ExitCode::unavailable));
}

} // namespace khttpd::daemon
