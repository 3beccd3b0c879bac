// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <sstream>

#include "base/unique_fd.h"
#include "cli_fixture.h"
#include "daemon/daemon.h"
#include "daemon/log.h"

namespace khttpd {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Runs the daemon in this process: what it hears comes from the kernel that is made up, in order,
/// and what it tells the service manager is caught.
class DaemonTest : public test::CliTest {
  protected:
    DaemonTest() : notify_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
        write_valid_config();
        const std::string path = (directory_ / "notify").string();
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
        EXPECT_EQ(bind(notify_.get(), reinterpret_cast<sockaddr *>(&address), sizeof(address)), 0);
        setenv("NOTIFY_SOCKET", path.c_str(), 1);
        // One look after the server each 0.1 s.
        setenv("WATCHDOG_USEC", "300000", 1);
        unsetenv("WATCHDOG_PID");
    }

    ~DaemonTest() override {
        unsetenv("NOTIFY_SOCKET");
        unsetenv("WATCHDOG_USEC");
    }

    /// Runs the daemon; before its @n-th look at the server, counted from 1, happens @events[n].
    int run_daemon(std::map<int, std::function<void()>> events,
                   std::vector<std::string> arguments = {"daemon", "-q"}) {
        int looks = 0;
        kernel_.on_get = [this, &looks, events = std::move(events)] {
            // The daemon blocks when nobody reads what it tells.
            told();
            const auto found = events.find(++looks);
            if (found != events.end())
                found->second();
        };
        return run(std::move(arguments));
    }

    static void terminate() { kill(getpid(), SIGTERM); }

    /// What the service manager was told so far.
    const std::vector<std::string> &told() {
        char buffer[4096];
        for (;;) {
            const ssize_t length = recv(notify_.get(), buffer, sizeof(buffer), 0);
            if (length < 0)
                return told_;
            told_.emplace_back(buffer, static_cast<std::size_t>(length));
        }
    }

  private:
    UniqueFd notify_;
    std::vector<std::string> told_;
};

TEST_F(DaemonTest, StartsTheServerAndStopsItAtTheEnd) {
    EXPECT_EQ(run_daemon({{6, terminate}}), 0);
    ASSERT_EQ(kernel_.changes.size(), 2U);
    EXPECT_EQ(kernel_.changes[0].state, KHTTPD_STATE_RUNNING);
    EXPECT_EQ(kernel_.changes[1].state, KHTTPD_STATE_STOPPED);
    const auto messages = told();
    ASSERT_FALSE(messages.empty());
    EXPECT_EQ(messages.front(), "READY=1\nSTATUS=serving " + www_ + " on [::]:80");
    EXPECT_THAT(messages, Contains("WATCHDOG=1"));
    EXPECT_THAT(messages, Contains(HasSubstr("STOPPING=1")));
}

TEST_F(DaemonTest, AdoptsARunningServer) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.server.settings.root = "/elsewhere";
    // Not even the files have to be readable for that.
    directory_.write("khttpd.conf", "[broken");
    EXPECT_EQ(run_daemon({{2, terminate}}), 0);
    ASSERT_EQ(kernel_.changes.size(), 1U);
    EXPECT_EQ(kernel_.changes[0].state, KHTTPD_STATE_STOPPED);
    EXPECT_THAT(told(), Contains("READY=1\nSTATUS=serving /elsewhere on [::]:80"));
}

TEST_F(DaemonTest, FailsWhereTheServerCannotBeStarted) {
    netlink::Ack ack;
    ack.error = EPERM;
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, ack);
    EXPECT_EQ(run_daemon({}), 77);
    EXPECT_THAT(told(), AllOf(Contains(StartsWith("STATUS=")), Not(Contains(HasSubstr("READY")))));
    EXPECT_THAT(err(), AllOf(HasSubstr("error: "), HasSubstr("hint: ")));
}

TEST_F(DaemonTest, TellsWhenSomebodyElseStopsTheServer) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run_daemon({{2,
                           [this] {
                               kernel_.server.state = KHTTPD_STATE_STOPPED;
                               ++kernel_.server.generation;
                               kernel_.notify(netlink::ServerChanged{kernel_.server});
                           }},
                          {4, terminate}}),
              0);
    EXPECT_THAT(kernel_.changes, testing::IsEmpty());
    EXPECT_THAT(told(), Contains(StartsWith("STATUS=stopped; ")));
}

TEST_F(DaemonTest, FollowsChangesOfTheConfiguration) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run_daemon({{2,
                           [this] {
                               kernel_.server.settings.root = "/new";
                               ++kernel_.server.generation;
                               kernel_.notify(netlink::EventsLost{});
                           }},
                          {4, terminate}}),
              0);
    EXPECT_THAT(told(), Contains("STATUS=serving /new on [::]:80"));
}

