// SPDX-License-Identifier: GPL-2.0-or-later
#include <chrono>
#include <csignal>

#include <fmt/chrono.h>
#include <fmt/ostream.h>

#include "base/event_loop.h"
#include "cli/commands.h"
#include "cli/event_json.h"
#include "events/event.h"

namespace khttpd::cli {
namespace {

/// The local time, such as "2026-11-22T12:00:00.123+01:00".
std::string local_time() {
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::tm parts = fmt::localtime(std::chrono::system_clock::to_time_t(now));
    const std::string zone = fmt::format("{:%z}", parts); // "+0100"
    return fmt::format("{:%FT%T}.{:03}{}:{}", parts, now.time_since_epoch().count() % 1000,
                       zone.substr(0, 3), zone.substr(3));
}

/// Tells one event after another.
class Monitor {
  public:
    Monitor(const Context &context, const MonitorOptions &options, netlink::Client client)
        : context_(context), options_(options), client_(std::move(client)) {}

    Result<int> run() {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            loop_.on_signal(signal, [this] { loop_.exit(0); });
        auto source = client_.subscribe();
        if (!source)
            return source.error();
        source_ = std::move(*source);
        auto server = client_.everything();
        if (!server)
            return server.error();
        server_ = std::move(*server);
        loop_.on_readable(source_->fd(), [this] { on_readable(); });
        print(events::state_of(server_));
        const auto status = loop_.run();
        if (failure_)
            return *failure_;
        return status;
    }

  private:
    void on_readable() {
        const auto notifications = source_->read();
        if (!notifications)
            return fail(notifications.error());
        const events::Notified notified = events::take(*notifications);
        for (const events::Event &event : notified.events)
            print(event);
        if (notified.gone)
            return fail({ExitCode::unavailable, "the khttpd module was unloaded"});
        if (notified.look)
            follow();
    }

    void follow() {
        auto now = client_.everything();
        if (!now)
            return fail(now.error());
        for (const events::Event &event : events::between(server_, *now))
            print(event);
        server_ = std::move(*now);
    }

    void print(const events::Event &event) {
        if (over_)
            return;
        const std::string time = local_time();
        if (options_.json)
            fmt::print(context_.out, "{}\n", json_line(event_json(event, time)));
        else
            fmt::print(context_.out, "{} {}\n", time, events::text(event));
        context_.out.flush();
        over_ = ++printed_ == options_.count || !context_.out;
        if (over_)
            loop_.exit(0);
    }

    void fail(const Error &error) {
        failure_ = error;
        loop_.exit(static_cast<int>(error.code));
    }

    const Context &context_;
    const MonitorOptions &options_;
    netlink::Client client_;
    EventLoop loop_;
    std::unique_ptr<netlink::EventSource> source_;
    Server server_; ///< as last heard of
    std::uint64_t printed_ = 0;
    bool over_ = false;
    std::optional<Error> failure_;
};

} // namespace

Result<int> monitor(const Context &context, const MonitorOptions &options) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client)
        return Error{ExitCode::unavailable, "the khttpd module is not loaded",
                     "'khttpdctl doctor' tells why the server does not run"};
    return Monitor{context, options, std::move(**client)}.run();
}

} // namespace khttpd::cli
