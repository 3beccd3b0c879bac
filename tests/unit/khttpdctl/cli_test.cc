// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
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
using testing::StartsWith;

netlink::Ack refusal(int error, const std::string &message) {
    netlink::Ack ack;
    ack.error = error;
    ack.message = message;
    return ack;
}

class SetRoot : public CliTest {
  protected:
    SetRoot() { directory_.write("khttpd.conf", "[server]\nuser = '54321'\ngroup = '54321'\n"); }
};

TEST_F(SetRoot, SavesWithoutTheModuleAndDoesNotLoadIt) {
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"set-root", www_}), 0);
    EXPECT_THAT(out(), HasSubstr("saved; takes effect at the next start"));
    EXPECT_EQ(module_, host::ModuleState::installed);
    EXPECT_EQ(kernel_.requests, 0);
    EXPECT_EQ(run({"get", "server.root"}), 0);
    EXPECT_EQ(out(), www_ + "\n");
}

TEST_F(SetRoot, SavesWhereNoModuleIsInstalled) {
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"set-root", www_}), 0);
    EXPECT_THAT(directory_.read(own), HasSubstr(www_));
}

TEST_F(SetRoot, SavesBesideAStoppedServer) {
    EXPECT_EQ(run({"set-root", www_}), 0);
    EXPECT_THAT(out(), HasSubstr("takes effect at the next start"));
    EXPECT_THAT(kernel_.changes, IsEmpty());
}

TEST_F(SetRoot, ChangesARunningServer) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"set-root", www_}), 0);
    EXPECT_THAT(out(), HasSubstr("applied to the running server"));
    ASSERT_EQ(kernel_.changes.size(), 1U);
    EXPECT_EQ(kernel_.changes[0].root, www_);
    EXPECT_EQ(kernel_.changes[0].state, std::nullopt);
    EXPECT_THAT(directory_.read(own), HasSubstr(www_));
}

TEST_F(SetRoot, LeavesTheFileWhenTheKernelRefuses) {
    const std::string before = "[server]\nroot = '/before'\n";
    directory_.write(own, before);
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, refusal(EBUSY, "another change is being made"));
    EXPECT_EQ(run({"set-root", www_}), 75);
    EXPECT_EQ(directory_.read(own), before);
    EXPECT_THAT(err(),
                AllOf(HasSubstr("error: another change is being made"), HasSubstr("hint: ")));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator{directory_ / "khttpd.conf.d"}, {}),
              1);
}

TEST_F(SetRoot, SavesNothingAtRuntime) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"set-root", www_, "--runtime"}), 0);
    EXPECT_EQ(kernel_.server.settings.root, www_);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(SetRoot, NeedsARunningServerAtRuntime) {
    EXPECT_EQ(run({"set-root", www_, "--runtime"}), 69);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: the server is not running"), HasSubstr("hint: ")));
}

TEST_F(SetRoot, RefusesAWrongPathAndSavesNothing) {
    const std::string file = directory_.write("file", "").string();
    const std::string closed = directory_.make_directory("closed").string();
    ASSERT_EQ(chmod(closed.c_str(), 0700), 0);
    for (const std::string &path : {www_ + "/missing", file, closed}) {
        EXPECT_EQ(run({"set-root", path}), 66) << path;
        EXPECT_THAT(err(), AllOf(HasSubstr("error: server.root: " + path), HasSubstr("hint: ")));
        EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    }
}

TEST_F(SetRoot, WarnsOfTheWholeFileSystem) {
    EXPECT_EQ(run({"set-root", "/"}), 0);
    EXPECT_THAT(err(), StartsWith("warning: / is the whole file system"));
}

TEST_F(SetRoot, WarnsWhenALaterFileOverridesIt) {
    const auto later = directory_.write("khttpd.conf.d/90-local.conf", "[server]\nroot = '/x'\n");
    EXPECT_EQ(run({"set-root", www_}), 0);
    EXPECT_THAT(err(), HasSubstr("warning: " + later.string() + ":2:8 overrides this"));
}

TEST_F(SetRoot, StopsAtABrokenFile) {
    const auto file = directory_.write("khttpd.conf", "[sever]\n");
    EXPECT_EQ(run({"set-root", www_}), 78);
    EXPECT_THAT(err(), StartsWith(file.string() + ":1:2: error: unknown key 'sever'; did you mean "
                                                  "'server'?\nerror: "));
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

class Set : public CliTest {};

TEST_F(Set, ChangesOneSettingOfARunningServer) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"set", "limits.fields", "50"}), 0);
    ASSERT_EQ(kernel_.changes.size(), 1U);
    EXPECT_EQ(kernel_.changes[0].numbers.size(), 1U);
    EXPECT_EQ(kernel_.server.settings.fields, 50U);
    EXPECT_EQ(run({"get", "limits.fields"}), 0);
    EXPECT_EQ(out(), "50\n");
}

TEST_F(Set, ChangesListenersAndFlags) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"set", "listener", "127.0.0.1:8080 [::1]:8080"}), 0);
    EXPECT_EQ(endpoints(kernel_.server.settings.listeners), "127.0.0.1:8080 [::1]:8080");
    EXPECT_EQ(run({"set", "workqueue.cold.flags", "freezable"}), 0);
    EXPECT_EQ(flags_text(kernel_.server.settings.cold_flags), "unbound freezable");
    EXPECT_EQ(kernel_.server.settings.hot_flags, 0U);
}

TEST_F(Set, ChangesCacheAndCompression) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"set", "cache.kbytes", "1024"}), 0);
    EXPECT_EQ(run({"set", "cache.fast", "false"}), 0);
    EXPECT_EQ(run({"set", "compression.level", "9"}), 0);
    EXPECT_EQ(kernel_.server.settings.cache_kbytes, 1024U);
    EXPECT_EQ(kernel_.server.settings.cache_fast, 0U);
    EXPECT_EQ(kernel_.server.settings.compression_level, 9U);
    EXPECT_EQ(kernel_.server.settings.compression_enabled, 1U);
    EXPECT_EQ(run({"get", "cache.fast"}), 0);
    EXPECT_EQ(out(), "false\n");
    EXPECT_EQ(run({"set", "compression.level", "10"}), 64);
    EXPECT_THAT(err(), HasSubstr("compression.level: expected an integer from 1 to 9"));
    EXPECT_EQ(run({"set", "compression.min-bytes", "1048577"}), 78);
    EXPECT_THAT(err(), HasSubstr("must not be greater than compression.max-bytes"));
    EXPECT_EQ(kernel_.changes.size(), 3U);
}

TEST_F(Set, ChangesTheUserTogetherWithTheGroup) {
    directory_.write("khttpd.conf", "[server]\ngroup = '54322'\n");
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"set", "server.user", "54321"}), 0);
    EXPECT_EQ(kernel_.server.settings.uid, 54321U);
    EXPECT_EQ(kernel_.server.settings.gid, 54322U);
    EXPECT_EQ(run({"set", "server.user", "root"}), 78);
    EXPECT_EQ(run({"get", "server.user"}), 0);
    EXPECT_EQ(out(), "54321\n");
}

