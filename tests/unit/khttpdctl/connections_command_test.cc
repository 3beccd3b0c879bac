// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "cli_fixture.h"

namespace khttpd {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Connections : public test::CliTest {
  protected:
    Connections() {
        kernel_.connections = {
            {*Address::parse("192.0.2.7"), 51234, 80, KHTTPD_CONNECTION_STATE_IDLE, 61'500, 1234},
            {*Address::parse("192.0.2.9"), 1025, 8080, KHTTPD_CONNECTION_STATE_HEAD, 999, 0},
            {*Address::parse("2001:db8::7"), 443, 80, KHTTPD_CONNECTION_STATE_SEND, 3'600'000, 2},
            {*Address::parse("192.0.2.70"), 1024, 80, 99, 999, 1}};
    }
};

TEST_F(Connections, AreListedByAge) {
    EXPECT_EQ(run({"connections"}), 0);
    EXPECT_EQ(out(), "client            local  state       age  requests\n"
                     "[2001:db8::7]:443    80  send     1h 00m         2\n"
                     "192.0.2.7:51234      80  idle     1m 01s     1,234\n"
                     "192.0.2.70:1024      80  unknown      0s         1\n"
                     "192.0.2.9:1025     8080  head         0s         0\n");
    EXPECT_TRUE(kernel_.filter.empty());
    EXPECT_EQ(run({"connections", "--json"}), 0);
    const json listed = json::parse(out());
    EXPECT_EQ(listed["schema_version"], 1);
    ASSERT_EQ(listed["connections"].size(), 4U);
    EXPECT_EQ(listed["connections"][0], json({{"address", "2001:db8::7"},
                                              {"port", 443},
                                              {"local_port", 80},
                                              {"state", "send"},
                                              {"age_ms", 3600000},
                                              {"requests", 2}}));
}

TEST_F(Connections, MayBeNone) {
    EXPECT_EQ(run({"connections", "--local-port", "81"}), 0);
    EXPECT_EQ(out(), "");
    EXPECT_EQ(run({"connections", "--local-port", "81", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["connections"], json::array());
}

TEST_F(Connections, AreChosenByEverythingThatIsSaid) {
    EXPECT_EQ(run({"connections", "--from", "192.0.2.9/29", "--port=1024-65535", "--local-port",
                   "8080", "--state", "head,idle", "--older-than", "2m"}),
              0);
    EXPECT_EQ(kernel_.filter, (ConnectionFilter{.from = Block::parse("192.0.2.8/29"),
                                                .ports = {{1024, 65535}},
                                                .local_port = 8080,
                                                .states = 3,
                                                .min_age_ms = 120'000}));
    EXPECT_EQ(run({"connections", "--from", "2001:db8::7", "--port", "443"}), 0);
    EXPECT_EQ(kernel_.filter,
              (ConnectionFilter{.from = Block::parse("2001:db8::7/128"), .ports = {{443, 443}}}));
    EXPECT_THAT(out(), HasSubstr("[2001:db8::7]:443"));
}

TEST_F(Connections, AreEnded) {
    EXPECT_EQ(run({"connections", "kill", "--from", "192.0.2.0/29"}), 0);
    EXPECT_EQ(out(), "1 connection ended\n");
    EXPECT_EQ(run({"connections", "kill", "--from", "192.0.2.0/29"}), 0);
    EXPECT_EQ(out(), "0 connections ended\n");
    EXPECT_EQ(run({"connections", "--local-port=80", "kill", "--older-than", "1s", "--json"}), 0);
    EXPECT_EQ(json::parse(out()), json({{"schema_version", 1}, {"killed", 1}}));
    EXPECT_EQ(run({"connections", "kill", "--all"}), 0);
    EXPECT_EQ(out(), "2 connections ended\n");
    EXPECT_THAT(kernel_.connections, IsEmpty());
}

TEST_F(Connections, AreNotEndedUnlessSomethingSaysWhich) {
    EXPECT_EQ(run({"connections", "kill"}), 64);
    EXPECT_THAT(err(), AllOf(StartsWith("error: "), HasSubstr("hint: "), HasSubstr("--all")));
    EXPECT_EQ(run({"connections", "kill", "--all", "--state", "idle"}), 64);
    EXPECT_EQ(run({"connections", "kill", "--from", ""}), 64);
    EXPECT_EQ(run({"connections", "kill", "--state", "", "--port", "1024"}), 64);
    EXPECT_EQ(run({"connections", "--from", "::1", "kill", "--from", "::2"}), 64);
    EXPECT_EQ(run({"connections", "--all"}), 64);
    EXPECT_EQ(kernel_.connections.size(), 4U);
}

TEST_F(Connections, HaveToBeSaidWell) {
    for (const auto &[option, value] :
         std::vector<std::pair<std::string, std::string>>{{"--from", "example.org"},
                                                          {"--from", "192.0.2.0/33"},
                                                          {"--from", "[::1]"},
                                                          {"--port", "0"},
                                                          {"--port", "65536"},
                                                          {"--port", "2-1"},
                                                          {"--port", "1-"},
                                                          {"--port", "-"},
                                                          {"--port", "http"},
                                                          {"--local-port", "80-81"},
                                                          {"--local-port", ""},
                                                          {"--older-than", "5"},
                                                          {"--older-than", "-5s"},
                                                          {"--older-than", "99999999999999999999s"},
                                                          {"--older-than", "15250284452471w"},
                                                          {"--state", "idle,"},
                                                          {"--state", "closed"}}) {
        EXPECT_EQ(run({"connections", option, value}), 64) << option << ' ' << value;
        EXPECT_THAT(err(), AllOf(StartsWith("error: " + option), HasSubstr("\nhint: ")));
    }
    EXPECT_EQ(kernel_.requests, 0);
    EXPECT_EQ(run({"connections", "--state", "idel"}), 64);
    EXPECT_EQ(err(), "error: --state: there is no state 'idel'; did you mean 'idle'?\n"
                     "hint: the states are: idle, head, answer, send, body, linger\n");
}

TEST_F(Connections, AreOnlyForThoseWhoMay) {
    kernel_.refuse(KHTTPD_CMD_CONNECTION_GET, {EPERM, "", {}, {}, {}});
    EXPECT_EQ(run({"connections"}), 77);
    EXPECT_EQ(err(), "error: this needs CAP_NET_ADMIN\nhint: try sudo\n");
}

TEST_F(Connections, AreUnknownToAnOlderModule) {
    kernel_.refuse(KHTTPD_CMD_CONNECTION_KILL, {EOPNOTSUPP, "", {}, {}, {}});
    EXPECT_EQ(run({"connections", "kill", "--all"}), 69);
    EXPECT_THAT(err(), HasSubstr("different versions"));
}

} // namespace
} // namespace khttpd
