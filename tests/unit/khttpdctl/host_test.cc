// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/access.h"
#include "config/duration.h"
#include "config/load.h"
#include "config/resolve.h"
#include "temp_dir.h"

namespace khttpd::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class HostConfigTest : public testing::Test {
  protected:
    Config read(const std::string &text) {
        directory_.write("khttpd.conf", text);
        const auto config = load(paths_);
        EXPECT_TRUE(config) << config.error().details.at(0).text();
        return config ? *config : Config{};
    }

    /// What is wrong with @text: "LINE:COLUMN: error: MESSAGE".
    std::vector<std::string> faults(const std::string &text) {
        const std::string file = directory_.write("khttpd.conf", text).string();
        const auto config = load(paths_);
        std::vector<std::string> lines;
        if (!config)
            for (const Diagnostic &each : config.error().details)
                lines.push_back(each.text().substr(file.size() + 1));
        return lines;
    }

    test::TempDir directory_;
    Paths paths_{directory_.path()};
};

TEST_F(HostConfigTest, HasTheDefaultsOfTheModule) {
    const Hosts hosts = read("").settings.hosts;
    EXPECT_EQ(hosts, Hosts{});
    EXPECT_THAT(hosts.site.indexes, ElementsAre("index.html"));
    EXPECT_EQ(hosts.site.options, static_cast<std::uint32_t>(KHTTPD_DEFAULT_VHOST_OPTIONS));
    EXPECT_EQ(hosts.site.charset, "utf-8");
}

TEST_F(HostConfigTest, ReadsEverySetting) {
    const Config config = read(R"(
[site]
index = ["index.htm", "default.html"]
listing = true
dot-files = true
siblings = false
server-field = false
inode-tag = true
symlinks = "owner"
charset = ""
default-type = "text/plain"
[site.error-pages]
404 = "/errors/404.html"
500 = "/500.html"
[[rule]]
prefix = "/img/"
fields = { X-One = "1", "X-Two" = "" }
remove = ["server", "ETag"]
cache-control = "public, immutable"
expires = "30d"
listing = false
readiness = true
origins = ["https://a.example", "*"]
[[rule]]
prefix = "/old"
redirect = "https://example.org/new"
status = 308
[[vhost]]
names = ["example.org", "*.example.org", "192.0.2.1", "[2001:db8::1]"]
root = "/srv/example"
listing = false
[vhost.error-pages]
403 = "/no.html"
[[vhost.rule]]
prefix = "/"
expires = 60
[mime]
file = "/etc/types"
[mime.types]
"text/x-foo" = ["foo", "fo"]
)");
    const Host &site = config.settings.hosts.site;
    EXPECT_THAT(site.indexes, ElementsAre("index.htm", "default.html"));
    EXPECT_EQ(site.options, static_cast<std::uint32_t>(KHTTPD_VHOST_OPTION_LISTING |
                                                       KHTTPD_VHOST_OPTION_DOT_FILES |
                                                       KHTTPD_VHOST_OPTION_INODE_TAG));
    EXPECT_EQ(site.symlinks, KHTTPD_SYMLINKS_OWNER);
    EXPECT_EQ(site.charset, "");
    EXPECT_EQ(site.default_type, "text/plain");
    EXPECT_THAT(site.error_pages, ElementsAre(std::pair{404U, std::string{"errors/404.html"}},
                                              std::pair{500U, std::string{"500.html"}}));
    ASSERT_EQ(site.rules.size(), 2U);
    const Rule &img = site.rules[0];
    EXPECT_EQ(img.prefix, "/img/");
    EXPECT_THAT(img.fields, ElementsAre(Field{"X-One", "1"}, Field{"X-Two", ""}));
    EXPECT_THAT(img.remove, ElementsAre("server", "ETag"));
    EXPECT_EQ(img.cache_control, "public, immutable");
    EXPECT_EQ(img.expires_s, 30U * 86400);
    EXPECT_EQ(img.listing, false);
    EXPECT_EQ(img.readiness, true);
    EXPECT_THAT(*img.origins, ElementsAre("https://a.example", "*"));
    EXPECT_EQ(site.rules[1].redirect, "https://example.org/new");
    EXPECT_EQ(site.rules[1].redirect_status, 308U);

    ASSERT_EQ(config.settings.hosts.vhosts.size(), 1U);
    const Host &host = config.settings.hosts.vhosts[0];
    EXPECT_THAT(host.names,
                ElementsAre("example.org", "*.example.org", "192.0.2.1", "[2001:db8::1]"));
    EXPECT_EQ(host.root, "/srv/example");
    EXPECT_THAT(host.error_pages, ElementsAre(std::pair{403U, std::string{"no.html"}}));
    ASSERT_EQ(host.rules.size(), 1U);
    EXPECT_EQ(host.rules[0].expires_s, 60U);
    EXPECT_EQ(config.mime_file, "/etc/types");
    EXPECT_EQ(config.mime_types, (MimeTable{{"fo", "text/x-foo"}, {"foo", "text/x-foo"}}));
}