TEST_F(Set, RefusesUnknownKeysAndWrongValues) {
    EXPECT_EQ(run({"set", "limits.feilds", "50"}), 64);
    EXPECT_THAT(err(), AllOf(HasSubstr("did you mean 'limits.fields'?"), HasSubstr("hint: ")));
    EXPECT_EQ(run({"set", "limits.fields", "0"}), 64);
    EXPECT_THAT(err(), AllOf(HasSubstr("an integer from 1 to 1024"), HasSubstr("hint: ")));
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

class Unset : public CliTest {
  protected:
    Unset() { write_valid_config(); }

    /// Has @key unset, and expects that to be told.
    void unset(const std::string &key) {
        EXPECT_EQ(run({"unset", key}), 0) << err();
        EXPECT_THAT(out(), StartsWith(key + ": unset; applied to the running server\n"));
        EXPECT_EQ(run({"diff"}), 0) << key << out();
    }
};

TEST_F(Unset, LeavesAKeyToItsDefault) {
    start();
    ASSERT_EQ(run({"set", "limits.fields", "50"}), 0);
    unset("limits.fields");
    EXPECT_EQ(kernel_.server.settings.fields, 100U);
    EXPECT_EQ(value("limits.fields"), "100\n");
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("limits")));
    const auto changes = kernel_.changes.size();
    EXPECT_EQ(run({"unset", "limits.fields"}), 0);
    EXPECT_EQ(out(), "limits.fields: nothing to do, no file has it\n");
    EXPECT_EQ(kernel_.changes.size(), changes);
}

TEST_F(Unset, TakesEveryKey) {
    start();
    ASSERT_EQ(run({"get", "--json"}), 0);
    const json before = json::parse(out());
    for (const auto &[key, shown] : before["settings"].items()) {
        // What files say themselves is no default.
        if (key.starts_with("server.") || key == "mime.file")
            continue;
        std::string given = value(key);
        given.pop_back();
        ASSERT_EQ(run({"set", key, given}), 0) << key << err();
        unset(key);
    }
    EXPECT_EQ(run({"get", "--json"}), 0);
    EXPECT_EQ(json::parse(out()), before);
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("[")));
}

TEST_F(Unset, LeavesAKeyToAnotherFile) {
    directory_.write("khttpd.conf.d/10.conf",
                     "[limits]\nfields = 60\n[[listener]]\nport = 81\n"
                     "backlog = 9\n[site]\nerror-pages = { 404 = '/a' }\n");
    const std::string types = directory_.write("types", "text/x-foo foo\n");
    start();
    for (const auto &[key, given] :
         std::map<std::string, std::string>{{"limits.fields", "50"},
                                            {"listener", "[::]:82"},
                                            {"mime.file", types},
                                            {"server.group", "54322"},
                                            {"server.root", "/"},
                                            {"server.user", "54322"},
                                            {"site.error-pages.404", ""}}) {
        ASSERT_EQ(run({"set", key, given}), 0) << err();
        unset(key);
    }
    EXPECT_EQ(kernel_.server.settings.fields, 60U);
    EXPECT_EQ(endpoints(kernel_.server.settings.listeners), "[::]:81");
    EXPECT_EQ(kernel_.server.settings.listeners.front().backlog, 9U);
    EXPECT_EQ(kernel_.server.settings.mime.count("foo"), 0U);
    EXPECT_EQ(kernel_.server.settings.uid, 54321U);
    EXPECT_EQ(kernel_.server.settings.gid, 54321U);
    EXPECT_EQ(kernel_.server.settings.root, www_);
    EXPECT_EQ(kernel_.server.settings.hosts.site.error_pages.at(404), "a");
}

TEST_F(Unset, TellsWhichFileCountsThen) {
    const std::string later = directory_.write("khttpd.conf.d/90.conf", "[limits]\nfields = 60\n");
    directory_.write(own, "[limits]\nfields = 50\n");
    EXPECT_EQ(run({"unset", "limits.fields"}), 0) << err();
    EXPECT_EQ(out(), "limits.fields: unset; takes effect at the next start\n"
                     "limits.fields: " +
                         later + ":2:10 counts now\n");
    EXPECT_EQ(err(), "");
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("fields")));
}

TEST_F(Unset, RefusesWhatAnotherFileSays) {
    const std::string other = directory_.write("khttpd.conf.d/10.conf", "[limits]\nfields = 60\n");
    start();
    const auto changes = kernel_.changes.size();
    EXPECT_EQ(run({"unset", "limits.fields"}), 78);
    EXPECT_EQ(err(), "error: limits.fields stands in " + other +
                         ":2:10, which khttpdctl only reads\n"
                         "hint: remove it there; 'khttpdctl set --runtime' changes the running "
                         "server alone\n");
    EXPECT_EQ(kernel_.changes.size(), changes);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(Unset, ChangesTheHostsThatInherit) {
    directory_.write("khttpd.conf.d/10.conf", "[[vhost]]\nnames = ['a']\n");
    start();
    ASSERT_EQ(run({"set", "site.listing", "true"}), 0);
    ASSERT_TRUE(kernel_.server.settings.hosts.vhosts.at(0).lists());
    unset("site.listing");
    EXPECT_FALSE(kernel_.server.settings.hosts.site.lists());
    EXPECT_FALSE(kernel_.server.settings.hosts.vhosts.at(0).lists());
}

TEST_F(Unset, LeavesARunningServerItsRoot) {
    directory_.write("khttpd.conf", "[server]\nuser = '54321'\ngroup = '54321'\n");
    ASSERT_EQ(run({"set-root", www_}), 0);
    start();
    EXPECT_EQ(run({"unset", "server.root"}), 78);
    EXPECT_EQ(err(), "error: server.root: the running server needs a document root, and no other "
                     "file has one\n"
                     "hint: khttpdctl set-root DIR, or 'systemctl stop khttpd' first\n");
    EXPECT_THAT(directory_.read(own), HasSubstr(www_));
    EXPECT_EQ(run({"stop"}), 0);
    EXPECT_EQ(run({"unset", "server.root"}), 0) << err();
    EXPECT_EQ(out(), "server.root: unset; takes effect at the next start\n");
    EXPECT_EQ(value("server.root"), "\n");
}

TEST_F(Unset, LeavesTheFileWhenTheKernelRefuses) {
    ASSERT_EQ(run({"set", "listener", "[::]:81"}), 0);
    start();
    const std::string before = directory_.read(own);
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, refusal(EADDRINUSE, "the address is in use"));
    EXPECT_NE(run({"unset", "listener"}), 0);
    EXPECT_THAT(err(), HasSubstr("the address is in use"));
    EXPECT_EQ(directory_.read(own), before);
}

TEST_F(Unset, LeavesNothingThatIsWrongTogether) {
    ASSERT_EQ(run({"set", "limits.head-bytes", "65536"}), 0) << err();
    ASSERT_EQ(run({"set", "limits.line-bytes", "65536"}), 0) << err();
    EXPECT_EQ(run({"unset", "limits.head-bytes"}), 78);
    EXPECT_THAT(err(), HasSubstr("must not be greater than limits.head-bytes"));
    EXPECT_EQ(value("limits.head-bytes"), "65536\n");
}

TEST_F(Unset, PrintsJson) {
    start();
    ASSERT_EQ(run({"set", "limits.fields", "50"}), 0);
    EXPECT_EQ(run({"unset", "limits.fields", "--json"}), 0);
    const json done = json::parse(out());
    EXPECT_EQ(done["changed"], json({"limits.fields"}));
    EXPECT_EQ(done["saved"], true);
    EXPECT_EQ(done["applied"], true);
    EXPECT_EQ(done["generation"], kernel_.server.generation);
    EXPECT_EQ(run({"unset", "limits.fields", "--json"}), 0);
    EXPECT_EQ(json::parse(out()), json({{"schema_version", 1},
                                        {"changed", json::array()},
                                        {"saved", false},
                                        {"applied", false},
                                        {"generation", nullptr}}));
}

