// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/load.h"
#include "config/reader.h"
#include "temp_dir.h"

namespace khttpd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// What is wrong with @text, as it is printed.
std::vector<std::string> faults(std::string_view text) {
    Config config;
    Diagnostics diagnostics;
    read_text(text, "f", config, diagnostics);
    std::vector<std::string> lines;
    for (const Diagnostic &diagnostic : diagnostics)
        lines.push_back(diagnostic.text());
    return lines;
}

Config read(std::string_view text) {
    Config config;
    Diagnostics diagnostics;
    read_text(text, "f", config, diagnostics);
    EXPECT_THAT(diagnostics, IsEmpty()) << diagnostics.front().text();
    return config;
}

TEST(ConfigReader, ReadsEverySetting) {
    const Config config = read(R"(
[server]
root = "/srv/www"
user = "http"
group = "web"
[[listener]]
address = "127.0.0.1"
port = 8080
[[listener]]
address = "::1"
port = 81
v6only = true
backlog = 7
sockets = 3
defer-accept-s = 2
fast-open = 16
send-bytes = 100000
receive-bytes = 50000
device = "eth0"
[workqueue.hot]
flags = ["highpri", "sysfs"]
max-active = 3
[workqueue.cold]
flags = ["freezable"]
max-active = 4
[timeouts]
head-ms = 101
idle-ms = 102
send-ms = 103
linger-ms = 104
drain-ms = 0
[limits]
connections = 11
line-bytes = 212
head-bytes = 313
fields = 14
body-bytes = 15
requests = 16
client-connections = 17
client-connects = 18
client-requests = 19
client-bytes = 20
[cache]
kbytes = 21
body-bytes = 22
fast = false
[compression]
enabled = false
min-bytes = 23
max-bytes = 24
level = 5
at-once = 26
)");
    const Settings &settings = config.settings;
    EXPECT_EQ(settings.root, "/srv/www");
    EXPECT_EQ(config.user, "http");
    EXPECT_EQ(config.group, "web");
    EXPECT_EQ(endpoints(settings.listeners), "127.0.0.1:8080 [::1]%eth0:81");
    EXPECT_EQ(settings.listeners[0].backlog, static_cast<std::uint32_t>(KHTTPD_DEFAULT_BACKLOG));
    EXPECT_TRUE(settings.listeners[1].v6only);
    EXPECT_EQ(settings.listeners[1].backlog, 7U);
    EXPECT_EQ(settings.listeners[1].sockets, 3U);
    EXPECT_EQ(settings.listeners[1].defer_accept_s, 2U);
    EXPECT_EQ(settings.listeners[1].fast_open, 16U);
    EXPECT_EQ(settings.listeners[1].send_bytes, 100000U);
    EXPECT_EQ(settings.listeners[1].receive_bytes, 50000U);
    EXPECT_EQ(flags_text(settings.hot_flags), "highpri sysfs");
    EXPECT_EQ(settings.hot_max_active, 3U);
    EXPECT_EQ(flags_text(settings.cold_flags), "unbound freezable");
    EXPECT_EQ(settings.cold_max_active, 4U);
    EXPECT_EQ(settings.head_ms, 101U);
    EXPECT_EQ(settings.idle_ms, 102U);
    EXPECT_EQ(settings.send_ms, 103U);
    EXPECT_EQ(settings.linger_ms, 104U);
    EXPECT_EQ(settings.drain_ms, 0U);
    EXPECT_EQ(settings.connections, 11U);
    EXPECT_EQ(settings.line_bytes, 212U);
    EXPECT_EQ(settings.head_bytes, 313U);
    EXPECT_EQ(settings.fields, 14U);
    EXPECT_EQ(settings.body_bytes, 15U);
    EXPECT_EQ(settings.requests, 16U);
    EXPECT_EQ(settings.client_connections, 17U);
    EXPECT_EQ(settings.client_connects, 18U);
    EXPECT_EQ(settings.client_requests, 19U);
    EXPECT_EQ(settings.client_bytes, 20U);
    EXPECT_EQ(settings.cache_kbytes, 21U);
    EXPECT_EQ(settings.cache_body_bytes, 22U);
    EXPECT_EQ(settings.cache_fast, 0U);
    EXPECT_EQ(settings.compression_enabled, 0U);
    EXPECT_EQ(settings.compression_min_bytes, 23U);
    EXPECT_EQ(settings.compression_max_bytes, 24U);
    EXPECT_EQ(settings.compression_level, 5U);
    EXPECT_EQ(settings.compression_at_once, 26U);
}

