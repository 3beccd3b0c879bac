// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "config/load.h"
#include "config/rule_setting.h"
#include "config/vhost_setting.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::CliTest;
using test::own;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(VhostKey, IsTakenApart) {
    for (const auto &[key, name, leaf] : std::vector<std::array<std::string, 3>>{
             {"vhost[a.example].listing", "a.example", "listing"},
             {"vhost[*.a.example].names", "*.a.example", "names"},
             {"vhost[[2001:db8::1]].root", "[2001:db8::1]", "root"},
             {"vhost[2001:db8::1].root", "2001:db8::1", "root"},
             {"vhost[a].error-pages.404", "a", "error-pages.404"}}) {
        const auto found = config::find_vhost_key(key);
        ASSERT_TRUE(found) << key;
        EXPECT_EQ(found->name, name);
        EXPECT_EQ(found->leaf, leaf);
    }
}

TEST(VhostKey, IsNothingElse) {
    for (const char *key :
         {"vhost", "vhost[", "vhost[a", "vhost[a]", "vhost[a].", "vhost[].root", "vhost[a]root",
          "vhost[a].roots", "vhost[a].site.listing", "vhost[a].error-pages",
          "vhost[a].error-pages.200", "vhost[a].rule[/a]", "site.listing", "rule[/vhost[a].root]"})
        EXPECT_FALSE(config::find_vhost_key(key)) << key;
}

TEST(VhostKey, NamesAHostAsARequestDoes) {
    const auto config = config::load_text("[[vhost]]\nnames = ['a.example', '[2001:db8::1]']\n"
                                          "[[vhost]]\nnames = ['*.example']\n"
                                          "[[vhost]]\nnames = ['b.example', '*.a.example']\n");
    ASSERT_TRUE(config);
    const auto first = [&](const char *name) {
        const config::HostConfig *host = config::find_vhost(config->vhosts, name);
        return host != nullptr ? host->names.front() : std::string{};
    };
    for (const char *name : {"a.example", "A.Example", "a.example.", "2001:db8::1"})
        EXPECT_EQ(first(name), "a.example") << name;
    for (const char *name : {"*.example", "c.example", "WWW.c.example."})
        EXPECT_EQ(first(name), "*.example") << name;
    for (const char *name : {"b.example", "www.a.example", "*.a.example"})
        EXPECT_EQ(first(name), "b.example") << name;
    for (const char *name : {"example", "", ".", "2001:db8::2", "a b"})
        EXPECT_EQ(first(name), "") << name;
}

class SetVhost : public CliTest {
  protected:
    SetVhost() {
        directory_.write("mime.types", "text/html html htm\n");
        directory_.write("khttpd.conf", valid_config() + R"(
[site]
charset = "latin1"
[[vhost]]
names = ["a.example", "*.a.example"]
listing = true
error-pages = { 404 = "/no.html" }
[[vhost.rule]]
prefix = "/"
expires = 60
[[vhost.rule]]
prefix = "/a"
expires = 60
)");
    }

    const std::vector<Host> &running() const { return kernel_.server.settings.hosts.vhosts; }

    const Host &a_example() const { return *config::find_vhost(running(), "a.example"); }

    void expect_same() { EXPECT_EQ(run({"diff"}), 0) << out(); }

    /// Some of what a.example says.
    static constexpr const char *some[] = {"listing", "error-pages.404", "rule[/]",
                                           "rule[/a].expires"};

    /// Expects that it says nothing of those any more.
    void expect_some_gone() {
        EXPECT_FALSE(a_example().lists());
        EXPECT_THAT(a_example().error_pages, IsEmpty());
        ASSERT_EQ(a_example().rules.size(), 1U);
        EXPECT_EQ(a_example().rules[0].prefix, "/a");
        EXPECT_FALSE(a_example().rules[0].expires_s);
        expect_same();
    }
};

