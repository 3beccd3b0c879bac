// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "bench/latency.h"
#include "bench/request.h"
#include "bench/url.h"

namespace khttpd::bench {
namespace {

using testing::HasSubstr;

struct Parts {
    std::string host;
    int port;
    std::string authority;
    std::string target;
};

void expect_url(const std::string &text, const Parts &parts) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text << ": " << url.error().message;
    EXPECT_EQ(url->host, parts.host) << text;
    EXPECT_EQ(url->port, parts.port) << text;
    EXPECT_EQ(url->authority, parts.authority) << text;
    EXPECT_EQ(url->target, parts.target) << text;
}

TEST(Url, HasAHostAPortAndATarget) {
    expect_url("http://example.org", {"example.org", 80, "example.org", "/"});
    expect_url("HTTP://example.org:8080/", {"example.org", 8080, "example.org:8080", "/"});
    expect_url("http://127.0.0.1:1/a/b?c=/d", {"127.0.0.1", 1, "127.0.0.1:1", "/a/b?c=/d"});
    expect_url("http://a:65535?b", {"a", 65535, "a:65535", "/?b"});
    expect_url("http://a:/%20#part", {"a", 80, "a:", "/%20"});
    expect_url("http://a#/part", {"a", 80, "a", "/"});
    expect_url("http://a/@:[", {"a", 80, "a", "/@:["});
    expect_url("http://[::1]", {"::1", 80, "[::1]", "/"});
    expect_url("http://[2001:db8::2]:81/x", {"2001:db8::2", 81, "[2001:db8::2]:81", "/x"});
}

TEST(Url, IsRefusedWithAReason) {
    const std::pair<std::string, std::string> wrong[] = {
        {"", "no URL"},
        {"127.0.0.1/x", "no URL"},
        {"https://example.org/", "only http://"},
        {"http://", "no host"},
        {"http:///x", "no host"},
        {"http://:80/", "no host"},
        {"http://a:0/", "a port is"},
        {"http://a:65536/", "a port is"},
        {"http://a:80x/", "a port is"},
        {"http://a:-1/", "a port is"},
        {"http://u:p@a/", "user name"},
        {"http://[::1/", "']'"},
        {"http://[]/", "no host"},
        {"http://[::g]/", "IPv6"},
        {"http://[127.0.0.1]/", "IPv6"},
        {"http://[::1]80/", "IPv6"},
        {"http://a/ b", "character"},
        {"http://a/\r\nX: y", "character"},
        {"http://a/\x7f", "character"},
        {"http://a/\xc3\xa4", "character"},
    };
    for (const auto &[text, reason] : wrong) {
        const auto url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_EQ(url.error().code, ExitCode::usage);
        EXPECT_THAT(url.error().message, HasSubstr(reason)) << text;
    }
    EXPECT_EQ(parse_url("127.0.0.1/x").error().hint, "http://127.0.0.1/x");
}

TEST(BenchRequest, IsWhatIsAskedFor) {
    const Url url = *parse_url("http://a:81/b?c");
    EXPECT_EQ(*make_request(url, {}, true), "GET /b?c HTTP/1.1\r\nHost: a:81\r\n\r\n");
    EXPECT_EQ(*make_request(url, {"X-A: \t1", "Y:"}, false),
              "GET /b?c HTTP/1.1\r\nHost: a:81\r\nX-A: \t1\r\nY:\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(*make_request(url, {"hOST: other"}, true),
              "GET /b?c HTTP/1.1\r\nhOST: other\r\n\r\n");
}

TEST(BenchRequest, RefusesWhatIsNoField) {
    const Url url = *parse_url("http://a/");
    for (const char *field :
         {"", "X", ": x", "X : y", "X Y: z", "X: y\r\nZ: 1", "X: \x01", "X:\x7f"}) {
        const auto request = make_request(url, {field}, true);
        ASSERT_FALSE(request) << field;
        EXPECT_EQ(request.error().code, ExitCode::usage);
        EXPECT_THAT(request.error().message, HasSubstr("is no header field"));
    }
}

TEST(BenchLatency, HasNoQuantileWhenEmpty) {
    EXPECT_EQ(Latency{}.quantile(0.5), std::nullopt);
    EXPECT_EQ(Latency{}.quantile(1), std::nullopt);
    EXPECT_EQ(Latency{}.total(), 0U);
}

TEST(BenchLatency, IsExactWhereTimesAreShort) {
    Latency latency;
    for (std::uint64_t ns = 1; ns <= 100; ++ns)
        latency.count(ns);
    EXPECT_EQ(latency.quantile(0.5), 50U);
    EXPECT_EQ(latency.quantile(0.501), 51U);
    EXPECT_EQ(latency.quantile(0.99), 99U);
    EXPECT_EQ(latency.quantile(1), 100U);
    EXPECT_EQ(latency.quantile(0.0001), 1U);
}

/// What is told of one time among others that are longer.
std::uint64_t told(std::uint64_t ns) {
    Latency latency;
    latency.count(ns);
    latency.count(std::numeric_limits<std::uint64_t>::max());
    return *latency.quantile(0.5);
}

TEST(BenchLatency, RoundsUpByNoMoreThanASixtyFourth) {
    for (int bit = 0; bit < 63; ++bit)
        for (const int offset : {-1, 0, 1, 12345}) {
            const std::uint64_t ns = (std::uint64_t{1} << bit) + static_cast<std::uint64_t>(offset);
            EXPECT_GE(told(ns), ns);
            EXPECT_LE(told(ns) - ns, ns / 64) << ns;
        }
    EXPECT_EQ(told(std::numeric_limits<std::uint64_t>::max()),
              std::numeric_limits<std::uint64_t>::max());
}

TEST(BenchLatency, NeverTellsMoreThanTheLongest) {
    Latency latency;
    latency.count(1'000'001);
    EXPECT_EQ(latency.quantile(0.5), 1'000'001U);
}

TEST(BenchLatency, AddsUp) {
    Latency sum;
    Latency other;
    sum.count(10);
    other.count(20);
    other.count(5'000'000);
    sum.add(other);
    EXPECT_EQ(sum.total(), 3U);
    EXPECT_EQ(sum.quantile(0.5), 20U);
    EXPECT_EQ(sum.quantile(1), 5'000'000U);
}

} // namespace
} // namespace khttpd::bench