TEST(ConfigReader, LeavesTheDefaultsToAnEmptyFile) {
    const Config config = read("");
    EXPECT_EQ(config.user, "www-data");
    EXPECT_EQ(config.group, std::nullopt);
    EXPECT_EQ(endpoints(config.settings.listeners), "[::]:80");
    EXPECT_EQ(config.settings.root, "");
    EXPECT_EQ(config.settings.connections, static_cast<std::uint32_t>(KHTTPD_DEFAULT_CONNECTIONS));
    EXPECT_EQ(config.settings.cache_kbytes,
              static_cast<std::uint32_t>(KHTTPD_DEFAULT_CACHE_KBYTES));
    EXPECT_EQ(config.settings.cache_fast, 1U);
    EXPECT_EQ(config.settings.compression_enabled, 1U);
    EXPECT_THAT(config.sources, IsEmpty());
}

TEST(ConfigReader, TurnsOnWhatIsTrue) {
    const Config config = read("[cache]\nfast = true\n[compression]\nenabled = true\n");
    EXPECT_EQ(config.settings.cache_fast, 1U);
    EXPECT_EQ(config.settings.compression_enabled, 1U);
}

TEST(ConfigReader, RemembersWhereValuesStand) {
    const Config config = read("[server]\nroot = \"/srv\"\n[[listener]]\n  port = 81\n");
    EXPECT_EQ(config.sources.at("server.root").text(), "f:2:8");
    EXPECT_EQ(config.sources.at("listener[0]").text(), "f:3:1");
    EXPECT_EQ(config.sources.at("listener[0].port").text(), "f:4:10");
}

struct Fault {
    const char *text;
    const char *line;
};

class ConfigFault : public testing::TestWithParam<Fault> {};

