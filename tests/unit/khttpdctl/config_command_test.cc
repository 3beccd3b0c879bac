// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "config/load.h"
#include "config/resolve.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::CliTest;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// Something of every table, and rules that inherit, override and refuse.
constexpr const char *everything = R"(
[[listener]]
address = "::1"
port = 8080
v6only = true
backlog = 9
[[listener]]
address = "127.0.0.1"
device = "lo"
send-bytes = 65536
[site]
index = ["index.htm", "default.html"]
listing = true
server-field = false
symlinks = "owner"
charset = ""
default-type = "text/plain"
allow = ["192.0.2.0/24", "all"]
deny = ["192.0.2.7", "2001:db8::/32"]
[site.error-pages]
404 = "/errors/404.html"
[[rule]]
prefix = "/"
fields = { X-One = "1", "X-Two" = "say \"two\" \\ 'three'" }
remove = ["ETag"]
cache-control = "public"
origins = ["https://a.example"]
expires = "30d"
listing = false
[[rule]]
prefix = "/a"
fields = { A-First = "0", X-One = "other", ETag = "own" }
deny = ["10.0.0.0/8"]
readiness = true
[[rule]]
prefix = "/a/b"
remove = ["X-Two", "A-First"]
cache-control = ""
origins = []
listing = true
allow = []
deny = []
readiness = false
[[rule]]
prefix = "/old"
redirect = "https://example.org/new"
status = 308
[[vhost]]
names = ["example.org", "*.example.org", "[2001:db8::1]"]
listing = false
charset = "utf-8"
deny = []
[vhost.error-pages]
403 = "/no.html"
[[vhost.rule]]
prefix = "/"
expires = 60
[[vhost]]
names = ["plain.example"]
[mime.types]
"text/x-foo" = ["foo", "fo"]
[workqueue.hot]
flags = ["highpri", "sysfs"]
max-active = 7
[timeouts]
idle-ms = 15000
[limits]
client-bytes = 4294967295
[cache]
fast = false
[compression]
level = 9
)";

class ConfigCommand : public CliTest {
  protected:
    ConfigCommand() {
        directory_.write("mime.types", "text/html html htm\n");
        directory_.write("khttpd.conf", valid_config());
    }

    void write_everything() { directory_.write("khttpd.conf.d/10-all.conf", everything); }

    /// What stands on standard output, read as a file.
    config::Config shown() {
        const auto config = config::load_text(out());
        EXPECT_TRUE(config) << config.error().details.at(0).text() << out();
        return config ? *config : config::Config{};
    }
};

TEST_F(ConfigCommand, ShowConfigSaysWhatTheFilesSay) {
    write_everything();
    EXPECT_EQ(run({"show-config"}), 0);
    EXPECT_EQ(err(), "");
    const config::Config again = shown();
    const auto first = config::load({directory_.path()});
    ASSERT_TRUE(first);
    EXPECT_TRUE(difference(first->settings, again.settings).empty());
    EXPECT_EQ(again.user, first->user);
    EXPECT_EQ(again.group, first->group);
    EXPECT_EQ(again.mime_file, first->mime_file);
    EXPECT_EQ(again.mime_types, first->mime_types);
    EXPECT_EQ(kernel_.requests, 0);

    const std::string text = out();
    directory_.write("again.conf", text);
    EXPECT_EQ(run({"check", "-c", (directory_ / "again.conf").string()}), 0);
    std::filesystem::remove(directory_ / "khttpd.conf.d/10-all.conf");
    directory_.write("khttpd.conf", text);
    EXPECT_EQ(run({"show-config"}), 0);
    EXPECT_EQ(out(), text);
}

TEST_F(ConfigCommand, ShowConfigHasEveryKey) {
    EXPECT_EQ(run({"show-config", "--json"}), 0);
    const json shown = json::parse(out());
    EXPECT_EQ(shown["schema_version"], 1);
    for (const std::string_view key : config::all_keys()) {
        const json *place = &shown["configuration"];
        for (std::string_view rest = key; !rest.empty();) {
            const auto dot = rest.find('.');
            const std::string part{rest.substr(0, dot)};
            ASSERT_TRUE(place->contains(part)) << key;
            place = &(*place)[part];
            rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
        }
    }
    EXPECT_EQ(shown["configuration"]["limits"]["fields"], 100);
    EXPECT_EQ(shown["configuration"]["cache"]["fast"], true);
    EXPECT_EQ(shown["configuration"]["listener"][0]["address"], "::");
}

