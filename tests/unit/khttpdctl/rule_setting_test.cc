// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "config/rule_setting.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::CliTest;
using test::own;
using testing::AllOf;
using testing::HasSubstr;

TEST(RuleKey, IsTakenApart) {
    const auto whole = config::find_rule_key("rule[/a.b]c]");
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->prefix, "/a.b]c");
    EXPECT_EQ(whole->leaf + whole->field, "");
    const auto leaf = config::find_rule_key("rule[/].cache-control");
    ASSERT_TRUE(leaf);
    EXPECT_EQ(leaf->prefix, "/");
    EXPECT_EQ(leaf->leaf, "cache-control");
    const auto field = config::find_rule_key("rule[/a].fields.X.One");
    ASSERT_TRUE(field);
    EXPECT_EQ(field->leaf, "fields");
    EXPECT_EQ(field->field, "X.One");
    EXPECT_EQ(field->vhost, "");
    const auto other = config::find_rule_key("vhost[[::1]].rule[/a].b].expires");
    ASSERT_TRUE(other);
    EXPECT_EQ(other->vhost, "[::1]");
    EXPECT_EQ(other->prefix, "/a].b");
    EXPECT_EQ(other->leaf, "expires");
}

TEST(RuleKey, IsNothingElse) {
    for (const char *key :
         {"rule", "rule[", "rule[]", "rule[/a", "rule[a]", "rule[/a].", "rule[/a]expires",
          "rule[/a].prefix", "rule[/a].expire", "rule[/a].expires.x", "rule[/a].fields.",
          "vhost[].rule[/a]", "vhost[a]rule[/a]", "vhost[a].root"})
        EXPECT_FALSE(config::find_rule_key(key)) << key;
}

class SetRule : public CliTest {
  protected:
    SetRule() {
        directory_.write("khttpd.conf", valid_config() + R"(
[[rule]]
prefix = "/"
cache-control = "public"
expires = 60
[[rule]]
prefix = "/a"
expires = 60
[[vhost]]
names = ["a.example"]
)");
    }

    /// The rule of the running server for @prefix; one without a prefix where there is none.
    Rule running(const std::string &prefix) const {
        for (const Rule &rule : kernel_.server.settings.hosts.site.rules)
            if (rule.prefix == prefix)
                return rule;
        return {};
    }
};

TEST_F(SetRule, MakesOneAndGivesItValues) {
    start();
    EXPECT_EQ(run({"set", "rule[/api].redirect", "https://api.example"}), 0) << err();
    EXPECT_EQ(out(), "rule[/api].redirect: saved; applied to the running server\n");
    EXPECT_EQ(err(), "");
    EXPECT_EQ(run({"set", "rule[/api].status", "308"}), 0) << err();
    EXPECT_EQ(running("/api").redirect, "https://api.example");
    EXPECT_EQ(running("/api").redirect_status, 308U);
    EXPECT_EQ(running("/api").cache_control, "public");
    EXPECT_EQ(value("rule[/api]"), "{ redirect = 'https://api.example', status = 308 }\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
    EXPECT_EQ(kernel_.server.settings.hosts.vhosts.size(), 1U);
}

TEST_F(SetRule, TakesWhatItShows) {
    start();
    ASSERT_EQ(run({"set", "rule[/b].redirect", "/else"}), 0) << err();
    for (const auto &[leaf, given] :
         std::map<std::string, std::string>{{"fields.X-One", "1"},
                                            {"remove", "ETag Vary"},
                                            {"cache-control", ""},
                                            {"expires", "3600"},
                                            {"listing", "true"},
                                            {"status", "302"},
                                            {"origins", "https://a.example https://b.example"},
                                            {"allow", "192.0.2.0/24"},
                                            {"deny", ""},
                                            {"readiness", "true"}}) {
        const std::string key = "rule[/b]." + leaf;
        EXPECT_EQ(run({"set", key, given}), 0) << err();
        EXPECT_EQ(value(key), given + "\n");
    }
    EXPECT_EQ(run({"diff"}), 0) << out();
    const Rule before = running("/b");
    std::string whole = value("rule[/b]");
    whole.pop_back();
    EXPECT_EQ(run({"set", "rule[/b]", ""}), 0) << err();
    EXPECT_EQ(running("/b").prefix, "");
    EXPECT_EQ(run({"set", "rule[/b]", whole}), 0) << err();
    EXPECT_EQ(running("/b"), before);
    EXPECT_EQ(run({"set", "rule[/b].expires", "2h"}), 0) << err();
    EXPECT_EQ(value("rule[/b].expires"), "7200\n");
}

TEST_F(SetRule, TakesAwayWhatARuleSays) {
    start();
    ASSERT_EQ(
        run({"set", "rule[/b]", "{ redirect = '/c', fields = { X-One = '1', X-Two = '2' } }"}), 0)
        << err();
    EXPECT_EQ(value("rule[/b].fields"), "{ X-One = '1', X-Two = '2' }\n");
    EXPECT_EQ(run({"set", "rule[/b].fields.X-One", ""}), 0);
    EXPECT_EQ(run({"set", "rule[/b].redirect", ""}), 0);
    EXPECT_EQ(value("rule[/b]"), "{ fields = { X-Two = '2' } }\n");
    EXPECT_FALSE(running("/b").redirect);
    EXPECT_EQ(run({"set", "rule[/none].expires", ""}), 0);
    EXPECT_EQ(running("/none").prefix, "");
    EXPECT_EQ(value("rule[/none]"), "\n");
}

TEST_F(SetRule, CopiesARuleOfTheAdministratorAsAWhole) {
    start();
    EXPECT_EQ(run({"set", "rule[/].expires", "30"}), 0) << err();
    EXPECT_EQ(err(), "");
    EXPECT_EQ(running("/").expires_s, 30U);
    EXPECT_EQ(running("/").cache_control, "public");
    // It says the same as what it would inherit, but says it.
    EXPECT_EQ(running("/a").expires_s, 60U);
    EXPECT_EQ(run({"diff"}), 0) << out();
    EXPECT_THAT(directory_.read(own), AllOf(HasSubstr("prefix = '/'"), HasSubstr("public")));
    EXPECT_EQ(run({"set", "rule[/a]", ""}), 78);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: rule[/a] stands in "),
                             HasSubstr("which khttpdctl only reads"), HasSubstr("hint: ")));
    EXPECT_EQ(run({"set", "--runtime", "rule[/a]", ""}), 0);
    EXPECT_EQ(running("/a").prefix, "");
}

