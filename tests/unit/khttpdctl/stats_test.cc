// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include "base/text.h"
#include "cli/dashboard.h"
#include "cli/line.h"
#include "cli/stats_json.h"
#include "cli/units.h"
#include "stats/histogram.h"
#include "stats/rates.h"

namespace khttpd {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

TEST(Histogram, HasNoQuantileWhenEmpty) {
    EXPECT_EQ(stats::quantile({}, 0.5), std::nullopt);
    EXPECT_EQ(stats::quantile({{1024, 0}}, 0.5), std::nullopt);
}

TEST(Histogram, InterpolatesWithinABucket) {
    // 100 values from 1792 to 2048: the median is in the middle.
    const std::vector<Bucket> one = {{2048, 100}};
    EXPECT_DOUBLE_EQ(stats::quantile(one, 0.5)->ns, 1920);
    EXPECT_DOUBLE_EQ(stats::quantile(one, 1.0)->ns, 2048);
    EXPECT_DOUBLE_EQ(stats::quantile(one, 0.25)->ns, 1856);
}

TEST(Histogram, FindsTheBucketOfTheRank) {
    const std::vector<Bucket> buckets = {{1024, 50}, {2048, 40}, {4096, 10}};
    EXPECT_DOUBLE_EQ(stats::quantile(buckets, 0.5)->ns, 1024);
    EXPECT_DOUBLE_EQ(stats::quantile(buckets, 0.9)->ns, 2048);
    EXPECT_DOUBLE_EQ(stats::quantile(buckets, 0.95)->ns, 3840);
}

TEST(Histogram, KnowsWhereABucketBegins) {
    const std::vector<Bucket> buckets = {{1024, 1}, {1280, 1}, {1536, 1}, {8192, 1}, {10240, 1}};
    EXPECT_EQ(stats::lower_bound(buckets, 0), 0U);
    EXPECT_EQ(stats::lower_bound(buckets, 1), 1024U);
    EXPECT_EQ(stats::lower_bound(buckets, 2), 1280U);
    EXPECT_EQ(stats::lower_bound(buckets, 3), 7168U);
    EXPECT_EQ(stats::lower_bound(buckets, 4), 8192U);
}

TEST(Histogram, KnowsOnlyALeastTimeInTheLastBucket) {
    const std::vector<Bucket> buckets = {{1024, 1}, {0, 99}};
    EXPECT_EQ(stats::quantile(buckets, 0.99), (stats::Quantile{1024, true}));
}

TEST(Histogram, SubtractsBucketByBucket) {
    const std::vector<Bucket> before = {{1024, 5}, {4096, 5}};
    const std::vector<Bucket> after = {{1024, 5}, {2048, 3}, {4096, 9}};
    EXPECT_THAT(stats::difference(before, after), ElementsAre(Bucket{2048, 3}, Bucket{4096, 4}));
}

Stats sample(std::uint64_t seconds, std::uint64_t requests) {
    Stats stats;
    stats.started_ns = 10;
    stats.now_ns = 10 + seconds * 1'000'000'000;
    stats.requests = requests;
    return stats;
}

TEST(Rates, AreCountsByTheKernelsClock) {
    Stats before = sample(10, 1000);
    Stats after = sample(12, 1500);
    before.status = {{200, 900}};
    after.status = {{200, 1300}, {404, 10}};
    const auto interval = stats::between(before, after);
    ASSERT_TRUE(interval);
    EXPECT_DOUBLE_EQ(interval->seconds, 2);
    EXPECT_DOUBLE_EQ(interval->rate(interval->counts.requests), 250);
    EXPECT_EQ(interval->counts.status.at(200), 400U);
    EXPECT_EQ(interval->counts.status.at(404), 10U);
}

TEST(Rates, HaveThoseOfTheCache) {
    Stats before = sample(10, 1000);
    Stats after = sample(12, 1500);
    before.cache_hits = 5;
    after.cache_hits = 105;
    after.cache_misses = 6;
    after.cache_evictions = 7;
    after.cache_stale = 8;
    before.fast = 1;
    after.fast = 10;
    const auto interval = stats::between(before, after);
    ASSERT_TRUE(interval);
    EXPECT_EQ(interval->counts.cache_hits, 100U);
    EXPECT_EQ(interval->counts.cache_misses, 6U);
    EXPECT_EQ(interval->counts.cache_evictions, 7U);
    EXPECT_EQ(interval->counts.cache_stale, 8U);
    EXPECT_EQ(interval->counts.fast, 9U);
    cli::View view;
    view.now = interval;
    const cli::Json json = cli::stats_json(view)["interval"];
    EXPECT_EQ(json["cache_hits_per_second"], 50);
    EXPECT_EQ(json["cache_misses_per_second"], 3);
    EXPECT_EQ(json["fast_per_second"], 4.5);
}

TEST(Rates, EndWhereTheServerIsStartedAnew) {
    Stats after = sample(12, 3);
    after.started_ns = 5'000'000'000;
    EXPECT_EQ(stats::between(sample(10, 1000), after), std::nullopt);
}

TEST(Rates, NeedTimeToPass) {
    EXPECT_EQ(stats::between(sample(10, 1), sample(10, 2)), std::nullopt);
    EXPECT_EQ(stats::between(sample(11, 1), sample(10, 2)), std::nullopt);
    Stats stopped;
    stopped.now_ns = 5;
    EXPECT_EQ(stats::between(Stats{}, stopped), std::nullopt);
}

TEST(Rates, AreNeverNegative) {
    const auto interval = stats::between(sample(10, 1000), sample(11, 990));
    ASSERT_TRUE(interval);
    EXPECT_EQ(interval->counts.requests, 0U);
}

TEST(Rates, CountFromTheStart) {
    const auto interval = stats::since_start(sample(4, 1000));
    ASSERT_TRUE(interval);
    EXPECT_DOUBLE_EQ(interval->rate(interval->counts.requests), 250);
}

TEST(Units, AreShortAndPlain) {
    EXPECT_EQ(cli::grouped(0), "0");
    EXPECT_EQ(cli::grouped(999), "999");
    EXPECT_EQ(cli::grouped(1234567), "1,234,567");
    EXPECT_EQ(cli::grouped(123456), "123,456");
    EXPECT_EQ(cli::rounded(0), "0");
    EXPECT_EQ(cli::rounded(0.254), "0.25");
    EXPECT_EQ(cli::rounded(12.34), "12.3");
    EXPECT_EQ(cli::rounded(999.4), "999");
    EXPECT_EQ(cli::rounded(999.6), "1.00 k");
    EXPECT_EQ(cli::rounded(1.2e6), "1.20 M");
    EXPECT_EQ(cli::bytes(17), "17 B");
    EXPECT_EQ(cli::bytes(1024), "1.00 KiB");
    EXPECT_EQ(cli::bytes(1.2 * (1 << 30)), "1.20 GiB");
    EXPECT_EQ(cli::percent(1, 8), "12.5 %");
    EXPECT_EQ(cli::percent(8, 8), "100.0 %");
    EXPECT_EQ(cli::percent(1, 1 << 20), "<0.1 %");
    EXPECT_EQ(cli::percent(0, 8), "0.0 %");
    EXPECT_EQ(cli::percent(0, 0), "-");
    EXPECT_EQ(cli::nanoseconds(850), "850 ns");
    EXPECT_EQ(cli::nanoseconds(42'100), "42.1 us");
    EXPECT_EQ(cli::nanoseconds(3e9), "3.00 s");
    EXPECT_EQ(cli::age(42), "42s");
    EXPECT_EQ(cli::age(187), "3m 07s");
    EXPECT_EQ(cli::age(7500), "2h 05m");
    EXPECT_EQ(cli::age(86400 * 12 + 3 * 3600), "12d 03h");
}

TEST(Line, IsCutToTheWidth) {
    cli::Line line;
    line.left("ab", 4).add("cdef");
    EXPECT_EQ(line.text(6, false), "ab  cd");
    EXPECT_EQ(line.text(3, false), "ab");
    EXPECT_EQ(cli::Line{"█▏x"}.text(2, false), "█▏");
}

TEST(Line, HasColoursOnlyWhereTheyAreWelcome) {
    const cli::Line line{"x", cli::Style::bad};
    EXPECT_EQ(line.text(5, false), "x");
    EXPECT_EQ(line.text(5, true), "\x1b[31mx\x1b[0m");
}

TEST(Text, CannotSteerTheTerminal) {
    EXPECT_EQ(printable("/srv/\x1b[2J\n\x7f"), "/srv/?[2J??");
}

cli::View busy_view() {
    cli::View view;
    view.server.emplace();
    view.server->state = KHTTPD_STATE_RUNNING;
    view.server->version = "0.1.0";
    view.server->generation = 7;
    view.server->settings.root = "/var/www";
    view.server->settings.listeners = {Listener{}};
    view.stats = sample(100, 1'234'567);
    view.stats.accepted = 20'000;
    view.stats.connections = 321;
    view.stats.bytes_in = 5 << 20;
    view.stats.bytes_out = 3ULL << 30;
    view.stats.status = {{200, 1'000'000}, {404, 234'567}};
    view.stats.refused = {{KHTTPD_REFUSAL_IDLE_TIMEOUT, 12}, {KHTTPD_REFUSAL_LIMIT, 0}};
    view.stats.latency = {{16384, 900}, {32768, 90}, {65536, 10}};
    return view;
}

TEST(Dashboard, ShowsEverythingInColumns) {
    EXPECT_THAT(cli::render(busy_view(), {}),
                ElementsAre("khttpd 0.1.0  running for 1m 40s  generation 7",
                            "/var/www  on  [::]:80", "",
                            "Traffic                               total        average",
                            "  requests                        1,234,567       12.3 k/s",
                            "  connections                        20,000          200/s",
                            "  received                         5.00 MiB     51.2 KiB/s",
                            "  sent                             3.00 GiB     30.7 MiB/s",
                            "  open connections                      321", "",
                            "Latency                         since start",
                            "  p50                               15.5 us",
                            "  p90                               16.4 us",
                            "  p99                               32.8 us",
                            "  p99.9                             64.7 us", "",
                            "Responses                             total          share",
                            "  200 OK                          1,000,000         81.0 %",
                            "  404 Not Found                     234,567         19.0 %", "",
                            "Refused, cut off, held up             total        average",
                            "  idle-timeout                           12         0.12/s", "",
                            "Distribution of latency  since start",
                            "  <  16.4 us    90.0 %  ########################",
                            "  <  32.8 us     9.0 %  ##", "  <  65.5 us     1.0 %"));
}

TEST(Dashboard, NamesWhatTheLimitsOfAClientDid) {
    cli::View view = busy_view();
    view.stats.status = {{200, 1}, {429, 6}, {431, 1}};
    view.stats.refused = {{KHTTPD_REFUSAL_EVICTED, 100},
                          {KHTTPD_REFUSAL_CLIENT_CONNECTIONS, 200},
                          {KHTTPD_REFUSAL_CLIENT_CONNECTS, 300},
                          {KHTTPD_REFUSAL_CLIENT_REQUESTS, 400},
                          {KHTTPD_REFUSAL_CLIENT_BYTES, 500}};
    EXPECT_THAT(cli::render(view, {}),
                IsSupersetOf({"  429 Too Many Requests                   6         75.0 %",
                              "  431 Fields Too Large                    1         12.5 %",
                              "  evicted                               100         1.00/s",
                              "  client-connections                    200         2.00/s",
                              "  client-connects                       300         3.00/s",
                              "  client-requests                       400         4.00/s",
                              "  client-bytes                          500         5.00/s"}));
}

cli::View cached_view() {
    cli::View view = busy_view();
    view.stats.requests = 1000;
    view.stats.cache_hits = 750;
    view.stats.cache_misses = 50;
    view.stats.cache_evictions = 20;
    view.stats.cache_stale = 3;
    view.stats.fast = 700;
    view.stats.cache_entries = 41;
    view.stats.cache_bytes = 5 << 20;
    return view;
}

TEST(Dashboard, ShowsHowTheCacheDoes) {
    EXPECT_THAT(cli::render(cached_view(), {}),
                IsSupersetOf({"Cache                                 total          share",
                              "  hits                                  750         93.8 %",
                              "  misses                                 50          6.2 %",
                              "  fast, of all requests                 700         70.0 %",
                              "  evicted for want of room               20",
                              "  stale                                   3",
                              "  responses                              41",
                              "  memory                           5.00 MiB"}));
    EXPECT_THAT(cli::render(busy_view(), {}), Not(Contains(HasSubstr("Cache"))));
}

TEST(Dashboard, ShowsWhatTheCacheDoesNow) {
    cli::View view = cached_view();
    view.live = true;
    Stats before = view.stats;
    before.now_ns -= 2'000'000'000;
    before.cache_hits -= 100;
    view.now = stats::between(before, view.stats);
    EXPECT_THAT(cli::render(view, {}),
                IsSupersetOf(
                    {"Cache                                 total            now          share",
                     "  hits                                  750         50.0/s         93.8 %",
                     "  misses                                 50            0/s          6.2 %"}));
}

TEST(Dashboard, HasAColumnForNowWhenLive) {
    cli::View view = busy_view();
    view.live = true;
    EXPECT_THAT(
        cli::render(view, {}),
        Contains("  requests                        1,234,567              -       12.3 k/s"));
    Stats before = view.stats;
    before.now_ns -= 2'000'000'000;
    before.requests -= 500;
    view.now = stats::between(before, view.stats);
    EXPECT_THAT(cli::render(view, {}),
                AllOf(Contains("  requests                        1,234,567          250/s"
                               "       12.3 k/s"),
                      Contains("a all  t traffic  l latency  r responses  c cache  x refused  "
                               "q quit")));
}

stats::Interval interval(double seconds, std::uint64_t requests) {
    stats::Interval result;
    result.seconds = seconds;
    result.counts.requests = requests;
    return result;
}

TEST(History, HasAMomentForEachSecond) {
    stats::History history;
    for (int i = 0; i < 10; ++i)
        history.add(interval(0.25, 5), 3);
    ASSERT_EQ(history.moments().size(), 2U);
    EXPECT_DOUBLE_EQ(history.moments()[0].seconds, 1);
    EXPECT_DOUBLE_EQ(history.moments()[0].requests, 20);
    EXPECT_DOUBLE_EQ(history.moments()[0].connections, 3);
}

TEST(History, ForgetsAfterAMinute) {
    stats::History history;
    for (std::uint64_t i = 0; i < 100; ++i)
        history.add(interval(1, i), 0);
    ASSERT_EQ(history.moments().size(), 60U);
    EXPECT_DOUBLE_EQ(history.moments().front().requests, 40);
    for (std::uint64_t i = 0; i < 100; ++i)
        history.add(interval(30, i), 0);
    EXPECT_EQ(history.moments().size(), 2U);
    history.clear();
    EXPECT_TRUE(history.moments().empty());
}

cli::View live_view() {
    cli::View view = busy_view();
    view.live = true;
    for (int i = 0; i <= 7; ++i)
        view.minute.push_back({1, 100.0 * i, 0, 5});
    return view;
}

TEST(Dashboard, DrawsTheLastMinute) {
    EXPECT_THAT(cli::render(live_view(), {.unicode = true}),
                IsSupersetOf({"Last minute",
                              "  requests    ▁▂▃▄▅▆▇█                                           "
                              " max 700/s",
                              "  sent        ▁▁▁▁▁▁▁▁                                           "
                              " max 0 B/s",
                              "  open        ████████                                           "
                              " max 5"}));
    EXPECT_THAT(cli::render(live_view(), {.columns = 40}),
                Contains("  requests    _.:-=+*#    max 700/s"));
    EXPECT_THAT(cli::render(live_view(), {.columns = 33}),
                Contains("  requests    =+*# max 700/s"));
}

TEST(Dashboard, ShowsOneSectionAlone) {
    using cli::Section;
    const auto lines = [](Section section) {
        return cli::render(live_view(), {.section = section});
    };
    EXPECT_THAT(lines(Section::traffic),
                AllOf(Contains("Last minute"), Not(Contains(HasSubstr("Latency")))));
    EXPECT_THAT(lines(Section::latency),
                AllOf(Contains(HasSubstr("Latency")), Contains(HasSubstr("Distribution")),
                      Not(Contains(HasSubstr("Traffic")))));
    EXPECT_THAT(lines(Section::responses),
                AllOf(Contains(HasSubstr("404 Not Found")), Not(Contains(HasSubstr("Latency")))));
    EXPECT_THAT(lines(Section::cache), Contains(HasSubstr("  hits")));
    EXPECT_THAT(lines(Section::refused),
                AllOf(Contains(HasSubstr("idle-timeout")), Not(Contains(HasSubstr("Responses")))));
}

TEST(Dashboard, HasAKeyForEachSection) {
    using cli::Section;
    EXPECT_EQ(cli::section_of_key('c', Section::all), Section::cache);
    EXPECT_EQ(cli::section_of_key('a', Section::cache), Section::all);
    EXPECT_EQ(cli::section_of_key('z', Section::cache), std::nullopt);
    EXPECT_EQ(cli::section_of_key('\t', Section::all), Section::traffic);
    EXPECT_EQ(cli::section_of_key('\t', Section::refused), Section::all);
}

TEST(Dashboard, StaysWithinTheWidth) {
    cli::View view = busy_view();
    view.live = true;
    for (const std::string &line : cli::render(view, {.columns = 40}))
        EXPECT_LE(line.size(), 40U) << line;
}

TEST(Dashboard, ShowsAServerThatDoesNotRun) {
    cli::View view;
    view.server.emplace();
    view.problem = "the module is not loaded";
    EXPECT_THAT(cli::render(view, {}), ElementsAre("khttpd  stopped", "the module is not loaded"));
    view.server.reset();
    view.problem = "went away";
    EXPECT_THAT(cli::render(view, {}), ElementsAre("khttpd  no answer", "went away"));
}

TEST(Dashboard, HasNoEscapeSequencesWithoutColour) {
    EXPECT_THAT(cli::render(busy_view(), {}), Not(Contains(HasSubstr("\x1b"))));
    EXPECT_THAT(cli::render(busy_view(), {.color = true}), Contains(HasSubstr("\x1b[32m")));
}

TEST(Dashboard, PutsManyBucketsTogether) {
    cli::View view = busy_view();
    view.stats.latency.clear();
    for (std::uint64_t bound = 1024; bound < 1ULL << 40; bound *= 2)
        view.stats.latency.push_back({bound, 1});
    EXPECT_LE(cli::render(view, {}).size(), 36U);
}

TEST(StatsJson, NamesEveryReason) {
    cli::View view;
    for (std::uint32_t reason = KHTTPD_REFUSAL_LIMIT; reason <= KHTTPD_REFUSAL_KILLED; ++reason)
        view.stats.refused[reason] = reason + 1;
    EXPECT_EQ(cli::stats_json(view)["refused"], cli::Json({{"limit", 1},
                                                           {"memory", 2},
                                                           {"head-timeout", 3},
                                                           {"idle-timeout", 4},
                                                           {"send-timeout", 5},
                                                           {"linger-timeout", 6},
                                                           {"reset", 7},
                                                           {"truncated", 8},
                                                           {"stop", 9},
                                                           {"evicted", 10},
                                                           {"client-connections", 11},
                                                           {"client-connects", 12},
                                                           {"client-requests", 13},
                                                           {"client-bytes", 14},
                                                           {"denied", 15},
                                                           {"killed", 16}}));
}

TEST(StatsJson, HasTheCache) {
    const cli::Json json = cli::stats_json(cached_view());
    EXPECT_EQ(json["cache"], cli::Json({{"entries", 41},
                                        {"bytes", 5 << 20},
                                        {"hits", 750},
                                        {"misses", 50},
                                        {"evictions", 20},
                                        {"stale", 3}}));
    EXPECT_EQ(json["fast"], 700);
}

TEST(StatsJson, SumsReasonsThatAreNewerThanThisProgram) {
    cli::View view;
    EXPECT_EQ(cli::stats_json(view)["refused"], cli::Json::object());
    view.stats.refused = {{1000, 3}, {1001, 4}};
    EXPECT_EQ(cli::stats_json(view)["refused"], cli::Json({{"other", 7}}));
}

TEST(Dashboard, HasALineForLogs) {
    cli::View view = busy_view();
    EXPECT_EQ(cli::render_line(view, "12:00:00"),
              "12:00:00 running           -        321            -            -         -"
              "         -");
    EXPECT_EQ(cli::render_heading().size(), cli::render_line(view, "12:00:00").size());
}

TEST(Dashboard, TellsThatTheServerDrains) {
    cli::View view = busy_view();
    EXPECT_EQ(cli::stats_json(view)["draining"], false);
    view.server->draining = true;
    EXPECT_THAT(cli::render(view, {}),
                Contains("khttpd 0.1.0  running for 1m 40s  draining  generation 7"));
    EXPECT_THAT(cli::render_line(view, "12:00:00"), StartsWith("12:00:00 draining "));
    EXPECT_EQ(cli::stats_json(view)["state"], "running");
    EXPECT_EQ(cli::stats_json(view)["draining"], true);
}

} // namespace
} // namespace khttpd