TEST_F(SetVhost, ChangesAHostInTheFileAndTheServer) {
    start();
    EXPECT_EQ(run({"set", "vhost[a.example].dot-files", "true"}), 0) << err();
    EXPECT_EQ(out(), "vhost[a.example].dot-files: saved; applied to the running server\n");
    EXPECT_EQ(err(), "");
    EXPECT_TRUE(a_example().options & KHTTPD_VHOST_OPTION_DOT_FILES);
    EXPECT_TRUE(a_example().lists());
    EXPECT_EQ(a_example().rules.size(), 2U);
    EXPECT_EQ(running().size(), 1U);
    EXPECT_TRUE(kernel_.changes.back().expect_generation);
    // The file has all of the host.
    EXPECT_THAT(directory_.read(own), AllOf(HasSubstr("'*.a.example'"), HasSubstr("no.html"),
                                            HasSubstr("prefix = '/a'"), Not(HasSubstr("latin1"))));
    EXPECT_EQ(run({"set", "vhost[A.example.].charset", ""}), 0) << err();
    EXPECT_EQ(a_example().charset, "");
    EXPECT_TRUE(a_example().options & KHTTPD_VHOST_OPTION_DOT_FILES);
    expect_same();
    EXPECT_EQ(run({"check"}), 0);
}

TEST_F(SetVhost, TakesWhatItShows) {
    ASSERT_EQ(run({"vhost", "add", "b.example"}), 0) << err();
    start();
    for (const auto &[leaf, given] :
         std::map<std::string, std::string>{{"allow", "192.0.2.0/24"},
                                            {"charset", "utf-8"},
                                            {"default-type", "text/plain"},
                                            {"deny", ""},
                                            {"dot-files", "true"},
                                            {"error-pages.500", "/oops.html"},
                                            {"index", "a.html b.html"},
                                            {"inode-tag", "true"},
                                            {"listing", "true"},
                                            {"names", "b.example *.b.example [2001:db8::1]"},
                                            {"root", www_},
                                            {"rule[/b].expires", "60"},
                                            {"rule[/c]", "{ redirect = '/d', status = 308 }"},
                                            {"server-field", "false"},
                                            {"siblings", "false"},
                                            {"symlinks", "none"}}) {
        const std::string key = "vhost[b.example]." + leaf;
        EXPECT_EQ(run({"set", key, given}), 0) << err();
        EXPECT_EQ(value(key), given + "\n");
        expect_same();
        EXPECT_EQ(run({"get"}), 0);
        EXPECT_THAT(out(), AllOf(HasSubstr(key.substr(0, key.rfind('.'))),
                                 Not(HasSubstr("in the kernel"))));
    }
    for (const config::HostKey &key : config::host_keys())
        EXPECT_TRUE(config::find_vhost_key("vhost[b.example]." + std::string{key.leaf()}));
    EXPECT_EQ(value("vhost[x.b.example].root"), www_ + "\n");
    EXPECT_EQ(running().size(), 2U);
}

TEST_F(SetVhost, ShowsWhatIsInherited) {
    start();
    EXPECT_EQ(value("vhost[a.example].charset"), "latin1\n");
    EXPECT_EQ(value("vhost[a.example].root"), www_ + "\n");
    EXPECT_EQ(value("vhost[a.example].error-pages.500"), "\n");
    EXPECT_EQ(value("vhost[a.example].rule[/b]"), "\n");
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("vhost[a.example].names    = a.example *.a.example\n"),
                             HasSubstr("vhost[a.example].listing  = true\n"),
                             HasSubstr("vhost[a.example].error-pages.404 = /no.html\n"),
                             // It says the same as what it would inherit, but says it.
                             HasSubstr("vhost[a.example].rule[/a] = { expires = 60 }\n"),
                             Not(HasSubstr("vhost[a.example].charset"))));
    EXPECT_EQ(run({"get", "--json", "vhost[www.a.example].names"}), 0);
    const json shown = json::parse(out());
    for (const char *which : {"settings", "kernel"})
        EXPECT_EQ(shown[which]["vhost[www.a.example].names"], json({"a.example", "*.a.example"}));
    EXPECT_EQ(run({"get", "--json"}), 0);
    const json all = json::parse(out());
    EXPECT_EQ(all["kernel"]["vhost[a.example].listing"], true);
    EXPECT_EQ(all["kernel"]["vhost[a.example].rule[/a]"], json({{"expires", 60}}));
}

TEST_F(SetVhost, TakesAwayWhatAHostSays) {
    start();
    for (const std::string leaf : some)
        EXPECT_EQ(run({"set", "vhost[a.example]." + leaf, ""}), 0) << err();
    expect_some_gone();
    // Nothing is a value for what is a list, and for the charset.
    EXPECT_EQ(run({"set", "vhost[a.example].index", ""}), 0) << err();
    EXPECT_THAT(a_example().indexes, IsEmpty());
    expect_same();
}