TEST_F(SetRule, BringsBackWhatItHid) {
    start();
    ASSERT_EQ(run({"set", "rule[/].expires", "30"}), 0) << err();
    EXPECT_EQ(run({"set", "rule[/]", ""}), 0) << err();
    EXPECT_EQ(running("/").expires_s, 60U);
    EXPECT_EQ(value("rule[/].expires"), "60\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
}

TEST_F(SetRule, UnsetsWhatARuleSays) {
    start();
    ASSERT_EQ(
        run({"set", "rule[/a/b]",
             "{ cache-control = '', origins = [], allow = [], deny = [], remove = ['Server'], "
             "fields = { X-One = '1', X-Two = '2' } }"}),
        0)
        << err();
    EXPECT_FALSE(running("/a/b").cache_control);
    for (const char *part :
         {"cache-control", "origins", "allow", "deny", "remove", "fields.X-One"}) {
        const std::string key = std::string{"rule[/a/b]."} + part;
        EXPECT_EQ(run({"unset", key}), 0) << err();
        EXPECT_EQ(out(), key + ": unset; applied to the running server\n");
        EXPECT_EQ(run({"unset", key}), 0) << err();
        EXPECT_EQ(out(), key + ": nothing to do, no file has it\n");
    }
    EXPECT_EQ(value("rule[/a/b]"), "{ fields = { X-Two = '2' } }\n");
    EXPECT_EQ(running("/a/b").cache_control, "public");
    EXPECT_FALSE(running("/a/b").allow);
    EXPECT_EQ(run({"diff"}), 0) << out();
    EXPECT_EQ(run({"unset", "rule[/a/b]"}), 0) << err();
    EXPECT_EQ(running("/a/b").prefix, "");
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("rule")));
    EXPECT_EQ(run({"unset", "rule[/a/b]"}), 0);
    EXPECT_EQ(out(), "rule[/a/b]: nothing to do, no file has it\n");
    EXPECT_EQ(run({"unset", "rule[/a/b].expires"}), 0);
    EXPECT_EQ(run({"diff"}), 0) << out();
}

TEST_F(SetRule, UnsetsInACopyWhatTheAdministratorSays) {
    start();
    EXPECT_EQ(run({"unset", "rule[/].cache-control"}), 0) << err();
    EXPECT_FALSE(running("/").cache_control);
    EXPECT_EQ(value("rule[/]"), "{ expires = 60 }\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
    // As a whole the rule only goes where it stands.
    EXPECT_EQ(run({"unset", "rule[/]"}), 0) << err();
    EXPECT_THAT(out(), AllOf(HasSubstr("rule[/]: unset; applied to the running server\n"),
                             HasSubstr("khttpd.conf:8:1 counts now\n")));
    EXPECT_EQ(running("/").cache_control, "public");
    const std::string before = directory_.read(own);
    const auto changes = kernel_.changes.size();
    EXPECT_EQ(run({"unset", "rule[/]"}), 78);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: rule[/] stands in "), HasSubstr("khttpd.conf:8:1"),
                             HasSubstr("hint: remove it there")));
    EXPECT_EQ(directory_.read(own), before);
    EXPECT_EQ(kernel_.changes.size(), changes);
}

TEST_F(SetRule, LeavesARuleThatIsUnsetToALaterFile) {
    ASSERT_EQ(run({"set", "rule[/b].expires", "5"}), 0) << err();
    directory_.write("khttpd.conf.d/90.conf", "[[rule]]\nprefix = '/b'\nlisting = true\n");
    start();
    EXPECT_EQ(run({"unset", "rule[/b]"}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("90.conf:1:1 counts now\n"));
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("rule")));
    EXPECT_EQ(running("/b").listing, true);
    EXPECT_EQ(run({"diff"}), 0) << out();
}

