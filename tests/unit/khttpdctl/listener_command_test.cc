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
using test::CliTest;
using test::own;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class ListenerCommand : public CliTest {
  protected:
    ListenerCommand() { write_valid_config(); }

    std::string running() const { return endpoints(kernel_.server.settings.listeners); }

    std::string saved() {
        EXPECT_EQ(run({"get", "listener"}), 0);
        return out();
    }
};

TEST_F(ListenerCommand, KeepsTheDefaultWhenOneIsAdded) {
    start();
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:8080", "--backlog", "9"}), 0);
    EXPECT_EQ(out(), "listener 127.0.0.1:8080: saved; applied to the running server\n");
    EXPECT_THAT(err(), HasSubstr("hint: the default listener is named in "));
    EXPECT_EQ(running(), "[::]:80 127.0.0.1:8080");
    EXPECT_EQ(kernel_.server.settings.listeners[1].backlog, 9U);
    EXPECT_EQ(saved(), "[::]:80 127.0.0.1:8080\n");
    EXPECT_EQ(run({"diff"}), 0);
}

TEST_F(ListenerCommand, GivesTheWordBackToTheDefault) {
    ASSERT_EQ(run({"listener", "add", "[::1]:8080", "--v6only"}), 0);
    ASSERT_EQ(run({"listener", "del", "[::1]:8080"}), 0);
    EXPECT_EQ(out(), "listener [::1]:8080: saved; takes effect at the next start\n");
    EXPECT_EQ(saved(), "[::]:80\n");
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("listener")));
}

TEST_F(ListenerCommand, TellsWhatBecomesOfTheListenersOfTheAdministrator) {
    const auto file = directory_.write("khttpd.conf.d/10.conf", "[[listener]]\nport = 81\n");
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:82"}), 0);
    EXPECT_THAT(err(), HasSubstr("has all listeners from now on; those in " + file.string() +
                                 ":1:1 no longer count"));
    EXPECT_EQ(saved(), "[::]:81 127.0.0.1:82\n");
    // From then on it is no news.
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:83"}), 0);
    EXPECT_EQ(err(), "");
    EXPECT_EQ(run({"listener", "del", "127.0.0.1:82"}), 0);
    EXPECT_EQ(run({"listener", "del", "127.0.0.1:83"}), 0);
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("listener")));
    directory_.write("khttpd.conf.d/10.conf", "[[listener]]\nport = 84\n");
    EXPECT_EQ(saved(), "[::]:84\n");
}

TEST_F(ListenerCommand, RefusesWhatALaterFileWouldOverride) {
    start();
    const auto file = directory_.write("khttpd.conf.d/90.conf", "[[listener]]\nport = 81\n");
    for (const char *command : {"add", "del"}) {
        directory_.write("khttpd.conf.d/90.conf",
                         "[[listener]]\nport = 81\n[[listener]]\nport = 82\n");
        EXPECT_EQ(run({"listener", command,
                       std::string_view{command} == "add" ? "127.0.0.1:82" : "[::]:82"}),
                  78);
        EXPECT_THAT(err(), AllOf(HasSubstr("error: " + file.string() + ":1:1 has the listeners"),
                                 HasSubstr("hint: change it there")));
    }
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(running(), "[::]:80");
}

TEST_F(ListenerCommand, ChangesTheRunningServerAlone) {
    start();
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:81", "--runtime"}), 0);
    EXPECT_EQ(running(), "[::]:80 127.0.0.1:81");
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:81", "--runtime"}), 78);
    EXPECT_THAT(err(), HasSubstr("error: there is a listener 127.0.0.1:81 already"));
    EXPECT_EQ(run({"listener", "del", "[::]:80", "--runtime"}), 0);
    EXPECT_EQ(running(), "127.0.0.1:81");
    EXPECT_EQ(run({"listener", "del", "127.0.0.1:81", "--runtime"}), 78);
    EXPECT_THAT(err(), HasSubstr("error: 127.0.0.1:81 is the only listener"));
    EXPECT_EQ(run({"listener", "del", "127.0.0.1:82", "--runtime"}), 66);
    EXPECT_EQ(saved(), "[::]:80\n");
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    // What is saved is added to what runs, not put in its place.
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:83"}), 0);
    EXPECT_EQ(running(), "127.0.0.1:81 127.0.0.1:83");
}

TEST_F(ListenerCommand, ChangesBothOrNeither) {
    start();
    netlink::Ack ack;
    ack.error = EADDRINUSE;
    ack.message = "the address is in use";
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, ack);
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:81"}), 71);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(ListenerCommand, AsksForTheGenerationThatItHasSeen) {
    start();
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:81"}), 0);
    EXPECT_EQ(kernel_.changes.back().expect_generation, 2U);
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:82", "--runtime", "--expect-generation", "2"}),
              75);
    EXPECT_EQ(run({"listener", "add", "127.0.0.1:82", "--runtime", "--expect-generation", "3"}), 0);
}

TEST_F(ListenerCommand, RefusesWhatIsNoListener) {
    for (const char *text : {"80", "[::]", "localhost:80", "1.2.3.4:0"})
        EXPECT_EQ(run({"listener", "add", text}), 64) << text;
    EXPECT_EQ(run({"listener", "add", "1.2.3.4:80", "--v6only"}), 64);
    EXPECT_EQ(run({"listener", "add", "1.2.3.4:80", "--sockets", "1025"}), 64);
    EXPECT_EQ(run({"listener", "add", "[::]:80"}), 78);
    EXPECT_EQ(run({"listener", "del", "[::]:81"}), 66);
    EXPECT_EQ(run({"listener", "del", "[::]:80"}), 78);
    EXPECT_EQ(run({"listener", "add", "[::]:81", "--runtime"}), 69);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(ListenerCommand, PrintsJsonOfAChange) {
    EXPECT_EQ(run({"listener", "add", "[::]:81", "--json"}), 0);
    const json done = json::parse(out());
    EXPECT_EQ(done["saved"], true);
    EXPECT_EQ(done["applied"], false);
    EXPECT_EQ(done["generation"], nullptr);
    EXPECT_EQ(done["changed"][0], "listener [::]:81");
}

TEST_F(ListenerCommand, ListsWhatRunsAndWhatIsSaved) {
    EXPECT_EQ(run({"listener", "list"}), 0);
    EXPECT_EQ(out(), "[::]:80                   not open\n");
    start();
    ASSERT_EQ(run({"listener", "add", "127.0.0.1:81", "--runtime", "--sockets", "2"}), 0);
    directory_.write("khttpd.conf.d/10.conf",
                     "[[listener]]\nbacklog = 7\n[[listener]]\nport = 82\n");
    EXPECT_EQ(run({"listener", "list"}), 0);
    EXPECT_EQ(out(), "[::]:80                   3 connections, saved with other settings\n"
                     "127.0.0.1:81              3 connections, not saved sockets=2\n"
                     "[::]:82                   not open\n");
    EXPECT_EQ(run({"listener", "list", "--json"}), 0);
    const json list = json::parse(out())["listeners"];
    ASSERT_EQ(list.size(), 3U);
    EXPECT_EQ(list[0]["changed"], true);
    EXPECT_EQ(list[1]["saved"], false);
    EXPECT_EQ(list[1]["sockets"], 2);
    EXPECT_EQ(list[2]["open"], false);
    EXPECT_EQ(list[2]["connections"], nullptr);
    EXPECT_EQ(list[2]["port"], 82);
}

} // namespace
} // namespace khttpd