TEST_F(HostConfigTest, LetsVirtualHostsInheritTheSettingsOfTheSiteAlone) {
    const Hosts hosts = read("[site]\nlisting = true\ncharset = 'x'\nindex = []\n"
                             "error-pages = { 404 = '/a' }\n[[rule]]\nprefix = '/'\nexpires = 1\n"
                             "[[vhost]]\nnames = ['a']\ncharset = 'y'\nsiblings = false\n")
                            .settings.hosts;
    const Host &host = hosts.vhosts.at(0);
    EXPECT_TRUE(host.lists());
    EXPECT_THAT(host.indexes, IsEmpty());
    EXPECT_EQ(host.charset, "y");
    EXPECT_FALSE(host.options & KHTTPD_VHOST_OPTION_SIBLINGS);
    EXPECT_TRUE(host.options & KHTTPD_VHOST_OPTION_SERVER_FIELD);
    EXPECT_THAT(host.error_pages, IsEmpty());
    EXPECT_THAT(host.rules, IsEmpty());
    EXPECT_TRUE(hosts.site.options & KHTTPD_VHOST_OPTION_SIBLINGS);
}

/// @blocks as people write them, with blanks between.
std::string text(const std::vector<Block> &blocks) {
    std::string all;
    for (const std::string &word : words_of(blocks))
        all += (all.empty() ? "" : " ") + word;
    return all;
}

TEST_F(HostConfigTest, ReadsWhoIsAnswered) {
    const Hosts hosts =
        read("[site]\nallow = ['192.0.2.0/24', '2001:DB8::/32', '10.0.0.1/32']\ndeny = ['all']\n"
             "[[vhost]]\nnames = ['heir']\ndeny = []\n[[vhost]]\nnames = ['open']\nallow = []\n"
             "deny = []\n")
            .settings.hosts;
    EXPECT_EQ(text(hosts.site.allow), "192.0.2.0/24 2001:db8::/32 10.0.0.1");
    EXPECT_EQ(text(hosts.site.deny), "0.0.0.0/0 ::/0");
    EXPECT_EQ(hosts.vhosts[0].allow, hosts.site.allow);
    EXPECT_THAT(hosts.vhosts[0].deny, IsEmpty());
    EXPECT_THAT(hosts.vhosts[1].allow, IsEmpty());
    EXPECT_THAT(hosts.vhosts[1].deny, IsEmpty());
}

TEST_F(HostConfigTest, LetsRulesInheritWhoIsAnsweredFromTheirHost) {
    const auto rules =
        read("[site]\nallow = ['10.0.0.0/8']\ndeny = ['10.1.0.0/16']\n[[rule]]\nprefix = '/a'\n"
             "deny = ['10.2.0.0/16']\n[[rule]]\nprefix = '/a/b'\nallow = []\n[[rule]]\n"
             "prefix = '/c'\nexpires = 1\n")
            .settings.hosts.site.rules;
    ASSERT_EQ(rules.size(), 3U);
    EXPECT_EQ(text(rules[0].allow.value()), "10.0.0.0/8");
    EXPECT_EQ(text(rules[0].deny.value()), "10.2.0.0/16");
    EXPECT_EQ(text(rules[1].allow.value()), "");
    EXPECT_EQ(text(rules[1].deny.value()), "10.2.0.0/16");
    EXPECT_FALSE(rules[2].allow || rules[2].deny);
}