TEST_F(Unset, NamesTheLikelyKey) {
    EXPECT_EQ(run({"unset", "limits.feilds"}), 64);
    EXPECT_THAT(err(), AllOf(HasSubstr("did you mean 'limits.fields'?"), HasSubstr("hint: ")));
    EXPECT_EQ(run({"unset", "limits.fields", "50"}), 64);
    EXPECT_EQ(run({"unset", "--runtime", "limits.fields"}), 64);
    EXPECT_EQ(run({"unset"}), 64);
}

class Get : public CliTest {};

TEST_F(Get, ShowsWhatTheKernelHasElse) {
    write_valid_config();
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.server.settings.root = www_;
    kernel_.server.settings.uid = kernel_.server.settings.gid = 54321;
    kernel_.server.settings.fields = 55;
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), HasSubstr("limits.fields             = 100  # in the kernel: 55\n"));
    EXPECT_THAT(out(), HasSubstr("limits.requests           = 0\n"));
    EXPECT_THAT(out(), HasSubstr("server.root               = " + www_ + "\n"));
}

TEST_F(Get, PrintsJson) {
    write_valid_config();
    EXPECT_EQ(run({"get", "--json"}), 0);
    const json stopped = json::parse(out());
    EXPECT_EQ(stopped["schema_version"], 1);
    EXPECT_EQ(stopped["settings"]["limits.fields"], 100);
    EXPECT_EQ(stopped["settings"]["listener"][0]["address"], "::");
    EXPECT_EQ(stopped["settings"]["workqueue.cold.flags"][0], "unbound");
    EXPECT_EQ(stopped["settings"]["cache.kbytes"], 65536);
    EXPECT_EQ(stopped["settings"]["cache.fast"], true);
    EXPECT_EQ(stopped["settings"]["compression.enabled"], true);
    EXPECT_TRUE(stopped["kernel"].is_null());
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"get", "limits.fields", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["kernel"], json({{"limits.fields", 100}}));
}

class SetSite : public CliTest {
  protected:
    SetSite() {
        directory_.write("khttpd.conf", valid_config() + "[[vhost]]\nnames = ['a']\n"
                                                         "[[vhost]]\nnames = ['b']\n"
                                                         "listing = false\n");
        kernel_.server.state = KHTTPD_STATE_RUNNING;
    }
};

TEST_F(SetSite, ChangesTheHostsThatInherit) {
    EXPECT_EQ(run({"set", "site.listing", "true"}), 0);
    EXPECT_THAT(directory_.read(own), HasSubstr("listing = true"));
    ASSERT_EQ(kernel_.changes.size(), 1U);
    const Hosts &hosts = kernel_.server.settings.hosts;
    EXPECT_TRUE(hosts.site.lists());
    ASSERT_EQ(hosts.vhosts.size(), 2U);
    EXPECT_TRUE(hosts.vhosts[0].lists());
    EXPECT_FALSE(hosts.vhosts[1].lists());
    EXPECT_EQ(run({"get", "site.listing"}), 0);
    EXPECT_EQ(out(), "true\n");
}

TEST_F(SetSite, TakesEveryKindOfValue) {
    EXPECT_EQ(run({"set", "site.index", "a.html, b.html"}), 0);
    EXPECT_EQ(run({"set", "site.symlinks", "none"}), 0);
    EXPECT_EQ(run({"set", "site.charset", ""}), 0);
    EXPECT_EQ(run({"set", "site.default-type", "text/plain"}), 0);
    const Host &site = kernel_.server.settings.hosts.site;
    EXPECT_THAT(site.indexes, testing::ElementsAre("a.html", "b.html"));
    EXPECT_EQ(site.symlinks, KHTTPD_SYMLINKS_NONE);
    EXPECT_EQ(site.charset, "");
    EXPECT_EQ(site.default_type, "text/plain");
    EXPECT_EQ(run({"get", "--json"}), 0);
    const json settings = json::parse(out());
    for (const char *side : {"settings", "kernel"}) {
        EXPECT_EQ(settings[side]["site.index"], json({"a.html", "b.html"}));
        EXPECT_EQ(settings[side]["site.listing"], false);
        EXPECT_EQ(settings[side]["site.charset"], "");
    }
    EXPECT_EQ(run({"set", "site.index", ""}), 0);
    EXPECT_THAT(site.indexes, IsEmpty());
}

TEST_F(SetSite, SavesNothingAtRuntime) {
    EXPECT_EQ(run({"set", "--runtime", "site.dot-files", "true"}), 0);
    EXPECT_TRUE(kernel_.server.settings.hosts.site.options & KHTTPD_VHOST_OPTION_DOT_FILES);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), HasSubstr("site.dot-files            = false  # in the kernel: true\n"));
}

TEST_F(SetSite, GivesAndTakesErrorPages) {
    directory_.write("khttpd.conf.d/10.conf", "[site]\nerror-pages = { 403 = '/no.html' }\n");
    ASSERT_EQ(run({"apply"}), 0);
    const Hosts &hosts = kernel_.server.settings.hosts;
    EXPECT_EQ(run({"set", "site.error-pages.404", "/errors/404.html"}), 0);
    EXPECT_EQ(out(), "site.error-pages.404: saved; applied to the running server\n");
    EXPECT_EQ(hosts.site.error_pages.at(404), "errors/404.html");
    EXPECT_THAT(hosts.vhosts.at(0).error_pages, IsEmpty());
    EXPECT_EQ(run({"get", "site.error-pages.404"}), 0);
    EXPECT_EQ(out(), "/errors/404.html\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
    // That of an earlier file is taken back, too.
    EXPECT_EQ(run({"set", "site.error-pages.403", ""}), 0);
    EXPECT_EQ(hosts.site.error_pages.count(403), 0U);
    EXPECT_EQ(run({"get", "site.error-pages.403"}), 0);
    EXPECT_EQ(out(), "\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
}

TEST_F(SetSite, GivesAnErrorPageToARunningServerAlone) {
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_EQ(run({"set", "--runtime", "site.error-pages.500", "/oops.html"}), 0);
    ASSERT_EQ(run({"set", "--runtime", "site.error-pages.404", "/no.html"}), 0);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(kernel_.server.settings.hosts.site.error_pages.size(), 2U);
    EXPECT_TRUE(kernel_.changes.back().expect_generation);
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), HasSubstr("site.error-pages.500      =   # in the kernel: /oops.html\n"));
    EXPECT_EQ(run({"get", "--json"}), 0);
    const json settings = json::parse(out());
    EXPECT_EQ(settings["settings"]["site.error-pages.404"], nullptr);
    EXPECT_EQ(settings["kernel"]["site.error-pages.404"], "/no.html");
    ASSERT_EQ(run({"set", "--runtime", "site.error-pages.404", ""}), 0);
    EXPECT_EQ(kernel_.server.settings.hosts.site.error_pages.size(), 1U);
}

