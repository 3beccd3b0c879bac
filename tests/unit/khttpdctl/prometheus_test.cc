// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <fstream>
#include <iterator>

#include "cli/stats_prometheus.h"
#include "cli_fixture.h"

namespace khttpd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A server that has answered some requests.
cli::View busy_view() {
    cli::View view;
    view.server.emplace();
    view.server->state = KHTTPD_STATE_RUNNING;
    view.server->version = KHTTPD_VERSION;
    view.stats.started_ns = 10;
    view.stats.now_ns = 100'500'000'010;
    view.stats.generation = 7;
    view.stats.accepted = 20'000;
    view.stats.connections = 321;
    view.stats.bytes_in = 5 << 20;
    view.stats.bytes_out = 3ULL << 30;
    view.stats.cache_entries = 41;
    view.stats.cache_bytes = 5 << 20;
    view.stats.cache_hits = 750'000;
    view.stats.cache_misses = 50;
    view.stats.cache_evictions = 20;
    view.stats.cache_stale = 3;
    view.stats.log_records = 999;
    view.stats.log_lost = 1;
    view.stats.fast = 700'000;
    view.stats.status = {{200, 1'000'000}, {404, 234'567}};
    view.stats.refused = {{KHTTPD_REFUSAL_IDLE_TIMEOUT, 12}};
    view.stats.latency = {{1024, 1}, {20480, 900}, {32768, 90}, {40960, 8}, {0, 1}};
    return view;
}

/// With the version, which changes, as VERSION, and without reasons that were never met, of which
/// newer versions have more.
std::string lasting(const std::string &text) {
    const std::string_view version = KHTTPD_VERSION;
    std::istringstream lines{text};
    std::string result;
    for (std::string line; std::getline(lines, line);) {
        if (const auto at = line.find(version); at != std::string::npos)
            line.replace(at, version.size(), "VERSION");
        if (!line.starts_with("khttpd_refused_total{") || !line.ends_with(" 0"))
            result += line + "\n";
    }
    return result;
}

// tests/static/metrics has promtool check that file, and compares the dashboard with it.
TEST(Prometheus, PrintsWhatIsWrittenDown) {
    std::ifstream file{EXPOSITION};
    const std::string expected{std::istreambuf_iterator{file}, {}};
    EXPECT_EQ(lasting(cli::stats_prometheus(busy_view())), expected);
}

TEST(Prometheus, HasTheSameBucketsWhateverWasCounted) {
    cli::View view = busy_view();
    const auto bounds = [&] {
        std::istringstream text{cli::stats_prometheus(view)};
        std::string result;
        for (std::string line; std::getline(text, line);)
            if (line.starts_with("khttpd_request_duration_seconds_bucket"))
                result += line.substr(0, line.find('}'));
        return result;
    };
    const std::string before = bounds();
    view.stats.latency.clear();
    EXPECT_EQ(bounds(), before);
    EXPECT_THAT(before, AllOf(HasSubstr("le=\"1.024e-06\""), HasSubstr("le=\"68.719476736\""),
                              HasSubstr("le=\"+Inf\"")));
}

TEST(Prometheus, CountsWhatHasNoBoundInTheLastBucketAlone) {
    cli::View view = busy_view();
    view.stats.latency = {{0, 5}};
    EXPECT_THAT(cli::stats_prometheus(view),
                AllOf(HasSubstr("_bucket{le=\"68.719476736\"} 0\n"),
                      HasSubstr("_bucket{le=\"+Inf\"} 5\n"), HasSubstr("_count 5\n")));
}

TEST(Prometheus, SumsReasonsThatAreNewerThanThisProgram) {
    cli::View view = busy_view();
    view.stats.refused = {{1000, 3}, {1001, 4}};
    EXPECT_THAT(cli::stats_prometheus(view),
                AllOf(HasSubstr("khttpd_refused_total{reason=\"other\"} 7\n"),
                      HasSubstr("khttpd_refused_total{reason=\"limit\"} 0\n")));
}

TEST(Prometheus, EscapesLabels) {
    cli::View view = busy_view();
    view.server->version = "1\"2\\3\n4";
    EXPECT_THAT(cli::stats_prometheus(view),
                HasSubstr("khttpd_module_info{version=\"1\\\"2\\\\3\\n4\"} 1\n"));
}

TEST(Prometheus, HasNoCountersOfAServerThatDoesNotRun) {
    cli::View view = busy_view();
    view.server->state = KHTTPD_STATE_STOPPED;
    EXPECT_THAT(cli::stats_prometheus(view),
                AllOf(HasSubstr("khttpd_up 0\n"), HasSubstr("khttpd_module_info"),
                      Not(HasSubstr("_total"))));
    view.server.reset();
    EXPECT_THAT(cli::stats_prometheus(view),
                AllOf(HasSubstr("khttpd_up 0\n"), HasSubstr("khttpd_build_info"),
                      Not(HasSubstr("khttpd_module_info"))));
}

TEST(Prometheus, SaysThatAServerIsStopping) {
    cli::View view = busy_view();
    view.server->state = KHTTPD_STATE_STOPPING;
    EXPECT_THAT(cli::stats_prometheus(view),
                AllOf(HasSubstr("khttpd_up 0\n"), HasSubstr("khttpd_connections_active 321\n")));
}

TEST(Prometheus, SaysThatAServerDrains) {
    cli::View view = busy_view();
    view.server->draining = true;
    EXPECT_THAT(cli::stats_prometheus(view),
                AllOf(HasSubstr("khttpd_up 1\n"), HasSubstr("khttpd_draining 1\n")));
    view.server.reset();
    EXPECT_THAT(cli::stats_prometheus(view), HasSubstr("khttpd_draining 0\n"));
}

using PrometheusCommand = test::CliTest;

TEST_F(PrometheusCommand, PrintsTheFormatThatIsAskedFor) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"stats", "--format=prometheus"}), 0);
    EXPECT_THAT(out(), StartsWith("# HELP khttpd_up Whether the server runs.\n"
                                  "# TYPE khttpd_up gauge\nkhttpd_up 1\n"));
    EXPECT_EQ(run({"stats", "--format=json"}), 0);
    EXPECT_THAT(out(), StartsWith("{\n  \"schema_version\""));
    EXPECT_EQ(run({"stats", "--format=text"}), 0);
    EXPECT_THAT(out(), StartsWith("khttpd"));
}

TEST_F(PrometheusCommand, TellsThatNothingRunsAsASample) {
    for (const host::ModuleState state :
         {host::ModuleState::missing, host::ModuleState::installed}) {
        module_ = state;
        EXPECT_EQ(run({"stats", "--format=prometheus"}), 0);
        EXPECT_THAT(out(), HasSubstr("\nkhttpd_up 0\n"));
        EXPECT_THAT(err(), IsEmpty());
    }
}

TEST_F(PrometheusCommand, WarnsWhenTheKernelDoesNotAnswer) {
    netlink::Ack broken;
    broken.error = EIO;
    kernel_.refuse(KHTTPD_CMD_STATS_GET, broken);
    EXPECT_EQ(run({"stats", "--format=prometheus"}), 0);
    EXPECT_THAT(out(), HasSubstr("\nkhttpd_up 0\n"));
    EXPECT_THAT(err(), StartsWith("warning: "));
}

TEST_F(PrometheusCommand, IsNotWatched) {
    EXPECT_EQ(run({"stats", "--format=prometheus", "--watch"}), 64);
    EXPECT_EQ(run({"stats", "--format=prometheus", "--json"}), 64);
    EXPECT_EQ(run({"stats", "--format=xml"}), 64);
}

} // namespace
} // namespace khttpd