TEST_F(ConfigCommand, ShowConfigSaysWhatTheKernelHas) {
    write_everything();
    EXPECT_EQ(run({"apply"}), 0);
    const Settings running = kernel_.server.settings;
    EXPECT_EQ(run({"show-config", "--running"}), 0);
    EXPECT_EQ(err(), "");
    const std::string text = out();
    std::filesystem::remove(directory_ / "khttpd.conf.d/10-all.conf");
    directory_.write("khttpd.conf", text);
    EXPECT_EQ(run({"diff"}), 0) << text << out();
    EXPECT_EQ(out(), "");
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_TRUE(difference(running, kernel_.server.settings).empty());
}

TEST_F(ConfigCommand, ShowConfigWarnsOfWhatNoFileCanSay) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    // The second would inherit what it does not have.
    std::vector<Rule> &rules = kernel_.server.settings.hosts.site.rules;
    rules.resize(2);
    rules[0].prefix = "/";
    rules[0].expires_s = 5;
    rules[1].prefix = "/a";
    EXPECT_EQ(run({"show-config", "--running"}), 0);
    EXPECT_THAT(err(), StartsWith("warning: no file can say this, but only what follows: "
                                  "rule[/a].expires: none -> 5\n"));
}

TEST_F(ConfigCommand, ShowConfigNeedsARunningServerOnlyForWhatRuns) {
    EXPECT_EQ(run({"show-config", "--running"}), 69);
    EXPECT_THAT(err(), AllOf(HasSubstr("the server is not running"), HasSubstr("hint: ")));
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"show-config", "--running"}), 69);
    EXPECT_EQ(module_, host::ModuleState::installed);
    directory_.write("khttpd.conf", "[sever]\n");
    EXPECT_EQ(run({"show-config"}), 78);
    EXPECT_THAT(err(), HasSubstr("did you mean 'server'?"));
}

TEST(UnmergeRules, IsUndoneByMerging) {
    const auto config = config::load_text(everything);
    ASSERT_TRUE(config);
    const std::vector<Rule> &merged = config->settings.hosts.site.rules;
    EXPECT_EQ(config::merge_rules(config::unmerge_rules(merged)), merged);
    EXPECT_NE(config::unmerge_rules(merged), merged);
}

TEST_F(ConfigCommand, DiffIsSilentWhereNothingDiffers) {
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(run({"diff"}), 0);
    EXPECT_EQ(out() + err(), "");
    EXPECT_EQ(run({"diff", "--json"}), 0);
    const json same = json::parse(out());
    EXPECT_EQ(same["same"], true);
    EXPECT_EQ(same["generation"], 2);
    EXPECT_THAT(same["differences"], IsEmpty());
}

TEST_F(ConfigCommand, DiffTellsEachDifference) {
    EXPECT_EQ(run({"apply"}), 0);
    const auto changes = kernel_.changes.size();
    write_everything();
    EXPECT_EQ(run({"diff"}), 1);
    EXPECT_THAT(out(), AllOf(HasSubstr("timeouts.idle-ms: 60000 -> 15000\n"),
                             HasSubstr("listener: [::]:80 -> [::1]:8080 127.0.0.1%lo:80\n"),
                             HasSubstr("redirect = 'https://example.org/new', remove = "),
                             HasSubstr("mime.types.foo: none -> text/x-foo\n"),
                             HasSubstr("site.error-pages.404: none -> /errors/404.html\n")));
    EXPECT_EQ(run({"diff", "--json"}), 1);
    const json found = json::parse(out());
    EXPECT_EQ(found["same"], false);
    std::map<std::string, json> by_key;
    for (const json &each : found["differences"])
        by_key[each["key"]] = each;
    EXPECT_EQ(by_key["timeouts.idle-ms"]["running"], 60000);
    EXPECT_EQ(by_key["timeouts.idle-ms"]["files"], 15000);
    EXPECT_EQ(by_key["cache.fast"]["files"], false);
    EXPECT_EQ(by_key["site.listing"]["files"], true);
    EXPECT_EQ(by_key["listener"]["files"][0]["port"], 8080);
    EXPECT_EQ(by_key["vhost[plain.example]"]["running"], nullptr);
    EXPECT_EQ(kernel_.changes.size(), changes);
}