TEST_F(SetSite, RefusesWhatIsNoErrorPage) {
    EXPECT_EQ(run({"set", "site.error-pages.200", "/a"}), 64);
    EXPECT_THAT(err(), AllOf(HasSubstr("site.error-pages: expected a status code from 400 to 599, "
                                       "not '200'"),
                             HasSubstr("hint: ")));
    EXPECT_EQ(run({"set", "site.error-pages.0404", "/a"}), 64);
    EXPECT_EQ(run({"set", "site.error-pages.404", "a.html"}), 64);
    EXPECT_THAT(err(), AllOf(HasSubstr("site.error-pages.404: expected the path of a file"),
                             HasSubstr("not 'a.html'")));
    EXPECT_EQ(run({"get", "site.error-page.403"}), 64);
    EXPECT_THAT(err(), HasSubstr("did you mean 'site.error-pages.403'?"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(Set, ChangesTheFileOfMediaTypes) {
    const std::string types = directory_.write("types", "text/x-foo foo\n");
    directory_.write("khttpd.conf", valid_config());
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_EQ(run({"set", "mime.file", types}), 0);
    EXPECT_EQ(err(), "");
    EXPECT_EQ(kernel_.server.settings.mime.at("foo"), "text/x-foo");
    EXPECT_EQ(run({"get", "mime.file"}), 0);
    EXPECT_EQ(out(), types + "\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
    // The kernel has the types alone.
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), HasSubstr("mime.file                 = " + types + "\n"));
    EXPECT_EQ(run({"get", "mime.file", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["kernel"]["mime.file"], nullptr);
    EXPECT_EQ(run({"set", "--runtime", "mime.file", types + "-none"}), 0);
    EXPECT_THAT(err(), StartsWith("warning: mime.file: " + types + "-none does not exist; "));
    EXPECT_EQ(kernel_.server.settings.mime.count("foo"), 0U);
    EXPECT_EQ(run({"get", "mime.file"}), 0);
    EXPECT_EQ(out(), types + "\n");
    EXPECT_EQ(run({"set", "mime.file", ""}), 64);
    EXPECT_THAT(err(), HasSubstr("mime.file: expected a file, not ''"));
}

TEST_F(SetSite, RefusesWrongValues) {
    for (const auto &[key, value] :
         std::map<std::string, std::string>{{"site.listing", "yes"},
                                            {"site.symlinks", "some"},
                                            {"site.charset", "a b"},
                                            {"site.default-type", "text"},
                                            {"site.index", "a/b"}}) {
        EXPECT_EQ(run({"set", key, value}), 64) << key;
        EXPECT_THAT(err(), AllOf(HasSubstr(key + ": expected "), HasSubstr("hint: ")));
    }
    EXPECT_THAT(kernel_.changes, IsEmpty());
}

class Check : public CliTest {};

TEST_F(Check, ChecksTheRootsOfVirtualHosts) {
    const auto file = directory_.write(
        "khttpd.conf", valid_config() + "[[vhost]]\nnames = ['a']\nroot = '/nowhere'\n");
    EXPECT_EQ(run({"check"}), 66);
    EXPECT_THAT(err(), HasSubstr(file.string() + ":9:8: error: vhost[a].root: /nowhere: "));
}

TEST_F(Check, PlacesAHostThatIsTooLong) {
    const auto rules = [](const std::string &table) {
        std::string text;
        for (int i = 10; i < 80; ++i)
            text += "[[" + table + "]]\nprefix = '/" + std::to_string(i) + "'\ncache-control = '" +
                    std::string(1000, 'x') + "'\n";
        return text;
    };
    const auto file = directory_.write(
        "khttpd.conf", valid_config() + "[[vhost]]\nnames = ['a']\n" + rules("vhost.rule"));
    EXPECT_EQ(run({"check"}), 78);
    EXPECT_THAT(err(), HasSubstr(file.string() + ":7:1: error: vhost[a]: its rules and settings "
                                                 "take 7"));
    directory_.write("khttpd.conf", valid_config() + rules("rule"));
    EXPECT_EQ(run({"check"}), 78);
    EXPECT_THAT(err(), HasSubstr(file.string() + ":214:1: error: site: its rules and settings "
                                                 "take 7"));
}

TEST_F(Check, WarnsOfAMissingTableOfTypes) {
    write_valid_config();
    std::filesystem::remove(directory_ / "mime.types");
    EXPECT_EQ(run({"check"}), 0);
    EXPECT_THAT(err(), HasSubstr("warning: mime.file: "));
}

TEST_F(Check, IsContentWithAValidConfiguration) {
    write_valid_config();
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"check"}), 0);
    EXPECT_EQ(out(), "the configuration is valid\n");
    EXPECT_EQ(run({"check", "--quiet"}), 0);
    EXPECT_EQ(out() + err(), "");
    EXPECT_EQ(kernel_.requests, 0);
}

TEST_F(Check, PlacesAMissingRoot) {
    const auto file = directory_.write(
        "khttpd.conf", "[server]\nroot = '/nowhere'\nuser = '54321'\ngroup = '54321'\n");
    EXPECT_EQ(run({"check"}), 66);
    EXPECT_THAT(err(), AllOf(HasSubstr(file.string() + ":2:8: error: server.root: /nowhere"),
                             HasSubstr("hint: ")));
}

TEST_F(Check, PlacesAMissingUser) {
    const auto file =
        directory_.write("khttpd.conf", "[server]\nroot = '" + www_ + "'\nuser = 'no-such-user'\n");
    EXPECT_EQ(run({"check"}), 78);
    EXPECT_THAT(err(), HasSubstr(file.string() + ":3:8: error: server.user: 'no-such-user'"));
}

TEST_F(Check, WantsARoot) {
    directory_.write("khttpd.conf", "[server]\nuser = '54321'\ngroup = '54321'\n");
    EXPECT_EQ(run({"check"}), 78);
    EXPECT_THAT(err(), AllOf(HasSubstr("no document root"), HasSubstr("hint: khttpdctl set-root")));
}

TEST_F(Check, ReadsOneFileAlone) {
    write_valid_config();
    const std::string other = directory_.write("other.conf", "[limits]\nfields = 0\n").string();
    EXPECT_EQ(run({"check", "-c", other}), 78);
    EXPECT_THAT(err(), StartsWith(other + ":2:10: error: "));
    EXPECT_EQ(run({"check", "-c", other, "--json"}), 78);
    const json result = json::parse(out());
    EXPECT_EQ(result["valid"], false);
    EXPECT_EQ(result["errors"][0]["line"], 2);
    EXPECT_EQ(result["errors"][0]["column"], 10);
    EXPECT_EQ(run({"check", "-c", other + ".missing"}), 66);
}

class Apply : public CliTest {
  protected:
    Apply() { write_valid_config(); }
};

TEST_F(Apply, StartsWithEverythingInOneRequest) {
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(out() + err(), "");
    ASSERT_EQ(kernel_.changes.size(), 1U);
    const Change &change = kernel_.changes[0];
    EXPECT_EQ(change.state, KHTTPD_STATE_RUNNING);
    EXPECT_EQ(change.root, www_);
    EXPECT_EQ(change.uid, 54321U);
    EXPECT_EQ(change.expect_generation, 1U);
    EXPECT_EQ(kernel_.server.state, KHTTPD_STATE_RUNNING);
}

TEST_F(Apply, SendsOnlyWhatDiffers) {
    ASSERT_EQ(run({"apply"}), 0);
    kernel_.server.settings.fields = 7;
    kernel_.server.settings.listeners.clear();
    ASSERT_EQ(run({"apply", "-v"}), 0);
    EXPECT_THAT(err(), AllOf(HasSubstr("limits.fields: 7 -> 100"),
                             HasSubstr("listener: none -> [::]:80"), Not(HasSubstr("server."))));
    const Change &change = kernel_.changes.back();
    EXPECT_EQ(change.numbers.size(), 1U);
    EXPECT_EQ(change.uid, std::nullopt);
    EXPECT_TRUE(change.listeners);
}

TEST_F(Apply, AsksAnOlderModuleOnlyForWhatItHas) {
    kernel_.last_limit = KHTTPD_A_LIMITS_REQUESTS;
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_THAT(kernel_.changes.back().numbers, IsEmpty());
    EXPECT_EQ(run({"get", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["kernel"]["limits.client-requests"], 0);
}

TEST_F(Apply, TellsAModuleWithoutACacheOnlyWhatIsNoDefault) {
    kernel_.has_cache = false;
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_THAT(kernel_.changes.back().numbers, IsEmpty());
    directory_.write("khttpd.conf.d/60-cache.conf", "[cache]\nfast = false\n");
    ASSERT_EQ(run({"apply", "-v"}), 0);
    EXPECT_THAT(err(), HasSubstr("cache.fast: true -> false"));
    ASSERT_EQ(kernel_.changes.back().numbers.size(), 1U);
}

TEST_F(Apply, ChangesTheLimitsOfAClient) {
    directory_.write("khttpd.conf.d/60-limits.conf",
                     "[limits]\nclient-connections = 50\nclient-connects = 20\n"
                     "client-requests = 100\nclient-bytes = 10000000\n");
    ASSERT_EQ(run({"apply", "-v"}), 0);
    EXPECT_THAT(err(), AllOf(HasSubstr("limits.client-connections: 0 -> 50"),
                             HasSubstr("limits.client-connects: 0 -> 20"),
                             HasSubstr("limits.client-requests: 0 -> 100"),
                             HasSubstr("limits.client-bytes: 0 -> 10000000")));
    EXPECT_EQ(kernel_.server.settings.client_bytes, 10'000'000U);
    EXPECT_EQ(run({"set", "limits.client-bytes", "0"}), 0);
    EXPECT_EQ(kernel_.server.settings.client_bytes, 0U);
    EXPECT_EQ(kernel_.server.settings.client_connections, 50U);
}

TEST_F(Apply, HasTheRootResolvedAnewWhereNothingDiffers) {
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_EQ(out() + err(), "");
    const Change &change = kernel_.changes.back();
    EXPECT_EQ(change.root, www_);
    EXPECT_THAT(change.numbers, IsEmpty());
    EXPECT_EQ(change.listeners, std::nullopt);
    ASSERT_EQ(run({"apply", "-v"}), 0);
    EXPECT_THAT(err(), HasSubstr("has this configuration already"));
}

TEST_F(Apply, SendsHostsAndTypesOnceOnly) {
    directory_.write("khttpd.conf.d/10.conf",
                     "[site]\nlisting = true\n[[rule]]\nprefix = '/a'\nexpires = 1\n"
                     "[[vhost]]\nnames = ['b']\n[[vhost]]\nnames = ['a']\n");
    ASSERT_EQ(run({"apply", "-v"}), 0);
    EXPECT_THAT(err(),
                AllOf(HasSubstr("site.listing: false -> true\n"), HasSubstr("rule[/a]: none -> {"),
                      HasSubstr("vhost[a]: none -> 0 rules"),
                      HasSubstr("mime.types: built in -> ")));
    EXPECT_EQ(kernel_.server.settings.mime.at("htm"), "text/html");
    ASSERT_EQ(run({"apply", "-v"}), 0);
    EXPECT_THAT(err(), HasSubstr("has this configuration already"));
    EXPECT_EQ(kernel_.changes.back().hosts, std::nullopt);
    EXPECT_EQ(kernel_.changes.back().mime, std::nullopt);

    directory_.write("khttpd.conf.d/10.conf", "[[rule]]\nprefix = '/a'\nexpires = 2\n"
                                              "[[vhost]]\nnames = ['b', 'c']\n");
    ASSERT_EQ(run({"apply", "--dry-run"}), 0);
    EXPECT_EQ(out(),
              "site.listing: true -> false\nrule[/a].expires: 1 -> 2\nvhost[a]: 0 rules -> none\n"
              "vhost[b].names: b -> b c\nvhost[b].listing: true -> false\n");
    std::filesystem::remove(directory_ / "khttpd.conf.d/10.conf");
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_EQ(kernel_.server.settings.hosts, Hosts{});
}

TEST_F(Apply, HasTheRootsOfVirtualHostsResolvedAnew) {
    directory_.write("khttpd.conf.d/10.conf", "[[vhost]]\nnames = ['a']\nroot = '" + www_ + "'\n");
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_TRUE(kernel_.changes.back().hosts);
    EXPECT_EQ(kernel_.changes.back().hosts->vhosts.at(0).root, www_);
}

TEST_F(Apply, PlacesWhatTheKernelRefusesInAHost) {
    const auto file = directory_.write("khttpd.conf.d/10.conf",
                                       "[[vhost]]\nnames = ['a']\n[[vhost.rule]]\nprefix = '/x'\n"
                                       "redirect = '/y'\n");
    directory_.write("khttpd.conf", "[mime]\nfile = '/nonexistent/types'\n[server]\nroot = '" +
                                        www_ + "'\nuser = '54321'\ngroup = '54321'\n");
    ASSERT_EQ(run({"apply"}), 0);
    // Everything but the root of the server and the rule is the same now, and the rule's nest comes
    // last; its last attribute begins 8 bytes before the end, for "/z" with its NUL.
    directory_.write("khttpd.conf.d/10.conf", "[[vhost]]\nnames = ['a']\n[[vhost.rule]]\n"
                                              "prefix = '/x'\nredirect = '/z'\n");
    Change change;
    change.state = KHTTPD_STATE_RUNNING;
    change.root = www_;
    change.expect_generation = 1;
    change.hosts = kernel_.server.settings.hosts;
    netlink::Ack ack = refusal(EINVAL, "leads nowhere");
    ack.offset = netlink::encode_change(change).header()->nlmsg_len - 8;
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, ack);
    EXPECT_EQ(run({"apply"}), 78);
    EXPECT_THAT(err(), HasSubstr(file.string() +
                                 ":5:12: error: vhost[a].rule[/x].redirect: leads nowhere\n"));
}

TEST_F(Apply, DoesNotMindTheOrderOfListeners) {
    directory_.write("khttpd.conf.d/10.conf", "[[listener]]\nport = 1\n[[listener]]\nport = 2\n");
    ASSERT_EQ(run({"apply"}), 0);
    std::swap(kernel_.server.settings.listeners[0], kernel_.server.settings.listeners[1]);
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_EQ(kernel_.changes.back().listeners, std::nullopt);
}

TEST_F(Apply, OnlyShowsADryRun) {
    EXPECT_EQ(run({"apply", "--dry-run"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("state: stopped -> running\n"),
                             HasSubstr("server.root: none -> " + www_ + "\n"),
                             HasSubstr("mime.types: built in -> ")));
    EXPECT_THAT(kernel_.changes, IsEmpty());
}

TEST_F(Apply, PlacesWhatTheKernelRefuses) {
    const auto file = directory_.write("khttpd.conf.d/10.conf",
                                       "[[listener]]\nport = 1\n[[listener]]\nport = 2\n");
    netlink::Ack ack = refusal(EADDRINUSE, "the address is in use");
    // The header, the nest of the server, the first listener, then the header of the second; the
    // layout is the same as in the request that is going to be sent.
    Change change;
    change.state = KHTTPD_STATE_RUNNING;
    change.root = www_;
    change.uid = change.gid = 54321;
    change.expect_generation = 1;
    change.listeners = {Listener{Address{}, 1}};
    const netlink::Message before = netlink::encode_change(change);
    ack.offset = before.header()->nlmsg_len;
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, ack);
    EXPECT_EQ(run({"apply"}), 71);
    EXPECT_THAT(err(), AllOf(StartsWith(file.string() + ":3:1: error: listener[1]: the address is "
                                                        "in use\nerror: "),
                             HasSubstr("hint: ")));
}

TEST_F(Apply, ChecksBeforeItAsksTheKernel) {
    std::filesystem::remove(www_);
    EXPECT_EQ(run({"apply"}), 66);
    EXPECT_THAT(kernel_.changes, IsEmpty());
}

TEST_F(Apply, SaysWhatIsNotPermitted) {
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, refusal(EPERM, ""));
    EXPECT_EQ(run({"apply"}), 77);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: this needs CAP_NET_ADMIN"), HasSubstr("sudo")));
}

TEST_F(Apply, ToldOfALostUpdate) {
    kernel_.refuse(KHTTPD_CMD_SERVER_SET, refusal(ESTALE, "the generation is 9"));
    EXPECT_EQ(run({"apply"}), 75);
}

TEST_F(Apply, ExplainsAMissingModule) {
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"apply"}), 69);
    EXPECT_EQ(err(), "error: the khttpd module is not installed\nhint: apt install khttpd-dkms\n");
}

