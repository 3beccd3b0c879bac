// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "daemon/journal.h"
#include "events/event.h"

namespace khttpd {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

Server a_server(khttpd_state state) {
    Server server;
    server.state = state;
    server.generation = 3;
    server.settings.root = "/srv";
    if (state == KHTTPD_STATE_RUNNING) {
        server.started_ns = 1000;
        server.settings.listeners.push_back(*parse_endpoint("[::]:80"));
    }
    return server;
}

std::vector<std::string> texts(const std::vector<events::Event> &list) {
    std::vector<std::string> lines;
    for (const events::Event &event : list)
        lines.push_back(events::text(event));
    return lines;
}

/// What is told of a running server after @change.
std::vector<std::string> after(const std::function<void(Server &)> &change) {
    const Server before = a_server(KHTTPD_STATE_RUNNING);
    Server now = before;
    ++now.generation;
    change(now);
    return texts(events::between(before, now));
}

TEST(Events, AreNoneWhereNothingHasChanged) {
    const Server server = a_server(KHTTPD_STATE_RUNNING);
    EXPECT_THAT(events::between(server, server), IsEmpty());
}

TEST(Events, TellOfAStart) {
    EXPECT_THAT(
        texts(events::between(a_server(KHTTPD_STATE_STOPPED), a_server(KHTTPD_STATE_RUNNING))),
        ElementsAre("the server is running", "listener up: [::]:80"));
}

TEST(Events, TellOfAStop) {
    for (const auto &[state, text] : {std::pair{KHTTPD_STATE_STOPPED, "the server is stopped"},
                                      std::pair{KHTTPD_STATE_STOPPING, "the server is stopping"}})
        EXPECT_THAT(texts(events::between(a_server(KHTTPD_STATE_RUNNING), a_server(state))),
                    ElementsAre("listener down: [::]:80", text));
}

TEST(Events, TellOfDraining) {
    EXPECT_THAT(after([](Server &server) { server.draining = true; }),
                ElementsAre("the server is draining"));
}

TEST(Events, TellOfARestartThatNobodySaw) {
    EXPECT_THAT(after([](Server &server) { server.started_ns = 2000; }),
                ElementsAre("listener down: [::]:80", "the server is stopped",
                            "the server is running", "listener up: [::]:80"));
}

TEST(Events, TellOfARestartOfWhatDrained) {
    Server before = a_server(KHTTPD_STATE_RUNNING);
    before.draining = true;
    Server now = a_server(KHTTPD_STATE_RUNNING);
    now.started_ns = before.started_ns + 1;
    EXPECT_THAT(texts(events::between(before, now)),
                ElementsAre("listener down: [::]:80", "the server is stopped",
                            "the server is running", "listener up: [::]:80"));
}

TEST(Events, NameWhatIsConfiguredOtherwise) {
    EXPECT_THAT(after([](Server &server) {
                    server.settings.connections = 9;
                    server.settings.root = "/new";
                }),
                ElementsAre("configuration applied: generation 4; server.root: /srv -> /new; "
                            "limits.connections: 65536 -> 9"));
}

TEST(Events, TellOfAConfigurationThatIsTheSame) {
    EXPECT_THAT(after([](Server &) {}), ElementsAre("configuration applied: generation 4"));
}

TEST(Events, TellOfAConfigurationThatComesWithAStart) {
    Server now = a_server(KHTTPD_STATE_RUNNING);
    now.settings.fields = 7;
    EXPECT_THAT(texts(events::between(a_server(KHTTPD_STATE_STOPPED), now)),
                ElementsAre(AllOf(HasSubstr("limits.fields: 100 -> 7"), Not(HasSubstr("listener"))),
                            "the server is running", "listener up: [::]:80"));
}

TEST(Events, TellOfListeners) {
    EXPECT_THAT(after([](Server &server) {
                    server.settings.listeners = {*parse_endpoint("127.0.0.1:81")};
                }),
                ElementsAre("configuration applied: generation 4; listener: [::]:80 -> "
                            "127.0.0.1:81",
                            "listener down: [::]:80", "listener up: 127.0.0.1:81"));
}

TEST(Events, DoNotTakeAnotherBacklogForAnotherListener) {
    EXPECT_THAT(after([](Server &server) { server.settings.listeners[0].backlog = 5; }),
                ElementsAre("configuration applied: generation 4"));
}

TEST(Events, TellOfSomeDifferencesOfMany) {
    const auto lines = after([](Server &server) {
        for (int i = 0; i < 20; ++i) {
            Host host;
            host.names = {"h" + std::to_string(i) + ".test"};
            server.settings.hosts.vhosts.push_back(host);
        }
    });
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0], AllOf(HasSubstr("h15.test"), Not(HasSubstr("h16.test")),
                                testing::EndsWith("; and 4 more")));
}