TEST_F(HostConfigTest, MergesFiles) {
    directory_.write("khttpd.conf.d/10.conf",
                     "[site]\nlisting = false\n[site.error-pages]\n404 = '/b'\n405 = ''\n"
                     "[[rule]]\nprefix = '/a'\nexpires = 2\n[[rule]]\nprefix = '/c'\nexpires = 3\n"
                     "[[vhost]]\nnames = ['one', 'uno']\n[[vhost]]\nnames = ['three']\n"
                     "[mime.types]\n'text/b' = ['x']\n");
    const Config config =
        read("[site]\nlisting = true\ncharset = 'x'\nerror-pages = { 403 = '/a', 404 = '/a', 405 = "
             "'/a' }\n"
             "[[rule]]\nprefix = '/a'\nlisting = true\n[[rule]]\nprefix = '/b'\nexpires = 1\n"
             "[[vhost]]\nnames = ['one']\nroot = '/srv'\n[[vhost]]\nnames = ['two']\n"
             "[mime.types]\n'text/a' = ['x', 'y']\n");
    const Hosts &hosts = config.settings.hosts;
    EXPECT_FALSE(hosts.site.lists());
    EXPECT_EQ(hosts.site.charset, "x");
    EXPECT_THAT(hosts.site.error_pages,
                ElementsAre(std::pair{403U, std::string{"a"}}, std::pair{404U, std::string{"b"}}));
    ASSERT_EQ(hosts.site.rules.size(), 3U);
    EXPECT_EQ(hosts.site.rules[0].expires_s, 2U);
    EXPECT_EQ(hosts.site.rules[0].listing, std::nullopt);
    ASSERT_EQ(hosts.vhosts.size(), 3U);
    EXPECT_THAT(hosts.vhosts[0].names, ElementsAre("one", "uno"));
    EXPECT_EQ(hosts.vhosts[0].root, "");
    EXPECT_THAT(hosts.vhosts[1].names, ElementsAre("three"));
    EXPECT_EQ(config.sources.count("vhost[one].root"), 0U);
    EXPECT_EQ(config.sources.count("rule[/a].listing"), 0U);
    EXPECT_EQ(config.sources.count("rule[/b].expires"), 1U);
    EXPECT_EQ(config.mime_types, (MimeTable{{"x", "text/b"}, {"y", "text/a"}}));
}

TEST_F(HostConfigTest, RemembersWhereValuesStand) {
    const auto sources = read("[[rule]]\nprefix = '/a'\nfields = { X-A = 'b' }\n[[vhost]]\n"
                              "names = ['n']\nlisting = true\n[[vhost.rule]]\nprefix = '/'\n"
                              "expires = 1\n")
                             .sources;
    const auto place = [&](const char *key) {
        return std::pair{sources.at(key).line, sources.at(key).column};
    };
    EXPECT_EQ(place("rule[/a]"), (std::pair{1U, 1U}));
    EXPECT_EQ(place("rule[/a].fields.X-A"), (std::pair{3U, 18U}));
    EXPECT_EQ(place("vhost[n]"), (std::pair{4U, 1U}));
    EXPECT_EQ(place("vhost[n].listing"), (std::pair{6U, 11U}));
    EXPECT_EQ(place("vhost[n].rule[/].expires"), (std::pair{9U, 11U}));
}