TEST_F(Apply, HandsOnAWarning) {
    kernel_.warning = "IPv6 is absent";
    EXPECT_EQ(run({"apply"}), 0);
    EXPECT_EQ(err(), "warning: IPv6 is absent\n");
}

class StartStop : public CliTest {
  protected:
    StartStop() { write_valid_config(); }
};

TEST_F(StartStop, StartsTwice) {
    unit_ = true;
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(run({"start"}), 0);
        EXPECT_EQ(out(), "serving " + www_ + " on [::]:80\n");
        EXPECT_THAT(err(), HasSubstr("hint: 'systemctl start khttpd'"));
    }
}

TEST_F(StartStop, StopsTwice) {
    ASSERT_EQ(run({"start"}), 0);
    EXPECT_EQ(run({"stop"}), 0);
    EXPECT_EQ(out(), "stopped\n");
    EXPECT_EQ(run({"stop"}), 0);
    EXPECT_EQ(out(), "not running\n");
}

TEST_F(StartStop, StopsNothingWithoutTheModule) {
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"stop"}), 0);
    EXPECT_EQ(out(), "not running: the module is not loaded\n");
}

TEST_F(StartStop, WaitsUntilTheLastConnectionIsClosed) {
    ASSERT_EQ(run({"start"}), 0);
    kernel_.defer_stop = true;
    int looks = 0;
    kernel_.on_get = [&] {
        if (++looks == 3)
            kernel_.server.state = KHTTPD_STATE_STOPPED;
    };
    EXPECT_EQ(run({"stop"}), 0);
    EXPECT_EQ(looks, 3);
}