TEST_F(SetVhost, InheritsWhatIsUnset) {
    start();
    for (const auto &[leaf, given] : std::map<std::string, std::string>{{"charset", ""},
                                                                        {"index", ""},
                                                                        {"allow", ""},
                                                                        {"deny", "192.0.2.1"},
                                                                        {"root", www_}}) {
        const std::string key = "vhost[a.example]." + leaf;
        const std::string inherited = value(key);
        ASSERT_EQ(run({"set", key, given}), 0) << err();
        EXPECT_EQ(value(key), given + "\n");
        EXPECT_EQ(run({"unset", key}), 0) << err();
        EXPECT_EQ(out(), key + ": unset; applied to the running server\n");
        EXPECT_EQ(value(key), inherited);
        expect_same();
        EXPECT_EQ(run({"unset", key}), 0) << err();
        EXPECT_EQ(out(), key + ": nothing to do, no file has it\n");
    }
    EXPECT_EQ(a_example().charset, "latin1");
    EXPECT_THAT(a_example().indexes, Not(IsEmpty()));
    EXPECT_THAT(directory_.read(own), AllOf(HasSubstr("a.example"), Not(HasSubstr("charset"))));
    EXPECT_EQ(run({"check"}), 0);
}

TEST_F(SetVhost, UnsetsInACopyWhatTheAdministratorSays) {
    start();
    for (const std::string leaf : some)
        EXPECT_EQ(run({"unset", "vhost[www.a.example]." + leaf}), 0) << err();
    expect_some_gone();
}