TEST_F(DaemonTest, TellsOfEachEventOnce) {
    unsetenv("JOURNAL_STREAM");
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    testing::internal::CaptureStderr();
    EXPECT_EQ(run_daemon({{2,
                           [this] {
                               kernel_.server.settings.fields = 7;
                               ++kernel_.server.generation;
                               kernel_.notify(netlink::ServerChanged{kernel_.server});
                               // The second within a minute.
                               kernel_.notify(LimitReached{KHTTPD_REFUSAL_LIMIT, 1});
                               kernel_.notify(LimitReached{KHTTPD_REFUSAL_LIMIT, 2});
                           }},
                          {6, terminate}},
                         {"daemon"}),
              0);
    std::istringstream log{testing::internal::GetCapturedStderr()};
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);)
        lines.push_back(line.substr(line.find("info")));
    EXPECT_THAT(lines, testing::ElementsAre(
                           "info: adopted the running server", "info: serving  on [::]:80",
                           "info: configuration applied: generation 2; limits.fields: 100 -> 7",
                           "info: limit reached: limit, 1 since the start",
                           "info: the server is stopped"));
}

TEST_F(DaemonTest, EndsWithTheModule) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run_daemon({{2, [this] { kernel_.notify(netlink::FamilyGone{}); }}}), 69);
    EXPECT_THAT(told(), Contains("STATUS=the module was unloaded"));
}

TEST_F(DaemonTest, FeedsNoWatchdogWithoutAnAnswer) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    std::vector<std::string> messages;
    EXPECT_EQ(run_daemon({{2,
                           [this] {
                               netlink::Ack ack;
                               ack.error = EBUSY;
                               kernel_.refuse(KHTTPD_CMD_LISTENER_GET, ack);
                           }},
                          {5,
                           [this, &messages] {
                               messages = told();
                               kernel_.answer_again();
                               terminate();
                           }}}),
              0);
    EXPECT_THAT(messages, Not(Contains("WATCHDOG=1")));
    EXPECT_THAT(told(), Contains("WATCHDOG=1"));
}

TEST_F(DaemonTest, WaitsForTheLastConnection) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.defer_stop = true;
    EXPECT_EQ(
        run_daemon({{2, terminate}, {15, [this] { kernel_.server.state = KHTTPD_STATE_STOPPED; }}}),
        0);
    EXPECT_THAT(told(), Contains(StartsWith("EXTEND_TIMEOUT_USEC=")));
}

TEST_F(DaemonTest, CutsOffWhatTakesTooLong) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.server.settings.drain_ms = 0;
    kernel_.defer_stop = true;
    kernel_.on_get = [looks = 0]() mutable {
        if (++looks == 2)
            terminate();
    };
    daemon::set_up_log(false, true);
    daemon::Daemon daemon{netlink::Client{kernel_.connect()},
                          {},
                          "khttpd",
                          [] { return false; },
                          std::chrono::milliseconds{0}};
    const auto status = daemon.run();
    ASSERT_TRUE(status);
    EXPECT_EQ(*status, 0);
    ASSERT_EQ(kernel_.changes.size(), 2U);
    EXPECT_EQ(kernel_.changes[0].state, KHTTPD_STATE_STOPPED);
    EXPECT_EQ(kernel_.changes[1].state, KHTTPD_STATE_STOPPED);
}

TEST_F(DaemonTest, TellsThatTheServerDrains) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.server.settings.root = "/srv";
    EXPECT_EQ(run_daemon({{2,
                           [this] {
                               kernel_.server.draining = true;
                               ++kernel_.server.generation;
                               kernel_.notify(netlink::ServerChanged{kernel_.server});
                           }},
                          {4, terminate}}),
              0);
    EXPECT_THAT(told(), Contains("STATUS=draining, still serving /srv on [::]:80"));
}

TEST_F(DaemonTest, EndsWithTheNameOfItsNetworkNamespace) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    name_netns("blue");
    EXPECT_EQ(run_daemon({{3, [this] { std::filesystem::remove(directory_ / "run-netns/blue"); }}},
                         {"daemon", "-q", "--netns", "blue"}),
              0);
    ASSERT_EQ(kernel_.changes.size(), 1U);
    EXPECT_EQ(kernel_.changes[0].state, KHTTPD_STATE_STOPPED);
    EXPECT_THAT(told(), AllOf(Contains("WATCHDOG=1"), Contains(HasSubstr("STOPPING=1"))));
}

TEST_F(DaemonTest, TakesNoNoticeOfSighup) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run_daemon({{2, [] { kill(getpid(), SIGHUP); }}, {3, terminate}}), 0);
    EXPECT_EQ(kernel_.changes.size(), 1U);
}

} // namespace
} // namespace khttpd