TEST(Events, StayOnTheirLine) {
    const auto lines = after([](Server &server) { server.settings.root = "/a\nb\x1b[2J"; });
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0], HasSubstr("/a?b?[2J"));
}

TEST(JournalFields, TellWhatHappened) {
    const Server server = a_server(KHTTPD_STATE_RUNNING);
    EXPECT_THAT(daemon::journal_fields(events::state_of(server)),
                ElementsAre("MESSAGE_ID=9c4dff3217b14d57ac916a52c6df8613", "KHTTPD_EVENT=state",
                            "KHTTPD_STATE=running", "KHTTPD_GENERATION=3"));
    Settings other = server.settings;
    other.fields = 7;
    other.connections = 8;
    EXPECT_THAT(daemon::journal_fields(events::ConfigurationApplied{4, server.settings, other}),
                ElementsAre(StartsWith("MESSAGE_ID="), "KHTTPD_EVENT=configuration",
                            "KHTTPD_GENERATION=4", "KHTTPD_KEY=limits.connections",
                            "KHTTPD_KEY=limits.fields"));
    EXPECT_THAT(daemon::journal_fields(events::ListenerUp{server.settings.listeners[0]}),
                ElementsAre(StartsWith("MESSAGE_ID="), "KHTTPD_EVENT=listener-up",
                            "KHTTPD_LISTENER=[::]:80"));
    EXPECT_THAT(daemon::journal_fields(LimitReached{KHTTPD_REFUSAL_LIMIT, 12}),
                ElementsAre(StartsWith("MESSAGE_ID="), "KHTTPD_EVENT=limit", "KHTTPD_REASON=limit",
                            "KHTTPD_COUNT=12"));
}

TEST(JournalFields, HaveAnIdForEachKind) {
    std::vector<events::Event> kinds;
    kinds.emplace_back(events::StateChanged{});
    kinds.emplace_back(std::in_place_type<events::ConfigurationApplied>);
    kinds.emplace_back(events::ListenerUp{});
    kinds.emplace_back(events::ListenerDown{});
    kinds.emplace_back(LimitReached{});
    kinds.emplace_back(events::EventsLost{});
    EXPECT_EQ(kinds.size(), std::variant_size_v<events::Event>);
    std::set<std::string> ids;
    for (const events::Event &kind : kinds) {
        const std::string id = daemon::journal_fields(kind)[0];
        EXPECT_TRUE(std::regex_match(id, std::regex{"MESSAGE_ID=[0-9a-f]{32}"})) << id;
        ids.insert(id);
    }
    EXPECT_EQ(ids.size(), kinds.size());
}

class MonitorTest : public test::CliTest {
  protected:
    MonitorTest() { kernel_.server = a_server(KHTTPD_STATE_RUNNING); }

    /// Monitors the server; before its @n-th look at it, counted from 1, happens @events[n].
    int monitor(std::map<int, std::function<void()>> events,
                std::vector<std::string> arguments = {"monitor"}) {
        int looks = 0;
        kernel_.on_get = [&looks, events = std::move(events)] {
            const auto found = events.find(++looks);
            if (found != events.end())
                found->second();
        };
        return run(std::move(arguments));
    }

    /// Lets the kernel say that something has changed.
    void notify() { kernel_.notify(netlink::ServerChanged{kernel_.server}); }

    static void interrupt() { kill(getpid(), SIGINT); }

    /// What was printed, line by line, without the time.
    std::vector<std::string> lines() const {
        static const std::regex line{
            R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d) (.*))"};
        std::vector<std::string> all;
        std::istringstream text{out()};
        for (std::string each; std::getline(text, each);) {
            std::smatch parts;
            EXPECT_TRUE(std::regex_match(each, parts, line)) << each;
            all.push_back(parts[2]);
        }
        return all;
    }

    /// The same of --json, without the time.
    std::vector<json> objects() const {
        std::vector<json> all;
        std::istringstream text{out()};
        for (std::string each; std::getline(text, each);) {
            all.push_back(json::parse(each));
            EXPECT_EQ(all.back().at("schema_version"), 1);
            EXPECT_TRUE(all.back().at("time").is_string());
            all.back().erase("schema_version");
            all.back().erase("time");
        }
        return all;
    }
};

TEST_F(MonitorTest, BeginsWithTheStateAndEndsWhenInterrupted) {
    EXPECT_EQ(monitor({{1, interrupt}}), 0);
    EXPECT_THAT(lines(), ElementsAre("the server is running"));
}