TEST_P(ConfigFault, IsToldWithItsPlace) {
    EXPECT_THAT(faults(GetParam().text), ElementsAre(GetParam().line));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ConfigFault,
    testing::Values(
        Fault{"[timeouts]\nidel-ms = 1\n",
              "f:2:1: error: unknown key 'timeouts.idel-ms'; did you mean 'idle-ms'?"},
        Fault{"[sever]\n", "f:1:2: error: unknown key 'sever'; did you mean 'server'?"},
        Fault{"root = '/srv'\n", "f:1:1: error: unknown key 'root'; did you mean 'server.root'?"},
        Fault{"[limits]\n  qqqqqqqq = 1\n", "f:2:3: error: unknown key 'limits.qqqqqqqq'"},
        Fault{"[limits]\nfields = 0\n",
              "f:2:10: error: limits.fields: expected an integer from 1 to 1024, not 0"},
        Fault{"[limits]\nfields = 1025\n",
              "f:2:10: error: limits.fields: expected an integer from 1 to 1024, not 1025"},
        Fault{"[limits]\nfields = -9223372036854775808\n",
              "f:2:10: error: limits.fields: expected an integer from 1 to 1024, not "
              "-9223372036854775808"},
        Fault{"[limits]\nclient-connections = 4194305\n",
              "f:2:22: error: limits.client-connections: expected an integer from 0 to 4194304, "
              "not 4194305"},
        Fault{"[limits]\nclient-connects = 1000001\n",
              "f:2:19: error: limits.client-connects: expected an integer from 0 to 1000000, not "
              "1000001"},
        Fault{"[limits]\nclient-requests = -1\n",
              "f:2:19: error: limits.client-requests: expected an integer from 0 to 1000000, not "
              "-1"},
        Fault{"[limits]\nclient-bytes = 4294967296\n",
              "f:2:16: error: limits.client-bytes: expected an integer from 0 to 4294967295, not "
              "4294967296"},
        Fault{"[cache]\nkbytes = 4294967296\n",
              "f:2:10: error: cache.kbytes: expected an integer from 0 to 4294967295, not "
              "4294967296"},
        Fault{"[cache]\nbody-bytes = 131073\n",
              "f:2:14: error: cache.body-bytes: expected an integer from 0 to 131072, not 131073"},
        Fault{"[cache]\nfast = 1\n",
              "f:2:8: error: cache.fast: expected true or false, not an integer"},
        Fault{"[cache]\nkbyte = 1\n",
              "f:2:1: error: unknown key 'cache.kbyte'; did you mean 'kbytes'?"},
        Fault{"[compression]\nenabled = 'yes'\n",
              "f:2:11: error: compression.enabled: expected true or false, not a string"},
        Fault{"[compression]\nmin-bytes = -1\n",
              "f:2:13: error: compression.min-bytes: expected an integer from 0 to 16777216, not "
              "-1"},
        Fault{"[compression]\nmax-bytes = 16777217\n",
              "f:2:13: error: compression.max-bytes: expected an integer from 0 to 16777216, not "
              "16777217"},
        Fault{"[compression]\nlevel = 0\n",
              "f:2:9: error: compression.level: expected an integer from 1 to 9, not 0"},
        Fault{"[compression]\nlevel = 10\n",
              "f:2:9: error: compression.level: expected an integer from 1 to 9, not 10"},
        Fault{"[compression]\nat-once = 0\n",
              "f:2:11: error: compression.at-once: expected an integer from 1 to 64, not 0"},
        Fault{"[compression]\nat-once = 65\n",
              "f:2:11: error: compression.at-once: expected an integer from 1 to 64, not 65"},
        Fault{"[limits]\nfields = '5'\n",
              "f:2:10: error: limits.fields: expected an integer from 1 to 1024, not a string"},
        Fault{"[timeouts]\ndrain-ms = -1\n",
              "f:2:12: error: timeouts.drain-ms: expected an integer from 0 to 86400000, not -1"},
        Fault{"[timeouts]\nhead-ms = 99\n",
              "f:2:11: error: timeouts.head-ms: expected an integer from 100 to 86400000, not 99"},
        Fault{"server = 3\n", "f:1:10: error: server: expected a table, not an integer"},
        Fault{"[server]\nroot = 'www'\n",
              "f:2:8: error: server.root: expected an absolute path, not 'www'"},
        Fault{"[server]\nroot = ''\n", "f:2:8: error: server.root: expected a name, not a string"},
        Fault{"[server]\nuser = 33\n",
              "f:2:8: error: server.user: expected a name, not an integer"},
        Fault{"[[listener]]\naddress = '1.2.3'\n",
              "f:2:11: error: listener[0].address: expected an IPv4 or IPv6 address, not '1.2.3'"},
        Fault{"[[listener]]\nport = 65536\n",
              "f:2:8: error: listener[0].port: expected an integer from 1 to 65535, not 65536"},
        Fault{"[[listener]]\naddress = '0.0.0.0'\nv6only = true\n",
              "f:3:10: error: listener[0].v6only: expected false for an IPv4 address"},
        Fault{"[[listener]]\ndevice = 'eth0/1'\n",
              "f:2:10: error: listener[0].device: expected the name of a network device, not "
              "'eth0/1'"},
        Fault{"[[listener]]\nprot = 80\n",
              "f:2:1: error: unknown key 'listener.prot'; did you mean 'port'?"},
        Fault{"[[listener]]\n[[listener]]\n", "f:2:1: error: listener[1]: [::]:80 is listed twice"},
        Fault{"listener = []\n",
              "f:1:12: error: listener: expected one or more [[listener]] tables, not a list"},
        Fault{"[workqueue.warm]\n", "f:1:12: error: unknown key 'workqueue.warm'"},
        Fault{"[workqueue.hot]\nflags = ['higpri']\n",
              "f:2:10: error: workqueue.hot.flags: unknown flag 'higpri'; did you mean 'highpri'?"},
        Fault{"[workqueue.hot]\nflags = 'highpri'\n",
              "f:2:9: error: workqueue.hot.flags: expected a list of strings, not a string"}));

