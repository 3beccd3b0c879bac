// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <chrono>
#include <functional>

#include "cli_fixture.h"

namespace khttpd {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

class Drain : public test::CliTest {
  protected:
    Drain() {
        kernel_.server.state = KHTTPD_STATE_RUNNING;
        kernel_.stats.connections = 2;
    }

    /// Runs a drain, in whose @n-th look at the server, counted from 1, @event happens.
    int run_with(int n, std::function<void()> event, std::vector<std::string> options) {
        kernel_.on_get = [n, event = std::move(event), looks = 0]() mutable {
            if (++looks == n)
                event();
        };
        options.insert(options.begin(), "drain");
        return run(std::move(options));
    }
};

TEST_F(Drain, WaitsForTheLastConnection) {
    // The first look is that whether the server runs.
    EXPECT_EQ(run_with(4, [this] { kernel_.stats.connections = 0; }, {"--grace", "0s"}), 0);
    EXPECT_EQ(out(), "drained\n");
    ASSERT_EQ(kernel_.changes.size(), 1U);
    EXPECT_EQ(kernel_.changes[0].drain, true);
    EXPECT_EQ(kernel_.changes[0].state, std::nullopt);
    EXPECT_EQ(kernel_.server.state, KHTTPD_STATE_RUNNING);
    EXPECT_TRUE(kernel_.server.draining);
}

TEST_F(Drain, WaitsForThoseWhoHaveNotNoticed) {
    kernel_.stats.connections = 0;
    const auto begin = std::chrono::steady_clock::now();
    // Somebody comes while nobody is there.
    EXPECT_EQ(run_with(3, [this] { kernel_.stats.connections = 1; },
                       {"--grace", "1s", "--timeout", "1s"}),
              75);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::seconds{1});
    EXPECT_EQ(err(), "error: after 1s, 1 connection is left\n"
                     "hint: 'khttpdctl connections' shows them, and 'khttpdctl connections kill' "
                     "ends them\n");
}

TEST_F(Drain, GivesUp) {
    EXPECT_EQ(run({"drain", "--grace=0s", "--timeout=0s"}), 75);
    EXPECT_THAT(err(), HasSubstr("error: after 0s, 2 connections are left\n"));
    EXPECT_TRUE(kernel_.server.draining);
}

TEST_F(Drain, EndsWithTheServer) {
    EXPECT_EQ(run_with(3, [this] { kernel_.server.state = KHTTPD_STATE_STOPPED; }, {}), 0);
    EXPECT_EQ(out(), "the server was stopped before it was drained\n");
}

TEST_F(Drain, EndsWhereSomebodyEndsIt) {
    EXPECT_EQ(run_with(3, [this] { kernel_.server.draining = false; }, {}), 75);
    EXPECT_THAT(err(), AllOf(HasSubstr("does not drain any more"), HasSubstr("hint: ")));
}

TEST_F(Drain, NeedNotBeWaitedFor) {
    EXPECT_EQ(run({"drain", "--no-wait"}), 0);
    EXPECT_EQ(out(), "draining\n");
    EXPECT_TRUE(kernel_.server.draining);
    EXPECT_EQ(run({"drain", "--off"}), 0);
    EXPECT_EQ(out(), "not draining\n");
    EXPECT_FALSE(kernel_.server.draining);
}

TEST_F(Drain, NeedsARunningServer) {
    for (const khttpd_state state : {KHTTPD_STATE_STOPPED, KHTTPD_STATE_STOPPING}) {
        kernel_.server.state = state;
        EXPECT_EQ(run({"drain"}), 69);
        EXPECT_THAT(err(),
                    AllOf(StartsWith("error: the server is not running\n"), HasSubstr("hint: ")));
    }
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"drain", "--off"}), 69);
    EXPECT_EQ(module_, host::ModuleState::installed);
    EXPECT_THAT(kernel_.changes, IsEmpty());
}

TEST_F(Drain, RefusesWhatIsWrong) {
    for (const std::vector<std::string> &options :
         std::vector<std::vector<std::string>>{{"--grace", "5"},
                                               {"--timeout", ""},
                                               {"--timeout", "99999w"},
                                               {"--grace", "2m"},
                                               {"--off", "--no-wait"},
                                               {"--off", "--grace", "1s"},
                                               {"--no-wait", "--timeout", "1s"}}) {
        std::vector<std::string> words{"drain"};
        words.insert(words.end(), options.begin(), options.end());
        EXPECT_EQ(run(words), 64) << options[0];
        EXPECT_THAT(err(), AllOf(StartsWith("error: "), HasSubstr("\nhint: ")));
    }
    EXPECT_EQ(kernel_.requests, 0);
}

} // namespace
} // namespace khttpd
