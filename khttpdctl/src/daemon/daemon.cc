// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/daemon.h"

#include <csignal>
#include <utility>

#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include "control/apply.h"
#include "control/stop.h"
#include "daemon/log.h"
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

/// How often to tell of the same limit.
constexpr std::chrono::minutes limit_interval{1};

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
    auto server = client_.everything();
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
        server = client_.everything();
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

    tell(events::state_of(server_));
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
    const auto notifications = events_->read();
    if (!notifications) {
        spdlog::error("{}", notifications.error().message);
        loop_.exit(static_cast<int>(notifications.error().code));
        return;
    }
    const events::Notified notified = events::take(*notifications);
    for (const events::Event &event : notified.events) {
        if (const auto *limit = std::get_if<LimitReached>(&event))
            on_limit(*limit);
        else
            tell(event);
    }
    if (notified.gone)
        on_module_gone();
    else if (notified.look)
        refresh();
}

void Daemon::on_limit(const LimitReached &limit) {
    const auto now = Clock::now();
    const auto told = limits_told_.find(limit.reason);
    if (told != limits_told_.end() && now - told->second < limit_interval)
        return;
    limits_told_.insert_or_assign(limit.reason, now);
    tell(limit);
}

void Daemon::tell(const events::Event &event) {
    const auto *changed = std::get_if<events::StateChanged>(&event);
    if (changed == nullptr || (stop_deadline_ && server_.state != KHTTPD_STATE_RUNNING))
        log_event(event, events::text(event), false);
    else if (changed->state == state_name(KHTTPD_STATE_RUNNING) ||
             changed->state == events::draining)
        log_event(event, describe(server_), false);
    else
        log_event(event, events::text(event) + " (by somebody else)", true);
}

bool Daemon::is_news(const Server &server) const {
    return server.generation != server_.generation || server.state != server_.state;
}

bool Daemon::refresh() {
    auto server = client_.server_with_listeners();
    // The other lists may be long, and change only with the generation.
    if (server && is_news(*server))
        server = client_.everything();
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
    if (is_news(server)) {
        const Server before = std::exchange(server_, server);
        for (const events::Event &event : events::between(before, server_))
            tell(event);
        if (!stop_deadline_)
            notify_status(describe(server_));
    }
    if (!stop_deadline_) {
        with_log([&](log::AccessLog &log) { return log.configure(server_.settings); });
    } else if (server_.state == KHTTPD_STATE_STOPPED) {
        with_log([](log::AccessLog &log) { return log.finish(log_patience); });
        loop_.exit(0);
    }
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