TEST_F(StartStop, CutsOffWhatIsStillAnswered) {
    kernel_.defer_stop = true;
    for (const khttpd_state state : {KHTTPD_STATE_RUNNING, KHTTPD_STATE_STOPPING}) {
        kernel_.server.state = state;
        EXPECT_EQ(run({"stop", "--now"}), 0);
        EXPECT_EQ(out(), "stopped\n");
    }
    EXPECT_EQ(kernel_.changes.size(), 3U);
    EXPECT_EQ(run({"stop", "--now"}), 0);
    EXPECT_EQ(out(), "not running\n");
    EXPECT_EQ(kernel_.changes.size(), 3U);
}

class Status : public CliTest {};

TEST_F(Status, HasTheCodesOfTheStandardBase) {
    EXPECT_EQ(run({"status"}), 3);
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"status"}), 0);
    kernel_.server.state = KHTTPD_STATE_STOPPING;
    EXPECT_EQ(run({"status"}), 3);
    kernel_.refuse(KHTTPD_CMD_SERVER_GET, refusal(EBUSY, ""));
    EXPECT_EQ(run({"status"}), 4);
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"status"}), 3);
    EXPECT_EQ(module_, host::ModuleState::installed);
}

TEST_F(Status, DescribesARunningServer) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.server.settings.root = "/srv/www";
    kernel_.server.settings.uid = kernel_.server.settings.gid = 54321;
    kernel_.server.started_ns = 1'000'000'000;
    kernel_.stats.started_ns = 1'000'000'000;
    kernel_.stats.now_ns = 63'000'000'000;
    kernel_.stats.connections = 1234;
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_EQ(out(), "state        running for 1m 02s\n"
                     "version      module " KHTTPD_VERSION ", khttpdctl " KHTTPD_VERSION "\n"
                     "generation   1\n"
                     "root         /srv/www\n"
                     "files as     user 54321, group 54321\n"
                     "connections  1,234\n"
                     "listener     [::]:80  3 connections\n");
    EXPECT_EQ(run({"status", "--json"}), 0);
    const json status = json::parse(out());
    EXPECT_EQ(status["schema_version"], 1);
    EXPECT_EQ(status["state"], "running");
    EXPECT_EQ(status["uptime_seconds"], 62);
    EXPECT_EQ(status["listeners"][0]["connections"], 3);
}