TEST_F(SetRule, DoesNotUnsetHalfOfARedirect) {
    start();
    ASSERT_EQ(run({"set", "rule[/b]", "{ redirect = '/c', status = 308 }"}), 0) << err();
    EXPECT_EQ(run({"unset", "rule[/b].redirect"}), 64);
    EXPECT_THAT(err(), HasSubstr("rule[/b].status: expected a redirect beside it"));
    EXPECT_EQ(running("/b").redirect, "/c");
}

TEST_F(SetRule, WarnsOfALaterFile) {
    directory_.write("khttpd.conf.d/90.conf", "[[rule]]\nprefix = '/a'\nlisting = true\n");
    start();
    EXPECT_EQ(run({"set", "rule[/a].expires", "5"}), 0);
    EXPECT_THAT(err(), HasSubstr("90.conf:1:1 overrides this at the next start"));
    EXPECT_EQ(running("/a").expires_s, 5U);
}

TEST_F(SetRule, ChangesTheRunningServerAlone) {
    EXPECT_EQ(run({"set", "--runtime", "rule[/b].listing", "true"}), 69);
    start();
    EXPECT_EQ(run({"set", "--runtime", "rule[/b].redirect", "/c"}), 0) << err();
    EXPECT_EQ(run({"set", "--runtime", "rule[/b].status", "307", "--json"}), 0) << err();
    EXPECT_EQ(json::parse(out())["changed"], json({"rule[/b].status"}));
    EXPECT_EQ(running("/b").redirect, "/c");
    EXPECT_EQ(running("/b").redirect_status, 307U);
    EXPECT_TRUE(kernel_.changes.back().expect_generation);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), HasSubstr("rule[/b]                  =   # in the kernel: "
                                 "{ redirect = '/c', status = 307 }\n"));
    EXPECT_EQ(run({"get", "rule[/b]", "--json"}), 0);
    const json shown = json::parse(out());
    EXPECT_EQ(shown["settings"]["rule[/b]"], nullptr);
    EXPECT_EQ(shown["kernel"]["rule[/b]"], json({{"redirect", "/c"}, {"status", 307}}));
}

TEST_F(SetRule, InheritsFromTheRunningHost) {
    directory_.write("khttpd.conf.d/10.conf", "[site]\ndeny = ['192.0.2.1']\n");
    start();
    EXPECT_EQ(run({"set", "--runtime", "rule[/b].allow", "192.0.2.0/24"}), 0) << err();
    EXPECT_EQ(running("/b").deny, kernel_.server.settings.hosts.site.deny);
    EXPECT_EQ(running("/b").deny->size(), 1U);
}

TEST_F(SetRule, ShowsNoDifferenceWhereARuleRepeatsWhatItInherits) {
    start();
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("rule[/]                   = "
                                       "{ cache-control = 'public', expires = 60 }\n"),
                             HasSubstr("rule[/a]                  = { expires = 60 }\n")));
}

TEST_F(SetRule, RefusesWhatIsWrong) {
    start();
    const auto changes = kernel_.changes.size();
    for (const auto &[key, given, message] : std::vector<std::array<std::string, 3>>{
             {"rule[/b].listing", "yes", "rule[/b].listing: expected true, false, "},
             {"rule[/b].status", "x",
              "rule[/b].status: expected 301, 302, 303, 307 or 308, not 'x'"},
             {"rule[/b].status", "308", "rule[/b].status: expected a redirect beside it"},
             {"rule[/b].expires", "1y", "rule[/b].expires: expected 0 to "},
             {"rule[/b].redirect", "c", "rule[/b].redirect: expected a path or an http(s) URI"},
             {"rule[/b].allow", "10.0.0.0/33", "rule[/b].allow: expected "},
             {"rule[/b].fields.Date", "x", "rule[/b].fields: expected the name of a field"},
             {"rule[/b].fields", "x", "rule[/b].fields: expected a table such as"},
             {"rule[/b]", "expires", "rule[/b]: expected a table such as { expires = 60 }"},
             {"rule[/b]", "{ prefix = '/c' }", "rule[/b]: expected a table such as"},
             {"rule[/b]", "{ expire = 60 }", "did you mean 'expires'?"},
             {"rule[/b]", "{}\nx = 1", "rule[/b]: expected a table such as"},
             {"rule[/b].expire", "60", "did you mean 'rule[/b].expires'?"},
             {"rule[b].expires", "60",
              "rule[b].expires: expected a path that begins with a slash"}}) {
        EXPECT_EQ(run({"set", key, given}), 64) << key << given;
        EXPECT_THAT(err(), AllOf(HasSubstr(message), HasSubstr("hint: "))) << key << given;
    }
    // What only all rules together can tell.
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"set", "rule[/b].remove", "X-None"},
          std::vector<std::string>{"set", "--runtime", "rule[/b].remove", "X-None"}}) {
        EXPECT_EQ(run(words), 78);
        EXPECT_THAT(err(), HasSubstr("rule[/b].remove: expected Server, "));
    }
    EXPECT_EQ(kernel_.changes.size(), changes);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

} // namespace
} // namespace khttpd
