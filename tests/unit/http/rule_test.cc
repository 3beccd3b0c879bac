// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "head.h"
#include "mime.h"
#include "rule.h"
#include "target.h"
}

using namespace std::string_view_literals;

namespace {

// Every judgement gets exactly the octets it may read, so that a sanitizer sees one more.
template<typename Judge>
bool judge(Judge judge, std::string_view s) {
    const std::vector<char> octets(s.begin(), s.end());

    return judge(octets.data(), u32(octets.size()));
}

// A path as it comes, resolved as the server does it.
struct Resolved {
    explicit Resolved(std::string_view raw) : octets(raw.size() + 1) {
        EXPECT_EQ(http_target_resolve(raw.data(), raw.size(), octets.data(), octets.size(), &path),
                  0);
    }

    std::vector<char> octets;
    http_path path;
};

struct Match {
    std::string_view prefix;
    std::string_view path;
    bool matches;
};

class RuleMatch : public testing::TestWithParam<Match> {};

TEST_P(RuleMatch, EndsAtASegment) {
    const auto &[prefix, raw, matches] = GetParam();
    const Resolved resolved(raw);
    const std::vector<char> path(resolved.octets.begin(),
                                 resolved.octets.begin() + resolved.path.len);

    ASSERT_TRUE(judge(http_rule_prefix_valid, prefix)) << prefix;
    EXPECT_EQ(http_rule_matches(prefix.data(), prefix.size(), path.data(), path.size(),
                                resolved.path.dir),
              matches)
        << prefix << " " << raw;
}

INSTANTIATE_TEST_SUITE_P(Root, RuleMatch,
                         testing::Values(Match{"/", "/", true}, Match{"/", "", true},
                                         Match{"/", "/a", true}, Match{"/", "/a/b/", true}));
INSTANTIATE_TEST_SUITE_P(
    WithoutSlash, RuleMatch,
    testing::Values(Match{"/a", "/a", true}, Match{"/a", "/a/", true}, Match{"/a", "/a/b", true},
                    Match{"/a", "/ab", false}, Match{"/a", "/", false}, Match{"/a", "/b", false},
                    Match{"/a", "/b/a", false}, Match{"/a", "/A", false},
                    Match{"/a/b", "/a/b", true}, Match{"/a/b", "/a/b/c/d", true},
                    Match{"/a/b", "/a", false}, Match{"/a/b", "/a/", false},
                    Match{"/a/b", "/a/bc", false}, Match{"/a.html", "/a.html", true}));
INSTANTIATE_TEST_SUITE_P(WithSlash, RuleMatch,
                         testing::Values(Match{"/a/", "/a/", true}, Match{"/a/", "/a/b", true},
                                         Match{"/a/", "/a/b/", true}, Match{"/a/", "/a", false},
                                         Match{"/a/", "/ab", false}, Match{"/a/", "/", false},
                                         Match{"/a/b/", "/a/b/", true},
                                         Match{"/a/b/", "/a/b", false},
                                         Match{"/a/b/", "/a/", false}));
// RFC 3986 section 6.2.2: what is compared is the path after it was decoded
INSTANTIATE_TEST_SUITE_P(Rfc3986Section622, RuleMatch,
                         testing::Values(Match{"/a b", "/a%20b/c", true},
                                         Match{"/a", "/b/../a/c", true},
                                         Match{"/a", "//a//c", true}, Match{"/a", "/%61", true},
                                         Match{"/\xc3\xa9", "/%C3%A9", true},
                                         Match{"/a", "/a/../b", false}));

struct Redirect {
    std::string_view prefix;
    std::string_view target;
    std::string_view raw;
    const char *query;
    std::string_view location;
};

class RuleRedirect : public testing::TestWithParam<Redirect> {};

u32 write_location(const Redirect &redirect, std::vector<char> &dst) {
    const Resolved resolved(redirect.raw);
    const http_rule_redirect what{
        .target = redirect.target.data(),
        .target_len = u32(redirect.target.size()),
        .prefix_len = u32(redirect.prefix.size()),
        .path = resolved.octets.data(),
        .path_len = resolved.path.len,
        .dir = resolved.path.dir,
        .query = redirect.query,
        .query_len = redirect.query ? u32(std::string_view(redirect.query).size()) : 0};

    EXPECT_TRUE(http_rule_matches(redirect.prefix.data(), redirect.prefix.size(), what.path,
                                  what.path_len, what.dir));
    EXPECT_TRUE(judge(http_rule_target_valid, redirect.target));
    return http_rule_location(dst.data(), dst.size(), &what);
}

TEST_P(RuleRedirect, KeepsWhatFollowsThePrefix) {
    const Redirect &redirect = GetParam();
    const Resolved resolved(redirect.raw);
    const size_t max =
        HTTP_RULE_LOCATION_MAX(redirect.target.size(), resolved.path.len,
                               redirect.query ? std::string_view(redirect.query).size() : 0);
    std::vector<char> dst(max);
    const u32 len = write_location(redirect, dst);

    EXPECT_EQ(std::string_view(dst.data(), len), redirect.location);
    for (size_t size = 0; size < len; size++) {
        std::vector<char> less(size);
        EXPECT_EQ(write_location(redirect, less), 0u) << size;
    }
    std::vector<char> just(len);
    EXPECT_EQ(write_location(redirect, just), len);
}

INSTANTIATE_TEST_SUITE_P(
    Path, RuleRedirect,
    testing::Values(Redirect{"/old", "/new", "/old", nullptr, "/new"},
                    Redirect{"/old", "/new", "/old/", nullptr, "/new/"},
                    Redirect{"/old", "/new", "/old/a", nullptr, "/new/a"},
                    Redirect{"/old", "/new", "/old/a/b/", nullptr, "/new/a/b/"},
                    Redirect{"/old/", "/new/", "/old/", nullptr, "/new/"},
                    Redirect{"/old/", "/new/", "/old/a", nullptr, "/new/a"},
                    Redirect{"/old/", "/new.html", "/old/", nullptr, "/new.html"},
                    Redirect{"/old/", "/new", "/old/a/", nullptr, "/new/a/"},
                    Redirect{"/old", "/new/", "/old/a", nullptr, "/new/a"},
                    Redirect{"/a.html", "/b.html", "/a.html", nullptr, "/b.html"}));
INSTANTIATE_TEST_SUITE_P(
    Host, RuleRedirect,
    testing::Values(Redirect{"/", "https://example.org", "/", nullptr, "https://example.org"},
                    Redirect{"/", "https://example.org", "/a", nullptr, "https://example.org/a"},
                    Redirect{"/", "https://example.org/", "/a/", nullptr, "https://example.org/a/"},
                    Redirect{"/", "https://example.org/b", "/a", nullptr,
                             "https://example.org/b/a"}));
INSTANTIATE_TEST_SUITE_P(
    Query, RuleRedirect,
    testing::Values(Redirect{"/old", "/new", "/old", "", "/new?"},
                    Redirect{"/old", "/new", "/old/a", "b=c&d", "/new/a?b=c&d"},
                    Redirect{"/", "https://example.org", "/", "q", "https://example.org?q"}));
// RFC 3986 section 2.1, and no line of its own for whoever encodes one
INSTANTIATE_TEST_SUITE_P(
    Rfc3986Section21, RuleRedirect,
    testing::Values(Redirect{"/old", "/new", "/old/a%20b%3f%23%25", nullptr, "/new/a%20b%3F%23%25"},
                    Redirect{"/old", "/new", "/old/%0d%0aSet-Cookie:a", nullptr,
                             "/new/%0D%0ASet-Cookie:a"},
                    Redirect{"/old", "/new", "/old/\xff", nullptr, "/new/%FF"}));
// RFC 3986 section 4.2: never "//host", and never more of the host
INSTANTIATE_TEST_SUITE_P(
    Rfc3986Section42, RuleRedirect,
    testing::Values(Redirect{"/old", "/", "/old/evil.example/", nullptr, "/evil.example/"},
                    Redirect{"/old/", "/", "/old//evil.example", nullptr, "/evil.example"},
                    Redirect{"/old", "/", "/old", nullptr, "/"},
                    Redirect{"/old", "/", "/old/", nullptr, "/"},
                    Redirect{"/old", "/", "/old/%2Fevil.example", nullptr, "/evil.example"},
                    Redirect{"/", "https://example.org", "/.evil.example", nullptr,
                             "https://example.org/.evil.example"}));

struct Hide {
    std::string_view name;
    u8 bit;
};

class RuleHide : public testing::TestWithParam<Hide> {};

TEST_P(RuleHide, HasABitForEachField) {
    EXPECT_EQ(http_rule_hide(GetParam().name.data(), GetParam().name.size()), GetParam().bit);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section51, RuleHide,
    testing::Values(Hide{"Server", HTTP_HEAD_SERVER}, Hide{"server", HTTP_HEAD_SERVER},
                    Hide{"LAST-MODIFIED", HTTP_HEAD_LAST_MODIFIED}, Hide{"ETag", HTTP_HEAD_ETAG},
                    Hide{"Accept-Ranges", HTTP_HEAD_ACCEPT_RANGES},
                    Hide{"Content-Type", HTTP_HEAD_CONTENT_TYPE}, Hide{"Vary", HTTP_HEAD_VARY},
                    Hide{"", 0}, Hide{"Date", 0}, Hide{"Content-Length", 0}, Hide{"Serve", 0},
                    Hide{"Servers", 0}, Hide{"Server ", 0}));

struct Field {
    std::string_view name;
    u8 hide;
    bool allowed;
};

class RuleField : public testing::TestWithParam<Field> {};

TEST_P(RuleField, IsAddedWhereNobodyElseSaysIt) {
    const std::vector<char> name(GetParam().name.begin(), GetParam().name.end());

    EXPECT_EQ(http_rule_field_allowed(name.data(), name.size(), GetParam().hide),
              GetParam().allowed)
        << GetParam().name;
}

INSTANTIATE_TEST_SUITE_P(Any, RuleField,
                         testing::Values(Field{"X-Frame-Options", 0, true},
                                         Field{"Content-Security-Policy", 0, true},
                                         Field{"Strict-Transport-Security", 0, true},
                                         Field{"Set-Cookie", 0, true}, Field{"Link", 0, true},
                                         Field{"Content-Disposition", 0, true},
                                         Field{"Access-Control-Expose-Headers", 0, true},
                                         Field{"!#$%&'*+-.^_`|~", 0, true}, Field{"a", 0, true}));
// RFC 9110 section 5.1
INSTANTIATE_TEST_SUITE_P(Rfc9110Section51, RuleField,
                         testing::Values(Field{"", 0, false}, Field{"a b", 0, false},
                                         Field{"a:", 0, false}, Field{"a\r\nb", 0, false},
                                         Field{" a", 0, false}, Field{"\xc3\xa9", 0, false},
                                         Field{"a\0"sv, 0, false}));
// RFC 9112 section 6, RFC 9110 section 7.6.1
INSTANTIATE_TEST_SUITE_P(
    Framing, RuleField,
    testing::Values(Field{"Content-Length", 0, false}, Field{"content-LENGTH", 0xff, false},
                    Field{"Transfer-Encoding", 0, false}, Field{"Connection", 0, false},
                    Field{"Keep-Alive", 0, false}, Field{"Proxy-Connection", 0, false},
                    Field{"TE", 0, false}, Field{"Trailer", 0, false}, Field{"Upgrade", 0, false},
                    Field{"Content-Encoding", 0, false}, Field{"Content-Range", 0, false}));
INSTANTIATE_TEST_SUITE_P(OfKhttpd, RuleField,
                         testing::Values(Field{"Date", 0xff, false}, Field{"Location", 0xff, false},
                                         Field{"Allow", 0xff, false},
                                         Field{"Retry-After", 0xff, false},
                                         Field{"Cache-Control", 0xff, false},
                                         Field{"Expires", 0xff, false},
                                         Field{"Access-Control-Allow-Origin", 0xff, false},
                                         Field{"Access-Control-Allow-Methods", 0xff, false},
                                         Field{"Access-Control-Allow-Headers", 0xff, false},
                                         Field{"Access-Control-Max-Age", 0xff, false}));
INSTANTIATE_TEST_SUITE_P(
    Hidden, RuleField,
    testing::Values(Field{"Server", 0, false}, Field{"server", HTTP_HEAD_SERVER, true},
                    Field{"Server", 0xff & ~HTTP_HEAD_SERVER, false},
                    Field{"ETag", HTTP_HEAD_SERVER, false}, Field{"ETag", HTTP_HEAD_ETAG, true},
                    Field{"Vary", HTTP_HEAD_VARY, true}, Field{"Vary", 0, false},
                    Field{"Content-Type", HTTP_HEAD_CONTENT_TYPE, true},
                    Field{"Content-Type", 0, false}, Field{"Last-Modified", 0, false},
                    Field{"Last-Modified", HTTP_HEAD_LAST_MODIFIED, true},
                    Field{"Accept-Ranges", 0, false},
                    Field{"Accept-Ranges", HTTP_HEAD_ACCEPT_RANGES, true}));

// The judgements that look at octets alone, in one table.
struct Judged {
    bool (*judge)(const char *s, u32 len);
    std::vector<std::string_view> valid;
    std::vector<std::string_view> invalid;
};

class RuleJudgement : public testing::TestWithParam<Judged> {};

TEST_P(RuleJudgement, FollowsTheGrammar) {
    for (std::string_view s : GetParam().valid)
        EXPECT_TRUE(judge(GetParam().judge, s)) << s;
    for (std::string_view s : GetParam().invalid)
        EXPECT_FALSE(judge(GetParam().judge, s)) << s;
}

INSTANTIATE_TEST_SUITE_P(Rfc9110Section55, RuleJudgement,
                         testing::Values(Judged{
                             http_rule_value_valid,
                             {"", "a", "a b\tc", "max-age=3600, \"x\"", "\xc3\xa9", "\xff", "!"},
                             {" a", "a ", "\ta", "a\t", " ", "a\r\nb", "a\nb", "a\rb", "a\0b"sv,
                              "a\x7f", "\x01"}}));
INSTANTIATE_TEST_SUITE_P(
    Path, RuleJudgement,
    testing::Values(Judged{http_rule_path_valid,
                           {"a", "a/b", "errors/404.html", ".a", "..a", "a..", "...", "a b", "\xff",
                            "a\nb", "%"},
                           {"", "/", "/a", "a/", "a//b", ".", "..", "a/.", "a/..", "./a", "../a",
                            "a/./b", "a/../b", "a\0"sv, "a/\0b"sv}},
                    Judged{http_rule_prefix_valid,
                           {"/", "/a", "/a/", "/a/b", "/a/b/", "/.a", "/.well-known/", "/..a/"},
                           {"", "a", "a/", "//", "//a", "/a//", "/a//b", "/.", "/./", "/..", "/../",
                            "/a/..", "/a/./", "/a\0"sv}},
                    Judged{http_rule_name_valid,
                           {"index.html", "a", ".a", "..a", "...", "a b", "\xff"},
                           {"", ".", "..", "a/b", "/", "a/", "a\0b"sv}}));
// RFC 3986 sections 3 and 4.2
INSTANTIATE_TEST_SUITE_P(Rfc3986, RuleJudgement,
                         testing::Values(Judged{
                             http_rule_target_valid,
                             {"/", "/a", "/a/", "/a%20b", "/a//b", "/a:b@c;d,e", "http://a",
                              "https://a", "HTTPS://Example.org/", "https://example.org:8443/a/b",
                              "https://[2001:db8::1]/", "https://192.0.2.1", "https://a//b"},
                             {"",
                              "a",
                              "//a",
                              "//",
                              "/a b",
                              "/a?b",
                              "/a#b",
                              "/a%2",
                              "/a%",
                              "/%zz",
                              "/\\a",
                              "/\xc3\xa9",
                              "/a\r\nb",
                              "/a\0"sv,
                              "http://",
                              "http:///a",
                              "https://a@b/",
                              "https://a:b/",
                              "https://a:65536/",
                              "https://a?b",
                              "https://a#b",
                              "https://a b",
                              "https://a/ b",
                              "ftp://a/",
                              "javascript:alert(1)",
                              "http:/a",
                              "http:a",
                              "https:/",
                              "h"}}));
// RFC 6454 section 6.2, in the form of the Fetch Standard
INSTANTIATE_TEST_SUITE_P(
    Rfc6454Section62, RuleJudgement,
    testing::Values(Judged{http_rule_origin_valid,
                           {"*", "https://example.org", "http://localhost:3000", "http://192.0.2.1",
                            "https://[2001:db8::1]:8443", "moz-extension://a-b-c", "app+x.1://a"},
                           {"",
                            "null",
                            "**",
                            "*.example.org",
                            "https://*.example.org/",
                            "https://Example.org",
                            "HTTPS://example.org",
                            "https://example.org/",
                            "https://example.org/a",
                            "https://example.org:",
                            "https://",
                            "https:/",
                            "https:",
                            "https",
                            "://example.org",
                            "1a://example.org",
                            "-a://example.org",
                            "example.org",
                            "//example.org",
                            "https://a@example.org",
                            "https://a b",
                            "https://a,https://b",
                            "https://a\r\nb"}}));
// RFC 9110 sections 8.3.1 and 5.6.6
INSTANTIATE_TEST_SUITE_P(Rfc9110Section831, RuleJudgement,
                         testing::Values(Judged{
                             http_rule_type_valid,
                             {"text/html", "application/vnd.a.b+json", "text/html; charset=utf-8",
                              "text/html;charset=utf-8", "text/html \t; \ta=b", "a/b;c=d;e=f",
                              "a/b;c=\"d; e\"", "a/b;c=\"\"", "a/b;c=\"\\\"\"", "a/b;c=\"\xff\""},
                             {"",
                              "text",
                              "text/",
                              "/html",
                              "text/html ",
                              " text/html",
                              "text /html",
                              "text/ html",
                              "text/html;",
                              "text/html; ",
                              "text/html charset=utf-8",
                              "text/html;;a=b",
                              "a/b;c",
                              "a/b;c=",
                              "a/b;=d",
                              "a/b; c =d",
                              "a/b;c= d",
                              "a/b;c=\"",
                              "a/b;c=\"d",
                              "a/b;c=\"\\",
                              "a/b;c=\"\\\"",
                              "a/b;c=\"d\"e",
                              "a/b;c=\"\r\n\"",
                              "a/b;c=d ",
                              "a/b/c",
                              "a/b, c/d",
                              "a/b\0"sv}}));
INSTANTIATE_TEST_SUITE_P(Rfc9110Section832, RuleJudgement,
                         testing::Values(Judged{
                             http_rule_charset_valid,
                             {"utf-8", "ISO-8859-1", "windows-1252"},
                             {"", "utf 8", "utf-8;", "\"utf-8\"", "utf-8\r\n", "utf-8 "}}));
INSTANTIATE_TEST_SUITE_P(Extension, RuleJudgement,
                         testing::Values(Judged{
                             http_rule_extension_valid,
                             {"html", "7z", "c++", "md5-sum", "a_b", "\xc3\xa9", "tar.gz", "a.b.c",
                              "abcdefghijklmnopqrstuvwxyz01234"},
                             {"", ".", ".html", "html.", "a..b", "a.B", "a.b/c", "HTML", "hTml",
                              "a/b", "a\0"sv, "abcdefghijklmnopqrstuvwxyz012345"}}));

// What is judged valid is found, too.
TEST(RuleExtension, CanBeFound) {
    for (int octet = 0; octet < 256; octet++) {
        const char extension[] = {char(octet), '\0'};
        const http_mime entry{extension, "a/b"};
        const http_mime_table table{&entry, 1};
        const char name[] = {'x', '.', char(octet)};
        const bool valid = http_rule_extension_valid(extension, 1);

        if (valid)
            EXPECT_STREQ(http_mime_find(&table, name, 3), "a/b") << octet;
        else
            EXPECT_TRUE(octet == 0 || octet == '.' || octet == '/' ||
                        (octet >= 'A' && octet <= 'Z'))
                << octet;
    }
}

// RFC 9110 section 15.4
TEST(RuleRedirectStatus, SendsElsewhere) {
    for (u32 status = 0; status < 1000; status++)
        EXPECT_EQ(http_rule_redirect_status_valid(status),
                  status == 301 || status == 302 || status == 303 || status == 307 || status == 308)
            << status;
}

} // namespace