TEST_F(Status, TellsThatTheServerDrains) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    EXPECT_EQ(run({"status", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["draining"], false);
    kernel_.server.draining = true;
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_THAT(out(), StartsWith("state        running for 0s, draining\n"));
    EXPECT_EQ(run({"status", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["state"], "running");
    EXPECT_EQ(json::parse(out())["draining"], true);
    kernel_.server.state = KHTTPD_STATE_STOPPING;
    EXPECT_EQ(run({"status"}), 3);
    EXPECT_THAT(out(), StartsWith("state        stopping\n"));
}

TEST_F(Status, WarnsOfAnotherVersion) {
    kernel_.server.version = "9.9.9";
    EXPECT_EQ(run({"status"}), 3);
    EXPECT_THAT(err(), HasSubstr("warning: the loaded module is version 9.9.9"));
}

TEST_F(Status, CountsTheVirtualHosts) {
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    kernel_.server.settings.hosts.vhosts.emplace_back().names = {"a", "b"};
    EXPECT_EQ(run({"status"}), 0);
    EXPECT_THAT(out(), HasSubstr("\nvhosts       1\n"));
    EXPECT_EQ(run({"status", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["vhosts"], 1);
}

class VhostList : public CliTest {
  protected:
    VhostList() {
        kernel_.server.settings.root = "/srv/default";
        Host &host = kernel_.server.settings.hosts.vhosts.emplace_back();
        host.names = {"example.org", "*.example.org"};
        host.root = "/srv/example";
        host.rules.emplace_back().prefix = "/";
        kernel_.server.settings.hosts.vhosts.emplace_back().names = {"other.org"};
    }
};

TEST_F(VhostList, ShowsNamesRootsAndRules) {
    EXPECT_EQ(run({"vhost", "list"}), 0);
    EXPECT_EQ(out(), "(default)\n  root   /srv/default\n  rules  0\n"
                     "example.org *.example.org\n  root   /srv/example\n  rules  1\n"
                     "other.org\n  root   /srv/default\n  rules  0\n");
}

TEST_F(VhostList, PrintsJson) {
    EXPECT_EQ(run({"vhost", "list", "--json"}), 0);
    const json list = json::parse(out());
    EXPECT_EQ(list["default"]["root"], "/srv/default");
    EXPECT_EQ(list["vhosts"][0]["names"], json({"example.org", "*.example.org"}));
    EXPECT_EQ(list["vhosts"][0]["rules"], 1);
    EXPECT_EQ(list["vhosts"][1]["root"], "/srv/default");
}

TEST_F(VhostList, NeedsTheModuleAndAWord) {
    EXPECT_EQ(run({"vhost"}), 64);
    EXPECT_EQ(run({"vhost", "--help"}), 0);
    EXPECT_THAT(out(), HasSubstr("list"));
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"vhost", "list"}), 69);
}

class Mime : public CliTest {};

TEST_F(Mime, ShowsWhatTheKernelHas) {
    kernel_.server.settings.mime = {{"foo", "text/x-foo"}, {"html", "text/x-html"}};
    EXPECT_EQ(run({"mime"}), 0);
    EXPECT_EQ(out(), "foo             text/x-foo\nhtml            text/x-html\n");
    for (const char *name : {"foo", ".FOO", "a.b.foo"}) {
        EXPECT_EQ(run({"mime", name}), 0);
        EXPECT_EQ(out(), "text/x-foo\n");
    }
    EXPECT_EQ(run({"mime", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["types"]["html"], "text/x-html");
    EXPECT_EQ(run({"mime", "bar"}), 66);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: no media type"), HasSubstr("hint: ")));
}

TEST_F(Mime, FindsTheLongestExtension) {
    kernel_.server.settings.mime = {{"json", "application/json"},
                                    {"tm.json", "application/tm+json"}};
    for (const char *name : {"lamp.tm.json", "Lamp.TM.json", "a.b/lamp.tm.json", ".tm.json"}) {
        EXPECT_EQ(run({"mime", name}), 0);
        EXPECT_EQ(out(), "application/tm+json\n") << name;
    }
    for (const char *name : {"lamp.json", "tm.json", "a.tm/b.json", "json"}) {
        EXPECT_EQ(run({"mime", name}), 0);
        EXPECT_EQ(out(), "application/json\n") << name;
    }
}

TEST_F(Mime, KnowsTheTableThatIsBuiltIn) {
    EXPECT_EQ(run({"mime", "index.html"}), 0);
    EXPECT_EQ(out(), "text/html\n");
}

class StatsCommand : public CliTest {
  protected:
    StatsCommand() {
        kernel_.server.state = KHTTPD_STATE_RUNNING;
        kernel_.stats.started_ns = 1;
        kernel_.stats.now_ns = 1'000'000'001;
        kernel_.stats.requests = 500;
        kernel_.stats.latency = {{2048, 100}};
        kernel_.on_get = [this] {
            kernel_.stats.now_ns += 1'000'000'000;
            kernel_.stats.requests += 10;
        };
    }
};

TEST_F(StatsCommand, PrintsThePage) {
    EXPECT_EQ(run({"stats"}), 0);
    EXPECT_THAT(out(), HasSubstr("  requests                              510          255/s\n"));
    EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
}

TEST_F(StatsCommand, DoesNotReadTheListsOfHostsAndTypes) {
    for (const std::uint8_t command : {KHTTPD_CMD_VHOST_GET, KHTTPD_CMD_MIME_GET}) {
        kernel_.refuse(command, refusal(EIO, "not asked for"));
        EXPECT_EQ(run({"stats"}), 0);
    }
}

TEST_F(StatsCommand, PrintsJson) {
    EXPECT_EQ(run({"stats", "--json"}), 0);
    const json stats = json::parse(out());
    EXPECT_EQ(stats["schema_version"], 1);
    EXPECT_EQ(stats["requests"], 510);
    EXPECT_EQ(stats["latency"]["p50_ns"], 1920);
    EXPECT_EQ(stats["latency"]["buckets"][0]["below_ns"], 2048);
    EXPECT_TRUE(stats["interval"].is_null());
}

TEST_F(StatsCommand, PrintsALineForEachSampleOfAWatch) {
    EXPECT_EQ(run({"stats", "--watch=0.1", "--count", "3"}), 0);
    std::istringstream lines{out()};
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);)
        all.push_back(line);
    ASSERT_EQ(all.size(), 4U);
    EXPECT_THAT(all[0], StartsWith("time     state"));
    EXPECT_THAT(all[1], HasSubstr("running           -"));
    EXPECT_THAT(all[2], HasSubstr("running        10.0"));
}

TEST_F(StatsCommand, PrintsAnObjectForEachSampleOfAJsonWatch) {
    EXPECT_EQ(run({"stats", "--watch=0.1", "--count=2", "--json"}), 0);
    std::istringstream lines{out()};
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_TRUE(json::parse(line)["interval"].is_null());
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_EQ(json::parse(line)["interval"]["requests_per_second"], 10.0);
    EXPECT_FALSE(std::getline(lines, line));
}

TEST_F(StatsCommand, RedrawsATerminalInPlace) {
    terminal_ = true;
    EXPECT_EQ(run({"stats", "--watch=0.1", "--count=2"}), 0);
    EXPECT_THAT(out(), StartsWith("\x1b[?25l"));
    EXPECT_THAT(out(), HasSubstr("\x1b[?2026h\x1b[H"));
    EXPECT_THAT(out(), HasSubstr("\x1b[K\r\n"));
    EXPECT_THAT(out(), HasSubstr("\x1b[J\x1b[?2026l"));
    EXPECT_THAT(out(), testing::EndsWith("\x1b[?25h\n"));
}

TEST_F(StatsCommand, GoesOnWhenTheModuleGoes) {
    int looks = 0;
    kernel_.on_get = [&] {
        if (++looks == 1)
            module_ = host::ModuleState::installed;
        if (looks == 2)
            kernel_.refuse(KHTTPD_CMD_SERVER_GET, refusal(ENOENT, ""));
    };
    EXPECT_EQ(run({"stats", "--watch=0.1", "--count=4"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("running"), HasSubstr("unknown"), HasSubstr("stopped")));
}

TEST_F(StatsCommand, ShowsAStoppedServer) {
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"stats"}), 0);
    EXPECT_EQ(out(), "khttpd  stopped\nthe module is not loaded\n");
}

TEST_F(StatsCommand, ExplainsAMissingModule) {
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"stats"}), 69);
    EXPECT_THAT(err(), HasSubstr("hint: apt install khttpd-dkms"));
}

class Cache : public CliTest {
  protected:
    Cache() {
        kernel_.cache = {{"h.example", "/b", "", 200, 1234},
                         {"h.example", "/a\x1b[2J", "gzip", 200, 567},
                         {"", "/b", "", 200, 89}};
        kernel_.stats.requests = 1000;
        kernel_.stats.cache_entries = 3;
        kernel_.stats.cache_bytes = 3 << 20;
        kernel_.stats.cache_hits = 750;
        kernel_.stats.cache_misses = 250;
        kernel_.stats.cache_evictions = 1;
        kernel_.stats.cache_stale = 2;
        kernel_.stats.fast = 500;
    }
};

