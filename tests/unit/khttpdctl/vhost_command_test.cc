// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <nlohmann/json.hpp>

#include "cli_fixture.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::CliTest;
using test::own;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class VhostCommand : public CliTest {
  protected:
    VhostCommand() { write_valid_config(); }

    const std::vector<Host> &running() const { return kernel_.server.settings.hosts.vhosts; }
};

TEST_F(VhostCommand, AddsOneToTheFileAndTheServer) {
    directory_.write("khttpd.conf.d/10.conf", "[site]\nlisting = true\ncharset = ''\n"
                                              "error-pages = { 404 = '/no.html' }\n");
    start();
    EXPECT_EQ(run({"vhost", "add", "example.org", "*.example.org", "--root", www_, "--set",
                   "charset=latin1", "--set", "index=a.html b.html", "--set",
                   "error-pages.403=/own.html"}),
              0);
    EXPECT_EQ(out(), "vhost[example.org]: saved; applied to the running server\n");
    ASSERT_EQ(running().size(), 1U);
    EXPECT_THAT(running()[0].names, ElementsAre("example.org", "*.example.org"));
    EXPECT_EQ(running()[0].root, www_);
    EXPECT_EQ(running()[0].charset, "latin1");
    EXPECT_THAT(running()[0].indexes, ElementsAre("a.html", "b.html"));
    EXPECT_TRUE(running()[0].lists());
    // Error pages are not inherited.
    EXPECT_THAT(running()[0].error_pages, ElementsAre(testing::Pair(403, "own.html")));
    EXPECT_EQ(run({"diff"}), 0) << out();
}

TEST_F(VhostCommand, RemovesOneByAnyOfItsNames) {
    start();
    ASSERT_EQ(run({"vhost", "add", "b.example", "c.example"}), 0);
    ASSERT_EQ(run({"vhost", "add", "a.example"}), 0);
    EXPECT_EQ(run({"vhost", "del", "c.example"}), 0);
    ASSERT_EQ(running().size(), 1U);
    EXPECT_THAT(running()[0].names, ElementsAre("a.example"));
    EXPECT_EQ(run({"diff"}), 0) << out();
    EXPECT_EQ(run({"vhost", "del", "a.example"}), 0);
    EXPECT_THAT(running(), IsEmpty());
    EXPECT_EQ(run({"vhost", "del", "a.example"}), 66);
    EXPECT_THAT(err(),
                AllOf(HasSubstr("error: there is no virtual host a.example"), HasSubstr("hint: ")));
    EXPECT_EQ(run({"check"}), 0);
}

TEST_F(VhostCommand, TakesAddressesWithAndWithoutBrackets) {
    start();
    ASSERT_EQ(run({"vhost", "add", "[2001:db8::1]", "2001:db8::2", "192.0.2.1"}), 0) << err();
    EXPECT_THAT(running().at(0).names, ElementsAre("[2001:db8::1]", "[2001:db8::2]", "192.0.2.1"));
    EXPECT_EQ(run({"vhost", "del", "[2001:db8::2]"}), 0) << err();
    EXPECT_THAT(running(), IsEmpty());
}

TEST_F(VhostCommand, KeepsTheRestOfTheFile) {
    directory_.write(own, "[limits]\nfields = 7\n[[vhost]]\nnames = ['x.example']\n"
                          "[[vhost.rule]]\nprefix = '/a'\nexpires = 5\n");
    ASSERT_EQ(run({"vhost", "add", "y.example"}), 0);
    start();
    EXPECT_EQ(kernel_.server.settings.fields, 7U);
    ASSERT_EQ(running().size(), 2U);
    EXPECT_EQ(running()[0].rules.at(0).expires_s, 5U);
}

TEST_F(VhostCommand, LeavesTheFilesOfTheAdministrator) {
    const auto file = directory_.write("khttpd.conf.d/10.conf",
                                       "[[vhost]]\nnames = ['a.example', 'b.example']\n");
    start();
    EXPECT_EQ(run({"vhost", "del", "b.example"}), 78);
    EXPECT_THAT(err(), AllOf(HasSubstr("stands in " + file.string() +
                                       ":1:1, which khttpdctl only "
                                       "reads"),
                             HasSubstr("hint: remove it there")));
    EXPECT_EQ(run({"vhost", "add", "b.example"}), 78);
    EXPECT_THAT(err(), HasSubstr("already, in " + file.string() + ":1:1"));
    EXPECT_EQ(running().size(), 1U);
    EXPECT_EQ(run({"vhost", "del", "b.example", "--runtime"}), 0);
    EXPECT_THAT(running(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(VhostCommand, BringsBackWhatItHid) {
    directory_.write("khttpd.conf.d/10.conf", "[[vhost]]\nnames = ['a.example']\n");
    directory_.write(own, "[[vhost]]\nnames = ['a.example']\nlisting = true\n");
    start();
    EXPECT_TRUE(running().at(0).lists());
    EXPECT_EQ(run({"vhost", "del", "a.example"}), 0);
    EXPECT_FALSE(running().at(0).lists());
    EXPECT_EQ(run({"diff"}), 0) << out();
}

TEST_F(VhostCommand, ChangesTheRunningServerAlone) {
    EXPECT_EQ(run({"vhost", "add", "a.example", "--runtime"}), 69);
    start();
    EXPECT_EQ(run({"vhost", "add", "a.example", "--runtime", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["saved"], false);
    EXPECT_EQ(running().size(), 1U);
    EXPECT_EQ(run({"vhost", "add", "a.example", "--runtime"}), 78);
    EXPECT_EQ(run({"vhost", "del", "b.example", "--runtime"}), 66);
    EXPECT_EQ(run({"vhost", "del", "a.example", "--runtime"}), 0);
    EXPECT_THAT(running(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(VhostCommand, RefusesWhatIsWrong) {
    EXPECT_EQ(run({"vhost", "add"}), 64);
    EXPECT_EQ(run({"vhost", "add", "Example.org"}), 64);
    EXPECT_EQ(run({"vhost", "add", "a.example", "a.example"}), 64);
    EXPECT_EQ(run({"vhost", "add", "a.example", "--set", "listing"}), 64);
    EXPECT_EQ(run({"vhost", "add", "a.example", "--set", "listng=true"}), 64);
    EXPECT_THAT(err(), HasSubstr("did you mean 'site.listing'?"));
    EXPECT_EQ(run({"vhost", "add", "a.example", "--set", "listing=yes"}), 64);
    EXPECT_EQ(run({"vhost", "add", "a.example", "--root", www_ + "/none"}), 66);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

} // namespace
} // namespace khttpd