TEST_F(MonitorTest, TellsWhatChanges) {
    EXPECT_EQ(monitor({{1, [this] { notify(); }},
                       {2,
                        [this] {
                            kernel_.server.settings.fields = 7;
                            ++kernel_.server.generation;
                            notify();
                        }},
                       {3,
                        [this] {
                            kernel_.server.settings.listeners.clear();
                            kernel_.server.state = KHTTPD_STATE_STOPPED;
                            ++kernel_.server.generation;
                            interrupt();
                        }}}),
              0);
    EXPECT_THAT(lines(), ElementsAre("the server is running",
                                     "configuration applied: generation 4; limits.fields: 100 -> 7",
                                     "listener down: [::]:80", "the server is stopped"));
}

TEST_F(MonitorTest, PrintsAnObjectForEachEvent) {
    EXPECT_EQ(monitor({{1,
                        [this] {
                            kernel_.notify(LimitReached{KHTTPD_REFUSAL_CLIENT_REQUESTS, 12});
                            kernel_.notify(netlink::EventsLost{});
                        }},
                       {2,
                        [this] {
                            kernel_.server.settings.fields = 7;
                            kernel_.server.settings.listeners[0].port = 81;
                            ++kernel_.server.generation;
                        }}},
                      {"monitor", "--json", "--count=6"}),
              0);
    const auto all = objects();
    ASSERT_THAT(all, SizeIs(6));
    EXPECT_EQ(all[0], json({{"event", "state"}, {"state", "running"}, {"generation", 3}}));
    EXPECT_EQ(all[1], json({{"event", "limit"}, {"reason", "client-requests"}, {"count", 12}}));
    EXPECT_EQ(all[2], json({{"event", "lost"}}));
    EXPECT_EQ(all[3].at("event"), "configuration");
    EXPECT_EQ(all[3].at("generation"), 4);
    const json &differences = all[3].at("differences");
    ASSERT_EQ(differences.size(), 2U);
    EXPECT_EQ(differences[0].at("key"), "listener");
    EXPECT_EQ(differences[0].at("after")[0].at("port"), 81);
    EXPECT_EQ(differences[1], json({{"key", "limits.fields"}, {"before", 100}, {"after", 7}}));
    EXPECT_EQ(all[4].at("event"), "listener-down");
    EXPECT_EQ(all[4].at("listener").at("port"), 80);
    EXPECT_EQ(all[5].at("event"), "listener-up");
}

TEST_F(MonitorTest, ReadsNothingAnewForALimit) {
    EXPECT_EQ(monitor({{1,
                        [this] {
                            kernel_.notify(LimitReached{KHTTPD_REFUSAL_LIMIT, 1});
                        }},
                       {2, [] { FAIL() << "it need not look"; }}},
                      {"monitor", "--count=2"}),
              0);
    EXPECT_THAT(lines(), Contains("limit reached: limit, 1 since the start"));
}

TEST_F(MonitorTest, EndsAfterSoManyEvents) {
    EXPECT_EQ(monitor({{1,
                        [this] {
                            for (int i = 0; i < 5; ++i)
                                kernel_.notify(LimitReached{KHTTPD_REFUSAL_EVICTED, 1});
                        }}},
                      {"monitor", "-n", "3"}),
              0);
    EXPECT_THAT(lines(), SizeIs(3));
    EXPECT_EQ(monitor({}, {"monitor", "--count=1"}), 0);
    EXPECT_THAT(lines(), SizeIs(1));
}

TEST_F(MonitorTest, EndsWithTheModule) {
    EXPECT_EQ(monitor({{1, [this] { kernel_.notify(netlink::FamilyGone{}); }}}), 69);
    EXPECT_THAT(err(), HasSubstr("error: the khttpd module was unloaded"));
}

TEST_F(MonitorTest, FailsWhereTheServerCannotBeReadAnyMore) {
    netlink::Ack ack;
    ack.error = EPERM;
    EXPECT_EQ(monitor({{1, [this] { notify(); }},
                       {2, [this, ack] { kernel_.refuse(KHTTPD_CMD_MIME_GET, ack); }}}),
              77);
    EXPECT_THAT(lines(), SizeIs(1));
    EXPECT_THAT(err(), HasSubstr("error: "));
}

TEST_F(MonitorTest, LoadsNoModule) {
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"monitor"}), 69);
    EXPECT_EQ(module_, host::ModuleState::installed);
    EXPECT_THAT(err(),
                AllOf(HasSubstr("error: the khttpd module is not loaded"), HasSubstr("hint: ")));
    EXPECT_THAT(out(), IsEmpty());
}

} // namespace
} // namespace khttpd
