// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "host.h"
}

namespace {

// From a buffer of its own, so that a sanitizer sees a read behind its end.
u32 name_len(std::string_view host) {
    const std::vector<char> octets(host.begin(), host.end());

    return http_host_name(octets.data(), octets.size());
}

struct Host {
    std::string_view name;
    std::string_view port = ""; // with its colon
};

class ValidHost : public testing::TestWithParam<Host> {};

TEST_P(ValidHost, HasTheNameInFrontOfThePort) {
    const auto &[name, port] = GetParam();

    EXPECT_EQ(name_len(std::string(name) + std::string(port)), name.size())
        << name << " and " << port;
}

// RFC 3986 section 3.2.2 (host) and 3.2.3 (port)
INSTANTIATE_TEST_SUITE_P(
    Rfc3986, ValidHost,
    testing::Values(
        // reg-name
        Host{"example.org"}, Host{"example.org."}, Host{"a"}, Host{"under_score.example"},
        Host{"-"}, Host{"EXAMPLE.ORG"}, Host{"a!$&'()*+,;=~"}, Host{"%41%62"}, Host{"a%2e"},
        // IPv4address, and what only looks like one and is a reg-name
        Host{"127.0.0.1"}, Host{"255.255.255.255"}, Host{"256.1.1.1"}, Host{"1.2.3"},
        // port
        Host{"example.org", ":"}, Host{"example.org", ":0"}, Host{"example.org", ":80"},
        Host{"example.org", ":65535"}, Host{"example.org", ":00080"}, Host{"[::1]", ":"},
        Host{"[::1]", ":8080"}, Host{"127.0.0.1", ":8080"},
        // IPv6address: each line of the grammar
        Host{"[1:2:3:4:5:6:7:8]"}, Host{"[1:2:3:4:5:6:1.2.3.4]"}, Host{"[::2:3:4:5:6:7:8]"},
        Host{"[::3:4:5:6:7:8]"}, Host{"[1::3:4:5:6:7:8]"}, Host{"[1:2::4:5:6:7:8]"},
        Host{"[1:2:3::5:6:7:8]"}, Host{"[1:2:3:4::6:7:8]"}, Host{"[1:2:3:4:5::7:8]"},
        Host{"[1:2:3:4:5:6::8]"}, Host{"[1:2:3:4:5:6:7::]"}, Host{"[::]"}, Host{"[::1]"},
        Host{"[1::]"}, Host{"[2001:DB8::cafe]"}, Host{"[::1.2.3.4]"}, Host{"[::ffff:1.2.3.4]"},
        Host{"[1:2:3:4:5::1.2.3.4]"}, Host{"[::2:3:4:5:6:1.2.3.4]"}, Host{"[0000::FFFF]"},
        // IPvFuture
        Host{"[v1.a]"}, Host{"[VF.a:b!$_]"}, Host{"[v1f.:]"}));

class InvalidHost : public testing::TestWithParam<std::string_view> {};

TEST_P(InvalidHost, HasNoName) {
    EXPECT_EQ(name_len(GetParam()), 0u) << GetParam();
}

// RFC 9110 sections 4.2.1 (not empty), 4.2.4 (no userinfo) and 7.2; RFC 3986 section 3.2
INSTANTIATE_TEST_SUITE_P(Rfc9110, InvalidHost,
                         testing::Values("", ":", ":80", "user@example.org",
                                         "user:pass@example.org", "@example.org", "a b", " a", "a ",
                                         "a\tb", "a/b", "a?b", "a#b", "a\\b", "a\"b", "<a>", "a^b",
                                         "a|b", "a`b", "{a}", "http://a", "caf\xc3\xa9.example",
                                         "a\x7f", "a\x01", std::string_view("a\0b", 3),
                                         std::string_view("\0", 1)));
INSTANTIATE_TEST_SUITE_P(Escape, InvalidHost,
                         testing::Values("%", "a%", "a%4", "a%4g", "a%g4", "%zz", "a%:80"));
INSTANTIATE_TEST_SUITE_P(Port, InvalidHost,
                         testing::Values("a:65536", "a:99999999999999999999", "a:4294967376",
                                         "a:-1", "a:+1", "a: 80", "a:80 ", "a:8a", "a:80:80",
                                         "a::80", "1::2", "::1", "[::1]80", "[::1]:a",
                                         "[::1]:65536", "[::1]]"));
INSTANTIATE_TEST_SUITE_P(
    IpLiteral, InvalidHost,
    testing::Values("[", "[]", "]", "[:]", "[:::]", "[::1", "[:80", "[1]", "[1:2:3:4:5:6:7]",
                    "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[1::2:3:4:5:6:7:8]",
                    "[::1:2:3:4:5:6:7:8]", "[1::2::3]", "[:1::2]", "[1:2:3:4:5:6:7:]",
                    "[:2:3:4:5:6:7:8]", "[::1:]", "[12345::]", "[::g]", "[::1%25eth0]",
                    "[::1%eth0]", "[1:2:3:4:5:6:7:1.2.3.4]", "[1.2.3.4]", "[::1.2.3]",
                    "[::1.2.3.4.5]", "[::1.2.3.]", "[::1.2.3.256]", "[::01.2.3.4]",
                    "[::1.2.3.1000]", "[::a.2.3.4]", "[::1.2.3.4:1]", "[::.1.2.3]", "[::1..2.3]",
                    "[1:2:3:4:5:6:7::1.2.3.4]", "[:::1.2.3.4]", "[::1 ]", "[v]", "[v.a]", "[v1]",
                    "[v1.]", "[vg.a]", "[v1.a b]", "[v1.a", "[v1a]", "[v1.%41]", "[v1.a/]"));

} // namespace
