// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/ostream.h>

#include "bench/request.h"
#include "bench/run.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/units.h"

namespace khttpd::cli {
namespace {

using bench::Plan;
using bench::Report;
using bench::Tally;

constexpr std::array quantiles = {std::pair{"p50", 0.5}, std::pair{"p90", 0.9},
                                  std::pair{"p99", 0.99}, std::pair{"p99.9", 0.999},
                                  std::pair{"max", 1.0}};

std::chrono::nanoseconds duration(double seconds) {
    return std::chrono::nanoseconds{std::llround(seconds * 1e9)};
}

Result<Plan> make_plan(const BenchOptions &options) {
    if (options.threads > options.connections)
        return Error{ExitCode::usage, "there are more threads than connections",
                     "each thread has connections of its own; see --connections"};
    const auto url = bench::parse_url(options.url);
    if (!url)
        return url.error();
    auto request = bench::make_request(*url, options.headers, options.keep_alive);
    if (!request)
        return request.error();
    Plan plan{.request = std::move(*request),
              .connections = options.connections,
              .threads = options.threads,
              .pipeline = options.pipeline,
              .keep_alive = options.keep_alive,
              .idle = options.idle,
              .requests = options.requests,
              .timeout = duration(options.timeout)};
    if (options.seconds || !options.requests)
        plan.duration = duration(options.seconds.value_or(default_bench_seconds));
    const auto allowed =
        bench::allow_connections(std::uint64_t{options.connections} + options.idle);
    if (!allowed)
        return allowed.error();
    const auto server = bench::find_server(*url, plan.timeout);
    if (!server)
        return server.error();
    plan.address = *server;
    return plan;
}

/// Per second; nothing happened in no time.
double rate(std::uint64_t count, const Report &report) {
    return report.seconds > 0 ? static_cast<double>(count) / report.seconds : 0;
}

/// The lines of htstress, for those who have scripts that read them.
void print_summary(std::ostream &out, const Report &report) {
    const Tally &tally = report.tally;
    const std::uint64_t all = tally.requests();
    const auto part = [&](const char *name, std::uint64_t count) {
        fmt::print(out, "{:<14} {} [{}%]\n", name, count, all > 0 ? 100 * count / all : 0);
    };
    fmt::print(out, "{:<14} {}\n", "requests:", all);
    part("good requests:", tally.good());
    part("bad requests:", tally.bad_status() + tally.failed(bench::Failure::malformed));
    part("socket errors:", tally.socket_errors());
    fmt::print(out, "{:<14} {:.3f}\n", "seconds:", report.seconds);
    fmt::print(out, "{:<14} {:.3f}\n", "requests/sec:", rate(all, report));
}

void print_details(std::ostream &out, const Report &report, const Plan &plan) {
    const Tally &tally = report.tally;
    const auto line = [&](std::string_view name, const std::string &value) {
        fmt::print(out, "{:<14} {}\n", name, value);
    };
    line("received", fmt::format("{}, {}/s", bytes(static_cast<double>(tally.bytes)),
                                 bytes(rate(tally.bytes, report))));
    for (const auto &[name, share] : quantiles)
        if (const auto ns = tally.latency.quantile(share))
            line(fmt::format("latency {}", name), nanoseconds(static_cast<double>(*ns)));
    for (std::size_t code = 0; code < tally.status.size(); ++code)
        if (tally.status[code] > 0)
            line(fmt::format("status {}", code), grouped(tally.status[code]));
    for (std::size_t i = 0; i < tally.failures.size(); ++i)
        if (tally.failures[i] > 0)
            line(bench::failure_names[i], grouped(tally.failures[i]));
    if (plan.idle > 0)
        line("idle",
             fmt::format("{} of {} opened, {} ended by the server", grouped(report.idle_opened),
                         grouped(plan.idle), grouped(report.idle_ended)));
}

Json latency_json(const bench::Latency &latency) {
    Json json{{"count", latency.total()}};
    for (const auto &[name, share] : quantiles) {
        std::string key = fmt::format("{}_ns", name);
        std::ranges::replace(key, '.', '_');
        const auto ns = latency.quantile(share);
        json[key] = ns ? Json(*ns) : Json(nullptr);
    }
    return json;
}

Json report_json(const Report &report, const Plan &plan) {
    const Tally &tally = report.tally;
    Json json = json_object();
    json["connections"] = plan.connections;
    json["threads"] = plan.threads;
    json["pipeline"] = plan.pipeline;
    json["keep_alive"] = plan.keep_alive;
    json["interrupted"] = report.interrupted;
    json["seconds"] = report.seconds;
    json["requests"] = tally.requests();
    json["good"] = tally.good();
    json["requests_per_second"] = rate(tally.requests(), report);
    json["bytes_received"] = tally.bytes;
    json["bytes_received_per_second"] = rate(tally.bytes, report);
    json["status"] = Json::object();
    for (std::size_t code = 0; code < tally.status.size(); ++code)
        if (tally.status[code] > 0)
            json["status"][fmt::to_string(code)] = tally.status[code];
    json["errors"] = Json::object();
    for (std::size_t i = 0; i < tally.failures.size(); ++i)
        json["errors"][std::string{bench::failure_names[i]}] = tally.failures[i];
    json["errors"]["status"] = tally.bad_status();
    json["latency"] = latency_json(tally.latency);
    json["idle"] = {
        {"asked", plan.idle}, {"opened", report.idle_opened}, {"ended", report.idle_ended}};
    return json;
}

} // namespace

Result<int> bench(const Context &context, const BenchOptions &options) {
    const auto plan = make_plan(options);
    if (!plan)
        return plan.error();
    const auto report = bench::run(*plan);
    if (!report)
        return report.error();
    if (options.json) {
        fmt::print(context.out, "{}\n", json_text(report_json(*report, *plan)));
    } else {
        print_summary(context.out, *report);
        fmt::print(context.out, "\n");
        print_details(context.out, *report, *plan);
    }
    if (report->tally.good() > 0)
        return 0;
    return Error{ExitCode::unavailable, "no request succeeded",
                 report->tally.bad_status() > 0
                     ? "does the server have what the URL names, and may it be read?"
                     : ""};
}

} // namespace khttpd::cli