TEST_F(HostConfigTest, TellsWhoseNameItIsAlready) {
    const auto found = faults("[[vhost]]\nnames = ['a', 'b']\n[[vhost]]\nnames = ['c', 'b']\n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], HasSubstr("4:9: error: vhost[c].names: 'b' is a name of vhost[a]"));
    EXPECT_THAT(found[0], testing::EndsWith("khttpd.conf:1:1"));
}

TEST_F(HostConfigTest, LimitsTheFieldsOfARuleWithThoseItInherits) {
    const auto fields = [](const char *name, int count, int length) {
        std::string text = "fields = { ";
        for (int i = 0; i < count; ++i)
            text += (i == 0 ? "" : ", ") + std::string{name} + std::to_string(i) + " = '" +
                    std::string(static_cast<std::size_t>(length), 'x') + "'";
        return text + " }\n";
    };
    EXPECT_THAT(faults("[[rule]]\nprefix = '/'\n" + fields("A", 20, 1) +
                       "[[rule]]\nprefix = '/a'\n" + fields("B", 12, 1)),
                IsEmpty());
    EXPECT_THAT(faults("[[rule]]\nprefix = '/'\n" + fields("A", 20, 1) +
                       "[[rule]]\nprefix = '/a'\n" + fields("B", 13, 1)),
                ElementsAre("4:1: error: rule[/a]: expected at most 32 fields, not 33"));
    EXPECT_THAT(faults("[[rule]]\nprefix = '/'\n" + fields("A", 5, 2000)),
                ElementsAre("1:1: error: rule[/]: expected at most 8192 bytes of fields, not "
                            "10030"));
}

struct Fault {
    const char *text;
    const char *line;
};

class HostFault : public HostConfigTest, public testing::WithParamInterface<Fault> {};

TEST_P(HostFault, IsToldWithItsPlace) {
    EXPECT_THAT(faults(GetParam().text), ElementsAre(GetParam().line));
}

INSTANTIATE_TEST_SUITE_P(
    Site, HostFault,
    testing::Values(
        Fault{"site = 1\n", "1:8: error: site: expected a table, not an integer"},
        Fault{"[site]\nlistng = true\n",
              "2:1: error: unknown key 'site.listng'; did you mean 'listing'?"},
        Fault{"[site]\nlisting = 1\n",
              "2:11: error: site.listing: expected true or false, not an integer"},
        Fault{"[site]\nsymlinks = 'some'\n",
              "2:12: error: site.symlinks: expected \"beneath\", \"owner\" or \"none\", not "
              "'some'"},
        Fault{"[site]\ncharset = 'a b'\n",
              "2:11: error: site.charset: expected a charset such as \"utf-8\", or \"\" for none, "
              "not 'a b'"},
        Fault{"[site]\ndefault-type = 'text'\n",
              "2:16: error: site.default-type: expected a media type such as \"text/plain\", not "
              "'text'"},
        Fault{"[site]\nindex = 'a'\n",
              "2:9: error: site.index: expected a list of names of files, not a string"},
        Fault{"[site]\nindex = ['a', 'b/c']\n",
              "2:15: error: site.index: expected names of files, not 'b/c'"},
        Fault{"[site]\nindex = ['a', 'a']\n", "2:15: error: site.index: 'a' is listed twice"},
        Fault{"[site]\nindex = "
              "['1','2','3','4','5','6','7','8','9','10','11','12','13','14','15','16','17']\n",
              "2:9: error: site.index: expected at most 16, not 17"},
        Fault{"[site]\nallow = '10.0.0.0/8'\n",
              "2:9: error: site.allow: expected a list of blocks of addresses such as "
              "\"192.0.2.0/24\", or \"all\", not a string"},
        Fault{"[site]\ndeny = ['10.0.0.0/33']\n",
              "2:9: error: site.deny: expected blocks of addresses such as \"192.0.2.0/24\", or "
              "\"all\", not '10.0.0.0/33'"},
        Fault{"[site]\nallow = ['10.1.2.3/8']\n",
              "2:10: error: site.allow: expected blocks of addresses such as \"192.0.2.0/24\", or "
              "\"all\", not '10.1.2.3/8'; did you mean '10.0.0.0/8'?"},
        Fault{"[site.error-pages]\n399 = '/a'\n",
              "2:1: error: site.error-pages: expected a status code from 400 to 599, not '399'"},
        Fault{"[site.error-pages]\n404 = 'a'\n",
              "2:7: error: site.error-pages.404: expected the path of a file from the document "
              "root on, which begins with a slash, or \"\" for none, not 'a'"}));

INSTANTIATE_TEST_SUITE_P(
    Rule, HostFault,
    testing::Values(
        Fault{"rule = {}\n", "1:8: error: rule: expected one or more [[rule]] tables, not a table"},
        Fault{"[[rule]]\nexpires = 1\n",
              "1:1: error: rule.prefix: expected a path that begins with a slash"},
        Fault{"[[rule]]\nprefix = 'a'\n",
              "2:10: error: rule.prefix: expected a path that begins with a slash, not 'a'"},
        Fault{"[[rule]]\nprefix = '/a/../b'\n",
              "2:10: error: rule.prefix: expected a path that begins with a slash, not '/a/../b'"},
        Fault{"[[rule]]\nprefix = '/a'\n[[rule]]\nprefix = '/a'\n",
              "4:10: error: rule[/a]: there are two rules for this prefix"},
        Fault{"[[rule]]\nprefix = '/'\nexpire = 1\n",
              "3:1: error: unknown key 'rule.expire'; did you mean 'expires'?"},
        Fault{"[[rule]]\nprefix = '/'\nexpires = -1\n",
              "3:11: error: rule[/].expires: expected 0 to 315360000 seconds, or a time such as "
              "\"1h\" or \"30d\", not '-1'"},
        Fault{"[[rule]]\nprefix = '/'\nexpires = '1x'\n",
              "3:11: error: rule[/].expires: expected 0 to 315360000 seconds, or a time such as "
              "\"1h\" or \"30d\", not '1x'"},
        Fault{"[[rule]]\nprefix = '/'\nexpires = true\n",
              "3:11: error: rule[/].expires: expected 0 to 315360000 seconds, or a time such as "
              "\"1h\" or \"30d\", not true or false"},
        Fault{"[[rule]]\nprefix = '/'\nlisting = 'yes'\n",
              "3:11: error: rule[/].listing: expected true or false, not a string"},
        Fault{"[[rule]]\nprefix = '/'\nfields = { Content-Length = '1' }\n",
              "3:12: error: rule[/].fields: expected the name of a field that khttpd does not send "
              "by itself, not 'Content-Length'"},
        Fault{"[[rule]]\nprefix = '/'\nfields = { A = \"b\\r\\nC: d\" }\n",
              "3:16: error: rule[/].fields.A: expected a field value, not 'b??C: d'"},
        Fault{"[[rule]]\nprefix = '/'\nfields = { A = 1 }\n",
              "3:16: error: rule[/].fields.A: expected a field value, not an integer"},
        Fault{"[[rule]]\nprefix = '/'\nfields = { Server = 'x' }\n",
              "3:21: error: rule[/].fields: khttpd sends Server by itself; expected it in 'remove' "
              "as well"},
        Fault{"[[rule]]\nprefix = '/'\nremove = ['Date']\n",
              "3:10: error: rule[/].remove: expected Server, Last-Modified, ETag, Accept-Ranges, "
              "Content-Type, Vary, or a field that a rule for a shorter prefix adds, not 'Date'"},
        Fault{"[[rule]]\nprefix = '/'\ncache-control = ' a'\n",
              "3:17: error: rule[/].cache-control: expected a value for Cache-Control, or \"\" for "
              "none, not ' a'"},
        Fault{"[[rule]]\nprefix = '/'\nredirect = '//a'\n",
              "3:12: error: rule[/].redirect: expected a path or an http(s) URI, percent-encoded "
              "and without a query, not '//a'"},
        Fault{"[[rule]]\nprefix = '/'\nstatus = 301\n",
              "3:10: error: rule[/].status: expected a redirect beside it"},
        Fault{"[[rule]]\nprefix = '/'\nredirect = '/a'\nstatus = 304\n",
              "4:10: error: rule[/].status: expected 301, 302, 303, 307 or 308, not '304'"},
        Fault{"[[rule]]\nprefix = '/'\ndeny = ['2001:db8::1/33']\n",
              "3:9: error: rule[/].deny: expected blocks of addresses such as \"192.0.2.0/24\", or "
              "\"all\", not '2001:db8::1/33'; did you mean '2001:db8::/33'?"},
        Fault{"[[rule]]\nprefix = '/'\norigins = '*'\n",
              "3:11: error: rule[/].origins: expected a list of \"*\" or an origin such as "
              "\"https://example.org\", not a string"}));

INSTANTIATE_TEST_SUITE_P(
    Vhost, HostFault,
    testing::Values(
        Fault{"[[vhost]]\n", "1:1: error: vhost.names: expected the names of the host"},
        Fault{"[[vhost]]\nnames = []\n", "2:9: error: vhost.names: expected at least one name"},
        Fault{"[[vhost]]\nnames = ['a b']\n",
              "2:10: error: vhost.names: expected a host name or address in lower case, or \"*.\" "
              "and a host name, not 'a b'"},
        Fault{"[[vhost]]\nnames = ['Example.org']\n",
              "2:10: error: vhost.names: expected a host name or address in lower case, or \"*.\" "
              "and a host name, not 'Example.org'"},
        Fault{"[[vhost]]\nnames = ['a']\n[[vhost]]\nnames = ['a']\n",
              "4:9: error: vhost[a].names: there are two virtual hosts of this name"},
        Fault{"[[vhost]]\nnames = ['a']\nroot = 'srv'\n",
              "3:8: error: vhost[a].root: expected an absolute path, not 'srv'"},
        Fault{"[[vhost]]\nnames = ['a']\nlistin = true\n",
              "3:1: error: unknown key 'vhost.listin'; did you mean 'listing'?"},
        Fault{"[[vhost]]\nnames = ['a']\n[[vhost.rule]]\nlisting = true\n",
              "3:1: error: vhost.rule.prefix: expected a path that begins with a slash"},
        Fault{"[[vhost]]\nnames = ['a']\n[[vhost.rule]]\nprefix = '/'\nlisting = 0\n",
              "5:11: error: vhost[a].rule[/].listing: expected true or false, not an integer"}));

INSTANTIATE_TEST_SUITE_P(
    Mime, HostFault,
    testing::Values(
        Fault{"[mime]\nfiles = '/a'\n",
              "2:1: error: unknown key 'mime.files'; did you mean 'file'?"},
        Fault{"[mime]\nfile = 'a'\n", "2:8: error: mime.file: expected an absolute path, not 'a'"},
        Fault{"[mime.types]\nx = ['a']\n",
              "2:1: error: mime.types: expected a media type such as \"text/plain\", not 'x'"},
        Fault{"[mime.types]\n'text/x' = ['.a']\n",
              "2:13: error: mime.types.text/x: expected extensions in lower case and without a "
              "dot in front, not '.a'"},
        Fault{"[mime.types]\n'text/x' = ['a']\n'text/y' = ['a']\n",
              "3:12: error: mime.types.text/y: 'a' has the type text/x already"}));

TEST(Block, HasAPrefixOfItsAddress) {
    for (const char *right : {"192.0.2.0/24", "0.0.0.0/0", "::/0", "192.0.2.1", "2001:db8::/32",
                              "10.128.0.0/9", "fe80::/10", "::1"}) {
        ASSERT_TRUE(is_block(right)) << right;
        EXPECT_EQ(Block::parse(right)->text(), right);
        EXPECT_EQ(meant_block(right), "");
    }
    EXPECT_EQ(Block::parse("192.0.2.1/32")->text(), "192.0.2.1");
    EXPECT_EQ(Block::parse("2001:db8::1/128")->text(), "2001:db8::1");
    for (const char *wrong :
         {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/8 ", "10/8",
          "10.0.0.0/8/8", "10.0.0.0/0x8", "All", "host"}) {
        EXPECT_FALSE(is_block(wrong)) << wrong;
        EXPECT_EQ(meant_block(wrong), "") << wrong;
    }
}

TEST(Block, IsCorrected) {
    EXPECT_FALSE(is_block("192.0.2.77/26"));
    EXPECT_EQ(meant_block("192.0.2.77/26"), "; did you mean '192.0.2.64/26'?");
    EXPECT_EQ(meant_block("1.2.3.4/0"), "; did you mean '0.0.0.0/0'?");
    EXPECT_EQ(meant_block("2001:db8:ffff::/33"), "; did you mean '2001:db8:8000::/33'?");
}

TEST(Duration, IsANumberWithAUnit) {
    EXPECT_EQ(parse_duration("90s"), 90);
    EXPECT_EQ(parse_duration("15m"), 900);
    EXPECT_EQ(parse_duration("1h"), 3600);
    EXPECT_EQ(parse_duration("30d"), 30 * 86400);
    EXPECT_EQ(parse_duration("4w"), 28 * 86400);
    for (const char *text : {"", "1", "h", "1 h", "-1h", "1.5h", "1hh", "99999999999999999999s",
                             "9223372036854775807w"})
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

Rule rule(const char *prefix, std::vector<Field> fields = {}) {
    Rule made;
    made.prefix = prefix;
    made.fields = std::move(fields);
    return made;
}

TEST(MergeRules, LetsALongerPrefixInherit) {
    Rule top = rule("/", {{"X-A", "top"}, {"X-B", "top"}});
    top.cache_control = "max-age=1";
    top.expires_s = 1;
    top.listing = true;
    top.readiness = true;
    top.origins = {{"*"}};
    top.remove = {"Server"};
    Rule below = rule("/a", {{"x-a", "below"}});
    below.expires_s = 2;
    below.listing = false;
    const auto merged = merge_rules({below, top});
    ASSERT_EQ(merged.size(), 2U);
    EXPECT_EQ(merged[0], top);
    EXPECT_THAT(merged[1].fields, ElementsAre(Field{"x-a", "below"}, Field{"X-B", "top"}));
    EXPECT_EQ(merged[1].cache_control, "max-age=1");
    EXPECT_EQ(merged[1].expires_s, 2U);
    EXPECT_EQ(merged[1].listing, false);
    EXPECT_EQ(merged[1].readiness, true);
    EXPECT_THAT(*merged[1].origins, ElementsAre("*"));
    EXPECT_THAT(merged[1].remove, ElementsAre("Server"));
}

TEST(MergeRules, InheritsOverSeveralSteps) {
    const auto merged = merge_rules({rule("/a/b/c", {{"C", "3"}}), rule("/a", {{"A", "1"}}),
                                     rule("/a/b/", {{"B", "2"}}), rule("/a/x")});
    EXPECT_THAT(merged.at(2).fields,
                ElementsAre(Field{"C", "3"}, Field{"B", "2"}, Field{"A", "1"}));
    EXPECT_THAT(merged.at(3).fields, ElementsAre(Field{"A", "1"}));
}

TEST(MergeRules, TakesNothingFromWhatDoesNotMatch) {
    // "/a-b" stands between "/a" and "/a/" in any order of names.
    const auto merged = merge_rules(
        {rule("/a", {{"A", "1"}}), rule("/a-b"), rule("/a/", {{"B", "2"}}), rule("/ab")});
    for (const Rule &each : merged) {
        if (each.prefix == "/a/")
            EXPECT_EQ(each.fields.size(), 2U);
        else
            EXPECT_EQ(each.fields.size(), each.prefix == "/a" ? 1U : 0U) << each.prefix;
    }
}

TEST(MergeRules, LetsALongerPrefixRefuseWhatItInherits) {
    Rule top = rule("/", {{"X-A", "1"}, {"X-B", ""}});
    top.cache_control = "no-store";
    top.origins = {{"*"}};
    top.readiness = true;
    Rule below = rule("/a");
    below.remove = {"x-a"};
    below.cache_control = "";
    below.origins.emplace();
    below.readiness = false;
    const auto merged = merge_rules({top, below, rule("/a/b")});
    for (const std::size_t i : {1U, 2U}) {
        EXPECT_THAT(merged.at(i).fields, ElementsAre(Field{"X-B", ""}));
        EXPECT_EQ(merged[i].cache_control, std::nullopt);
        EXPECT_EQ(merged[i].origins, std::nullopt);
        EXPECT_EQ(merged[i].readiness, std::nullopt);
        EXPECT_THAT(merged[i].remove, IsEmpty());
    }
}

TEST(MergeRules, InheritsNoRedirection) {
    Rule top = rule("/old");
    top.redirect = "/new";
    top.redirect_status = 308;
    const auto merged = merge_rules({top, rule("/old/kept")});
    EXPECT_EQ(merged.at(1).redirect, std::nullopt);
    EXPECT_EQ(merged.at(1).redirect_status, std::nullopt);
}

} // namespace
} // namespace khttpd::config