TEST_F(Cache, IsListedInOrder) {
    EXPECT_EQ(run({"cache", "list"}), 0);
    EXPECT_EQ(out(), "       89 200 -       (default) /b\n"
                     "      567 200 gzip    h.example /a?[2J\n"
                     "    1,234 200 -       h.example /b\n");
    EXPECT_EQ(run({"cache", "list", "--json"}), 0);
    const json listed = json::parse(out());
    EXPECT_EQ(listed["schema_version"], 1);
    ASSERT_EQ(listed["entries"].size(), 3U);
    EXPECT_EQ(
        listed["entries"][0],
        json({{"vhost", ""}, {"path", "/b"}, {"coding", nullptr}, {"status", 200}, {"bytes", 89}}));
    EXPECT_EQ(listed["entries"][1]["coding"], "gzip");
}

TEST_F(Cache, MayBeEmpty) {
    kernel_.cache.clear();
    EXPECT_EQ(run({"cache", "list"}), 0);
    EXPECT_EQ(out(), "");
    EXPECT_EQ(run({"cache", "list", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["entries"], json::array());
    kernel_.stats = {};
    EXPECT_EQ(run({"cache", "stats"}), 0);
    EXPECT_THAT(out(), HasSubstr("hits      0, -\n"));
}

TEST_F(Cache, ShowsItsStatistics) {
    EXPECT_EQ(run({"cache", "stats"}), 0);
    EXPECT_EQ(out(),
              "responses 3\nmemory    3.00 MiB of 64.0 MiB\nhits      750, 75.0 %\n"
              "misses    250, 25.0 %\nevicted   1\nstale     2\n"
              "fast      500, 50.0 % of all requests\n"
              "files     2, 1.29 KiB\ncodings   1, 567 B\nredirects 0, 0 B\nerrors    0, 0 B\n");
    kernel_.cache[0].status = 301;
    kernel_.cache[1].status = 404;
    const json kinds = {{"files", {{"entries", 1}, {"bytes", 89}}},
                        {"codings", {{"entries", 0}, {"bytes", 0}}},
                        {"redirects", {{"entries", 1}, {"bytes", 1234}}},
                        {"errors", {{"entries", 1}, {"bytes", 567}}}};
    EXPECT_EQ(run({"cache", "stats", "--json"}), 0);
    EXPECT_EQ(json::parse(out()), json({{"schema_version", 1},
                                        {"max_bytes", 67108864},
                                        {"entries", 3},
                                        {"bytes", 3145728},
                                        {"hits", 750},
                                        {"misses", 250},
                                        {"evictions", 1},
                                        {"stale", 2},
                                        {"fast", 500},
                                        {"requests", 1000},
                                        {"kinds", kinds}}));
}

TEST_F(Cache, TellsNoKindsToWhoMayNotListThem) {
    kernel_.refuse(KHTTPD_CMD_CACHE_GET, {EPERM, "", {}, {}, {}});
    EXPECT_EQ(run({"cache", "stats"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("responses 3\n"), Not(HasSubstr("files"))));
    EXPECT_EQ(run({"cache", "stats", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["kinds"], nullptr);
}

TEST_F(Cache, IsFlushedAsAWholeAndInParts) {
    EXPECT_EQ(run({"cache", "flush", "--vhost", "h.example", "--prefix", "/b"}), 0);
    EXPECT_EQ(out(), "1 response dropped\n");
    EXPECT_EQ(run({"cache", "flush", "--prefix=/b", "--json"}), 0);
    EXPECT_EQ(json::parse(out()), json({{"schema_version", 1}, {"flushed", 1}}));
    EXPECT_EQ(run({"cache", "flush", "--vhost", ""}), 0);
    EXPECT_EQ(out(), "0 responses dropped\n");
    EXPECT_EQ(run({"cache", "flush", "--quiet"}), 0);
    EXPECT_EQ(out(), "");
    EXPECT_THAT(kernel_.cache, IsEmpty());
}

TEST_F(Cache, IsNotFlushedForAVirtualHostThatIsNotThere) {
    EXPECT_EQ(run({"cache", "flush", "--vhost", "nobody"}), 66);
    EXPECT_EQ(err(), "error: vhost: no virtual host has this name\n"
                     "hint: 'khttpdctl vhost list' shows the virtual hosts\n");
    EXPECT_EQ(kernel_.cache.size(), 3U);
}

TEST_F(Cache, IsOnlyForThoseWhoMay) {
    kernel_.refuse(KHTTPD_CMD_CACHE_GET, refusal(EPERM, ""));
    EXPECT_EQ(run({"cache", "list"}), 77);
    EXPECT_EQ(err(), "error: this needs CAP_NET_ADMIN\nhint: try sudo\n");
    kernel_.refuse(KHTTPD_CMD_CACHE_FLUSH, refusal(EOPNOTSUPP, ""));
    EXPECT_EQ(run({"cache", "flush"}), 69);
    EXPECT_THAT(err(), HasSubstr("different versions"));
    EXPECT_EQ(run({"cache"}), 64);
    EXPECT_EQ(run({"cache", "drop"}), 64);
}

class Usage : public CliTest {};

TEST_F(Usage, HelpsWithEveryCommand) {
    EXPECT_EQ(run({"--help"}), 0);
    for (const char *command :
         {"set-root", "get", "set", "unset", "check", "apply", "start", "stop", "daemon", "status",
          "vhost", "cache", "mime", "stats", "version"}) {
        EXPECT_THAT(out(), HasSubstr(command));
    }
    for (const char *command :
         {"set-root", "get", "set", "unset", "check", "apply", "start", "stop", "daemon", "status",
          "vhost", "cache", "mime", "stats", "version"}) {
        EXPECT_EQ(run({command, "--help"}), 0);
        EXPECT_THAT(out(), HasSubstr(std::string{"Usage: khttpdctl "} + command));
    }
}

TEST_F(Usage, NamesTheLikelyCommand) {
    EXPECT_EQ(run({"stat"}), 64);
    EXPECT_EQ(err(), "error: there is no command 'stat'; did you mean 'stats'?\n"
                     "hint: khttpdctl --help\n");
}

TEST_F(Usage, RefusesWhatItDoesNotUnderstand) {
    EXPECT_EQ(run({}), 64);
    EXPECT_EQ(run({"set-root"}), 64);
    EXPECT_EQ(run({"set", "limits.fields"}), 64);
    EXPECT_EQ(run({"stats", "--watch=0"}), 64);
    EXPECT_EQ(run({"stats", "--count=3"}), 64);
    EXPECT_EQ(run({"stats", "--watch=1", "--count=0"}), 64);
    EXPECT_EQ(run({"status", "--frobnicate"}), 64);
    EXPECT_THAT(err(), AllOf(StartsWith("error: "), HasSubstr("hint: khttpdctl status --help")));
}

TEST_F(Usage, ShowsTheVersions) {
    EXPECT_EQ(run({"version"}), 0);
    EXPECT_EQ(out(),
              "khttpdctl " KHTTPD_VERSION "\nmodule    " KHTTPD_VERSION "\ninstalled none\n");
    module_ = host::ModuleState::missing;
    EXPECT_EQ(run({"version", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["khttpdctl"], KHTTPD_VERSION);
    EXPECT_TRUE(json::parse(out())["module"].is_null());
}

} // namespace
} // namespace khttpd