TEST(ConfigReader, TellsEveryFaultOfAFile) {
    EXPECT_EQ(faults("[limits]\nfields = 0\nrequests = -1\n[timeouts]\nx = 1\n").size(), 3U);
}

TEST(ConfigReader, PlacesASyntaxError) {
    const auto found = faults("[server]\nroot = \n");
    ASSERT_EQ(found.size(), 1U);
    EXPECT_THAT(found[0], testing::StartsWith("f:2:8: error: "));
}

class ConfigLoad : public testing::Test {
  protected:
    test::TempDir directory_;
    Paths paths_{directory_.path()};
};

TEST_F(ConfigLoad, TakesDefaultsWhereThereIsNoFile) {
    const auto config = load(paths_);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->user, "www-data");
}

TEST_F(ConfigLoad, LetsLaterFilesOverrideEarlierOnes) {
    directory_.write("khttpd.conf", "[server]\nroot = '/a'\nuser = 'a'\n[limits]\nfields = 1\n");
    directory_.write("khttpd.conf.d/90-z.conf", "[server]\nroot = '/c'\n");
    directory_.write("khttpd.conf.d/10-a.conf", "[server]\nroot = '/b'\nuser = 'b'\n");
    directory_.write("khttpd.conf.d/99-not-read.bak", "[server]\nroot = '/d'\n");
    const auto config = load(paths_);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->settings.root, "/c");
    EXPECT_EQ(config->user, "b");
    EXPECT_EQ(config->settings.fields, 1U);
    EXPECT_EQ(config->sources.at("server.root").text(),
              (directory_ / "khttpd.conf.d/90-z.conf").string() + ":2:8");
}

TEST_F(ConfigLoad, ReplacesTheListenersAsAWhole) {
    directory_.write("khttpd.conf", "[[listener]]\nport = 1\n[[listener]]\nport = 2\n");
    directory_.write("khttpd.conf.d/10-a.conf", "[[listener]]\nport = 3\n");
    const auto config = load(paths_);
    ASSERT_TRUE(config);
    EXPECT_EQ(endpoints(config->settings.listeners), "[::]:3");
    EXPECT_EQ(config->sources.count("listener[1]"), 0U);
}

TEST_F(ConfigLoad, CollectsTheFaultsOfAllFilesFromTheTop) {
    directory_.write("khttpd.conf", "[timeouts]\nx = 1\n[limits]\ny = 1\n");
    directory_.write("khttpd.conf.d/10-a.conf", "z = 1\n");
    const auto config = load(paths_);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ExitCode::config);
    ASSERT_EQ(config.error().details.size(), 3U);
    EXPECT_EQ(config.error().details[0].source.line, 2U);
    EXPECT_EQ(config.error().details[1].source.line, 4U);
    EXPECT_EQ(config.error().details[2].source.file,
              (directory_ / "khttpd.conf.d/10-a.conf").string());
}

TEST_F(ConfigLoad, ChecksValuesTogether) {
    directory_.write("khttpd.conf", "[limits]\nhead-bytes = 4096\n");
    const auto lines = load(paths_);
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().details.at(0).source.line, 2U);
    directory_.write("khttpd.conf", "[compression]\nlevel = 9\nmin-bytes = 2000000\n");
    const auto sizes = load(paths_);
    ASSERT_FALSE(sizes);
    EXPECT_EQ(sizes.error().details.at(0).source.line, 3U);
    EXPECT_EQ(sizes.error().details.at(0).message,
              "compression.min-bytes, 2000000, must not be greater than compression.max-bytes, "
              "1048576");
    directory_.write("khttpd.conf", "[workqueue.hot]\nflags = ['unbound', 'cpu-intensive']\n");
    const auto flags = load(paths_);
    ASSERT_FALSE(flags);
    EXPECT_EQ(flags.error().details.at(0).source.line, 2U);
}

} // namespace
} // namespace khttpd::config