TEST_F(SetVhost, LeavesWhatIsUnsetToALaterFile) {
    ASSERT_EQ(run({"vhost", "add", "b.example", "--set", "charset=utf-8"}), 0) << err();
    directory_.write("khttpd.conf.d/90.conf", "[[vhost]]\nnames = ['b.example']\n"
                                              "charset = 'koi8-r'\n");
    start();
    EXPECT_EQ(run({"unset", "vhost[b.example].charset"}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("90.conf:3:11 counts now\n"));
    EXPECT_EQ(running()[1].charset, "koi8-r");
    expect_same();
}

TEST_F(SetVhost, HasToHaveNames) {
    start();
    EXPECT_EQ(run({"unset", "vhost[a.example].names"}), 64);
    EXPECT_EQ(err(), "error: vhost[a.example].names: a virtual host has a name\n"
                     "hint: 'khttpdctl vhost del' removes the host\n");
    EXPECT_EQ(run({"unset", "vhost[none.example].charset"}), 66);
    EXPECT_EQ(run({"unset", "vhost[a.example].charsets"}), 64);
    EXPECT_THAT(err(), HasSubstr("did you mean 'vhost[a.example].charset'?"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(SetVhost, GivesOtherNames) {
    ASSERT_EQ(run({"vhost", "add", "b.example", "c.example"}), 0);
    start();
    EXPECT_EQ(run({"set", "vhost[c.example].names", "d.example, b.example"}), 0) << err();
    ASSERT_EQ(running().size(), 2U);
    EXPECT_THAT(running()[1].names, ElementsAre("d.example", "b.example"));
    expect_same();
    EXPECT_EQ(run({"set", "vhost[b.example].names", "d.example a.example"}), 78);
    EXPECT_THAT(err(), HasSubstr("'a.example' is a name of a virtual host already, in "));
    EXPECT_EQ(run({"set", "--runtime", "vhost[b.example].names", "d.example a.example"}), 78);
    EXPECT_THAT(err(), HasSubstr("'a.example' is a name of a virtual host already of the running"));
    // What has the same first name as one of an earlier file would take its place.
    EXPECT_EQ(run({"set", "vhost[b.example].names", "a.example"}), 78);
    EXPECT_EQ(running().size(), 2U);
    expect_same();
    // The first name is what files mean a host by.
    EXPECT_EQ(run({"set", "vhost[a.example].names", "*.a.example a.example"}), 78);
    EXPECT_THAT(err(), AllOf(HasSubstr("the first name of vhost[a.example] stands in "),
                             HasSubstr("which khttpdctl only reads"), HasSubstr("hint: ")));
    EXPECT_EQ(run({"set", "vhost[a.example].names", "a.example"}), 0) << err();
    EXPECT_THAT(a_example().names, ElementsAre("a.example"));
    EXPECT_EQ(run({"set", "--runtime", "vhost[a.example].names", "e.example"}), 0) << err();
    EXPECT_THAT(running()[1].names, ElementsAre("e.example"));
    EXPECT_EQ(running()[1].rules.size(), 2U);
}

TEST_F(SetVhost, ChecksADocumentRoot) {
    start();
    const auto changes = kernel_.changes.size();
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"set", "vhost[a.example].root", www_ + "/none"},
          std::vector<std::string>{"set", "--runtime", "vhost[a.example].root", www_ + "/none"}}) {
        EXPECT_EQ(run(words), 66);
        EXPECT_THAT(err(), HasSubstr("vhost[a.example].root: "));
    }
    EXPECT_EQ(kernel_.changes.size(), changes);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(run({"set", "--runtime", "vhost[a.example].root", www_}), 0) << err();
    EXPECT_EQ(a_example().root, www_);
}

TEST_F(SetVhost, ChangesTheRunningServerAlone) {
    EXPECT_EQ(run({"set", "--runtime", "vhost[a.example].listing", "false"}), 69);
    start();
    EXPECT_EQ(run({"vhost", "add", "--runtime", "b.example"}), 0);
    EXPECT_EQ(run({"set", "--runtime", "vhost[b.example].listing", "true"}), 0) << err();
    EXPECT_EQ(run({"set", "--runtime", "vhost[b.example].rule[/].expires", "5", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["changed"], json({"vhost[b.example].rule[/].expires"}));
    ASSERT_EQ(running().size(), 2U);
    EXPECT_TRUE(running()[1].lists());
    EXPECT_EQ(running()[1].rules.at(0).expires_s, 5U);
    EXPECT_EQ(running()[1].charset, "latin1");
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(
        out(),
        AllOf(HasSubstr("vhost[b.example].listing  =   # in the kernel: true\n"),
              HasSubstr("vhost[b.example].rule[/]  =   # in the kernel: { expires = 5 }\n")));
    EXPECT_EQ(run({"get", "vhost[b.example].listing", "--json"}), 0);
    const json shown = json::parse(out());
    EXPECT_EQ(shown["settings"]["vhost[b.example].listing"], nullptr);
    EXPECT_EQ(shown["kernel"]["vhost[b.example].listing"], true);
    EXPECT_EQ(run({"get", "vhost[b.example].listing"}), 66);
    // What is saved brings a host back that the server has lost, and leaves others.
    EXPECT_EQ(run({"vhost", "del", "--runtime", "a.example"}), 0);
    EXPECT_EQ(run({"set", "vhost[a.example].listing", "false"}), 0) << err();
    ASSERT_EQ(running().size(), 2U);
    EXPECT_FALSE(a_example().lists());
}

TEST_F(SetVhost, WarnsOfALaterFile) {
    directory_.write("khttpd.conf.d/90.conf", "[[vhost]]\nnames = ['a.example']\n");
    start();
    EXPECT_EQ(run({"set", "vhost[A.example].listing", "true"}), 0);
    EXPECT_THAT(err(), HasSubstr("90.conf:1:1 overrides this at the next start"));
    EXPECT_TRUE(a_example().lists());
}

TEST_F(SetVhost, RefusesWhatIsWrong) {
    start();
    const auto changes = kernel_.changes.size();
    for (const auto &[leaf, given, message] : std::vector<std::array<std::string, 3>>{
             {"listing", "yes", "vhost[a.example].listing: expected true or false, not 'yes'"},
             {"listng", "true", "did you mean 'vhost[a.example].listing'?"},
             {"symlinks", "some", "vhost[a.example].symlinks: expected "},
             {"allow", "10.0.0.0/33", "vhost[a.example].allow: expected "},
             {"error-pages.200", "/a", "expected a status code from 400 to 599 behind error-pages"},
             {"error-pages.404", "a", "vhost[a.example].error-pages.404: expected the path of "},
             {"names", "", "expected 1 to 64 names of a host, not 0"},
             {"names", "B", "expected a host name or address in lower case"},
             {"names", "b.example b.example", "'b.example' is given twice"},
             {"rule[/].listing", "yes", "vhost[a.example].rule[/].listing: expected true, false"},
             {"rule[/].expires", "x", "vhost[a.example].rule[/].expires: expected 0 to "},
             {"rule[/].expire", "1", "did you mean 'vhost[a.example].rule[/].expires'?"},
             {"rule[a]", "", "expected a path that begins with a slash"}}) {
        EXPECT_EQ(run({"set", "vhost[a.example]." + leaf, given}), 64) << leaf << given;
        EXPECT_THAT(err(), AllOf(HasSubstr(message), HasSubstr("hint: "))) << leaf << given;
    }
    for (const char *key : {"vhost[a.example]", "vhost[a.example", "vhost[].listing"}) {
        EXPECT_EQ(run({"set", key, ""}), 64);
        EXPECT_THAT(err(), HasSubstr("as in vhost[example.org].listing"));
    }
    for (const std::vector<std::string> &words :
         {std::vector<std::string>{"set", "vhost[b.example].listing", "true"},
          std::vector<std::string>{"set", "--runtime", "vhost[b.example].listing", "true"},
          std::vector<std::string>{"set", "vhost[b.example].rule[/].expires", "1"},
          std::vector<std::string>{"get", "vhost[b.example].listing"},
          std::vector<std::string>{"get", "vhost[b.example].rule[/]", "--json"}}) {
        EXPECT_EQ(run(words), 66);
        EXPECT_THAT(err(), AllOf(HasSubstr("error: there is no virtual host b.example"),
                                 HasSubstr("hint: 'khttpdctl vhost add'")));
    }
    // What only all rules together can tell.
    EXPECT_EQ(run({"set", "vhost[a.example].rule[/b].remove", "X-None"}), 78);
    EXPECT_THAT(err(), HasSubstr("vhost[a.example].rule[/b].remove: expected Server, "));
    EXPECT_EQ(kernel_.changes.size(), changes);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

class SetMimeType : public CliTest {
  protected:
    SetMimeType() {
        write_valid_config();
        directory_.write("khttpd.conf.d/10.conf",
                         "[mime.types]\n'text/x-a' = ['a', 'b']\n'text/x-b' = ['c']\n");
    }

    /// The type that the running server has for @extension.
    std::string type(const std::string &extension) const {
        const auto found = kernel_.server.settings.mime.find(extension);
        return found != kernel_.server.settings.mime.end() ? found->second : std::string{};
    }
};

TEST_F(SetMimeType, GivesAndTakesATypeOfAnExtension) {
    start();
    EXPECT_EQ(run({"set", "mime.types.tm.json", "application/x-tm"}), 0) << err();
    EXPECT_EQ(out(), "mime.types.tm.json: saved; applied to the running server\n");
    EXPECT_EQ(err(), "");
    EXPECT_EQ(type("tm.json"), "application/x-tm");
    EXPECT_EQ(run({"set", "mime.types.b", "text/x-b"}), 0);
    EXPECT_EQ(run({"set", "mime.types.tm.json", "text/x-b"}), 0);
    EXPECT_EQ(type("a"), "text/x-a");
    EXPECT_EQ(type("b"), "text/x-b");
    EXPECT_EQ(type("tm.json"), "text/x-b");
    EXPECT_THAT(directory_.read(own),
                AllOf(HasSubstr("'text/x-b' = [ 'b', 'tm.json' ]"), Not(HasSubstr("x-tm"))));
    EXPECT_EQ(run({"get", "mime.types.tm.json"}), 0);
    EXPECT_EQ(out(), "text/x-b\n");
    EXPECT_EQ(run({"diff"}), 0) << out();
    // That of the earlier file comes to light again.
    EXPECT_EQ(run({"set", "mime.types.b", ""}), 0) << err();
    EXPECT_EQ(type("b"), "text/x-a");
    EXPECT_EQ(run({"set", "mime.types.tm.json", ""}), 0) << err();
    EXPECT_EQ(type("tm.json"), "");
    EXPECT_EQ(run({"set", "mime.types.none", ""}), 0) << err();
    EXPECT_EQ(run({"diff"}), 0) << out();
    EXPECT_THAT(directory_.read(own), Not(HasSubstr("mime")));
}

TEST_F(SetMimeType, CountsBeforeTheFileOfTypes) {
    start();
    EXPECT_EQ(run({"set", "mime.types.html", "text/x-html"}), 0) << err();
    EXPECT_EQ(type("html"), "text/x-html");
    EXPECT_EQ(type("htm"), "text/html");
    EXPECT_EQ(run({"set", "mime.types.html", ""}), 0) << err();
    EXPECT_EQ(type("html"), "text/html");
}

TEST_F(SetMimeType, ChangesTheRunningServerAlone) {
    EXPECT_EQ(run({"set", "--runtime", "mime.types.x", "text/x-x"}), 69);
    start();
    EXPECT_EQ(run({"set", "--runtime", "mime.types.x", "text/x-x"}), 0) << err();
    EXPECT_EQ(run({"set", "--runtime", "mime.types.html", "text/x-html"}), 0) << err();
    EXPECT_EQ(run({"set", "--runtime", "mime.types.a", ""}), 0) << err();
    EXPECT_EQ(type("x"), "text/x-x");
    EXPECT_EQ(type("html"), "text/x-html");
    EXPECT_EQ(type("a"), "");
    EXPECT_TRUE(kernel_.changes.back().expect_generation);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    EXPECT_EQ(run({"get"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("mime.types.x              =   # in the kernel: text/x-x\n"),
                             HasSubstr("mime.types.a              = text/x-a  # in the kernel: \n"),
                             HasSubstr("mime.types.b              = text/x-a\n"),
                             Not(HasSubstr("mime.types.htm "))));
    EXPECT_EQ(run({"get", "mime.types.x", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["settings"]["mime.types.x"], nullptr);
    EXPECT_EQ(json::parse(out())["kernel"]["mime.types.x"], "text/x-x");
    EXPECT_EQ(run({"set", "--runtime", "mime.types.html", ""}), 0) << err();
    EXPECT_EQ(type("html"), "text/html");
}

TEST_F(SetMimeType, IsUnset) {
    start();
    ASSERT_EQ(run({"set", "mime.types.html", "text/x-html"}), 0) << err();
    ASSERT_EQ(run({"set", "mime.types.a", "text/x-own"}), 0) << err();
    EXPECT_EQ(run({"unset", "mime.types.html"}), 0) << err();
    EXPECT_EQ(out(), "mime.types.html: unset; applied to the running server\n");
    EXPECT_EQ(type("html"), "text/html");
    EXPECT_EQ(run({"unset", "mime.types.html"}), 0) << err();
    EXPECT_EQ(out(), "mime.types.html: nothing to do, no file has it\n");
    EXPECT_EQ(run({"unset", "mime.types.a"}), 0) << err();
    EXPECT_THAT(out(), HasSubstr("10.conf:2:14 counts now\n"));
    EXPECT_EQ(type("a"), "text/x-a");
    EXPECT_EQ(run({"diff"}), 0) << out();
    EXPECT_EQ(run({"unset", "mime.types.a"}), 78);
    EXPECT_THAT(err(), HasSubstr("10.conf:2:14, which khttpdctl only reads"));
}

TEST_F(SetMimeType, WarnsOfALaterFile) {
    directory_.write("khttpd.conf.d/90.conf", "[mime.types]\n'text/x-z' = ['z']\n");
    start();
    EXPECT_EQ(run({"set", "mime.types.z", "text/x-a"}), 0);
    EXPECT_THAT(err(), HasSubstr("90.conf:2:14 overrides this at the next start"));
    EXPECT_EQ(type("z"), "text/x-a");
}

TEST_F(SetMimeType, RefusesWhatIsWrong) {
    start();
    for (const auto &[key, given, message] : std::vector<std::array<std::string, 3>>{
             {"mime.types.a", "text", "mime.types.a: expected a media type such as"},
             {"mime.types.A", "text/a", "mime.types: expected an extension in lower case"},
             {"mime.types..a", "text/a", "not '.a'"},
             {"mime.types.", "text/a", "not ''"},
             {"mime.types", "text/a", "not ''"}}) {
        EXPECT_EQ(run({"set", key, given}), 64) << key;
        EXPECT_THAT(err(), AllOf(HasSubstr(message), HasSubstr("hint: "))) << key;
    }
    EXPECT_EQ(run({"set", "mime.types.a", ""}), 78);
    EXPECT_THAT(err(), AllOf(HasSubstr("mime.types.a stands in "),
                             HasSubstr("10.conf:2:14, which khttpdctl only reads")));
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

} // namespace
} // namespace khttpd