TEST_F(ConfigCommand, DiffTellsWhatOfARuleDiffers) {
    write_everything();
    EXPECT_EQ(run({"apply"}), 0);
    directory_.write("khttpd.conf.d/20.conf", "[[rule]]\nprefix = '/old'\nlisting = true\n");
    EXPECT_EQ(run({"diff"}), 1);
    EXPECT_THAT(out(), AllOf(HasSubstr("rule[/old].redirect: "), HasSubstr(" -> none\n"),
                             HasSubstr("rule[/old].listing: false -> true\n"),
                             Not(HasSubstr("cache-control"))));
}

TEST_F(ConfigCommand, DiffKnowsAServerThatDoesNotRun) {
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"diff"}), 1);
    EXPECT_EQ(out(), "state: stopped -> running\n");
    EXPECT_EQ(module_, host::ModuleState::installed);
    module_ = host::ModuleState::loaded;
    kernel_.server.state = KHTTPD_STATE_STOPPING;
    EXPECT_EQ(run({"diff"}), 1);
    EXPECT_EQ(out(), "state: stopping -> running\n");
}

TEST_F(ConfigCommand, DiffHasOtherCodesForTrouble) {
    directory_.write("khttpd.conf", "[sever]\n");
    EXPECT_EQ(run({"diff"}), 78);
    write_valid_config();
    std::filesystem::remove(www_);
    EXPECT_EQ(run({"diff"}), 66);
}

TEST_F(ConfigCommand, ApplyExpectsAGeneration) {
    EXPECT_EQ(run({"apply", "--expect-generation", "7"}), 75);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: the server is of generation 1, not 7"),
                             HasSubstr("hint: 'khttpdctl diff'")));
    EXPECT_EQ(run({"apply", "--dry-run", "--expect-generation", "7"}), 75);
    EXPECT_THAT(kernel_.changes, IsEmpty());
    EXPECT_EQ(run({"apply", "--expect-generation", "1", "--json"}), 0);
    const json done = json::parse(out());
    EXPECT_EQ(done["applied"], true);
    EXPECT_EQ(done["generation"], 2);
    EXPECT_EQ(kernel_.changes.at(0).expect_generation, 1U);
}

TEST_F(ConfigCommand, ApplySaysThatAWrongConfigurationChangesNothing) {
    ASSERT_EQ(run({"apply"}), 0);
    netlink::Ack ack;
    ack.error = EADDRINUSE;
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, ack);
    EXPECT_EQ(run({"apply"}), 71);
    EXPECT_THAT(err(), HasSubstr("warning: nothing was changed: the server goes on as it was\n"));
    directory_.write("khttpd.conf", "[sever]\n");
    EXPECT_EQ(run({"apply"}), 78);
    EXPECT_THAT(err(), HasSubstr("warning: nothing was changed: the server goes on as it was\n"));
    kernel_.server.state = KHTTPD_STATE_STOPPED;
    EXPECT_EQ(run({"apply"}), 78);
    EXPECT_THAT(err(), Not(HasSubstr("goes on")));
}

TEST_F(ConfigCommand, ADryRunPrintsJson) {
    EXPECT_EQ(run({"apply", "--dry-run", "--json"}), 0);
    const json plan = json::parse(out());
    EXPECT_EQ(plan["applied"], false);
    EXPECT_EQ(plan["differences"][0]["key"], "state");
    EXPECT_THAT(kernel_.changes, IsEmpty());
}

} // namespace
} // namespace khttpd
