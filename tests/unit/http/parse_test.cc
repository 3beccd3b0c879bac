// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "parse.h"
}

using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

constexpr http_parse_limits roomy{8192, 16384, 100};

// A request head, parsed.
struct Head {
    std::string octets;
    http_parse result = HTTP_PARSE_MORE;
    http_request request{};
    size_t seen = 0; // octets there were when the result came

    std::string text(http_span span) const { return octets.substr(span.off, span.len); }

    std::string target() const { return text(request.target); }

    std::string path() const { return text(request.path); }

    std::optional<std::string> query() const {
        return request.has_query ? std::optional(text(request.query)) : std::nullopt;
    }

    std::optional<std::string> host() const {
        return request.has_host ? std::optional(text(request.host)) : std::nullopt;
    }

    // The values that are kept, with the numbers of their fields.
    std::string kept() const {
        std::string all;

        for (int field = 0; field < HTTP_FIELDS; field++)
            if (http_request_has(&request, http_field(field)))
                all += " " + std::to_string(field) + " [" + text(request.field[field]) + "]";
        return all;
    }

    // All that a caller may look at after this result.
    std::string summary() const {
        std::ostringstream out;

        if (result == HTTP_PARSE_ERROR)
            out << "refused " << request.status << " [" << text(request.line) << "]";
        if (result == HTTP_PARSE_DONE)
            out << request.method << " 1." << int(request.minor) << " form " << request.form << " ["
                << text(request.line) << "] [" << target() << "] [" << path() << "] ["
                << query().value_or("-") << "] [" << host().value_or("-") << "] keep "
                << request.keep_alive << " expect " << request.expect << " framing "
                << request.framing << " length " << request.content_length << " fields "
                << request.nr_fields << " head " << request.head_len << " repeated "
                << request.repeated << kept();
        return out.str();
    }
};

// Delivers the octets up to each of the given places in turn, each time in a new buffer that ends
// there, so that a sanitizer sees a read behind it or a pointer into the one before.
Head deliver(std::string_view octets, const std::vector<size_t> &ends,
             const http_parse_limits &limits) {
    Head head{std::string(octets)};

    http_request_init(&head.request);
    for (size_t end : ends) {
        const std::vector<char> buffer(octets.begin(), octets.begin() + end);
        head.result = http_request_parse(&head.request, &limits, buffer.data(), buffer.size());
        head.seen = end;
        if (head.result != HTTP_PARSE_MORE)
            break;
    }
    return head;
}

// Delivers the octets at once, in every two parts, and one by one; all must agree.
Head parse(std::string_view octets, const http_parse_limits &limits = roomy) {
    const Head whole = deliver(octets, {octets.size()}, limits);
    std::vector<size_t> ends;

    for (size_t cut = 0; cut < octets.size(); cut++) {
        const Head head = deliver(octets, {cut, octets.size()}, limits);
        EXPECT_EQ(head.result, whole.result) << "cut at " << cut << " of " << octets;
        EXPECT_EQ(head.summary(), whole.summary()) << "cut at " << cut << " of " << octets;
        ends.push_back(cut);
    }
    ends.push_back(octets.size());
    const Head head = deliver(octets, ends, limits);
    EXPECT_EQ(head.result, whole.result) << "octet by octet: " << octets;
    EXPECT_EQ(head.summary(), whole.summary()) << "octet by octet: " << octets;
    return head;
}

// How many octets it takes to refuse them.
size_t refused_after(std::string_view octets, const http_parse_limits &limits = roomy) {
    const Head head = parse(octets, limits);

    EXPECT_EQ(head.result, HTTP_PARSE_ERROR) << octets;
    return head.seen;
}

// RFC 9112 section 2.1

TEST(Parse, FindsThePartsOfARequest) {
    const Head head = parse("GET /a/b?c=d HTTP/1.1\r\nHost: example.org:8080\r\nA: b\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(head.request.method, HTTP_GET);
    EXPECT_EQ(head.request.minor, 1);
    EXPECT_EQ(head.request.form, HTTP_FORM_ORIGIN);
    EXPECT_EQ(head.text(head.request.line), "GET /a/b?c=d HTTP/1.1");
    EXPECT_EQ(head.target(), "/a/b?c=d");
    EXPECT_EQ(head.path(), "/a/b");
    EXPECT_EQ(head.query(), "c=d");
    EXPECT_EQ(head.host(), "example.org:8080");
    EXPECT_EQ(head.request.nr_fields, 2u);
    EXPECT_EQ(head.request.framing, HTTP_FRAMING_NONE);
    EXPECT_EQ(head.request.content_length, 0u);
    EXPECT_EQ(head.request.expect, HTTP_EXPECT_NONE);
    EXPECT_TRUE(head.request.keep_alive);
    EXPECT_EQ(head.request.head_len, head.octets.size());
}

TEST(Parse, WaitsForTheWholeHead) {
    const std::string octets = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    for (size_t len = 0; len < octets.size(); len++)
        EXPECT_EQ(parse(octets.substr(0, len)).result, HTTP_PARSE_MORE) << len;
}

TEST(Parse, LeavesWhatFollowsAlone) {
    const std::string octets = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    for (const std::string &rest : {"GET /b HTTP/1.1\r\n\r\n"s, "\0\n\x80"s, "\r\n"s}) {
        const Head head = parse(octets + rest);
        EXPECT_EQ(head.result, HTTP_PARSE_DONE);
        EXPECT_EQ(head.request.head_len, octets.size());
        EXPECT_EQ(head.seen, octets.size());
    }
}

TEST(Parse, KeepsItsResult) {
    const std::string good = "GET / HTTP/1.0\r\n\r\n";
    const std::string bad = "GET / HTTP/1.1\r\n\r\n";
    Head head = parse(good);

    EXPECT_EQ(http_request_parse(&head.request, &roomy, good.data(), good.size()), HTTP_PARSE_DONE);
    head = parse(bad);
    EXPECT_EQ(http_request_parse(&head.request, &roomy, good.data(), good.size()),
              HTTP_PARSE_ERROR);
    EXPECT_EQ(head.request.status, 400);
}

TEST(Parse, KnowsWhenItIsDone) {
    const std::string octets = "GET / HTTP/1.0\r\n\r\n";
    const auto done = [](std::string_view octets) {
        const Head head = parse(octets);
        return http_request_done(&head.request);
    };

    for (size_t len = 0; len < octets.size(); len++)
        EXPECT_FALSE(done(octets.substr(0, len))) << len;
    EXPECT_TRUE(done(octets));
    EXPECT_FALSE(done("GET / HTTP/1.1\r\n\r\n"));
}

TEST(Parse, CanBeginAgain) {
    const std::string octets = "GET / HTTP/1.0\r\n\r\n";
    Head head = parse("POST /?a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");

    http_request_init(&head.request);
    head.octets = octets;
    head.result = http_request_parse(&head.request, &roomy, octets.data(), octets.size());
    EXPECT_EQ(head.summary(), parse(octets).summary());
}

// RFC 9112 section 2.2

TEST(Parse, SkipsEmptyLinesBeforeARequest) {
    const Head head = parse("\r\n\r\n\r\nGET /a HTTP/1.1\r\nHost: b\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(head.text(head.request.line), "GET /a HTTP/1.1");
    EXPECT_EQ(head.path(), "/a");
    EXPECT_EQ(head.host(), "b");
    EXPECT_EQ(head.request.head_len, head.octets.size());
}

// RFC 9110 section 5: of each field that is asked for later the first value is kept.
TEST(Parse, KeepsTheFieldsThatAreAskedFor) {
    const Head head = parse("GET / HTTP/1.1\r\n"
                            "Accept: text/html, */*\r\n"
                            "Host: a\r\n"
                            "accept-encoding:gzip\r\n"
                            "If-Match: \"a\"\r\n"
                            "IF-MODIFIED-SINCE: \t Sun, 06 Nov 1994 08:49:37 GMT \t\r\n"
                            "If-None-Match:\r\n"
                            "If-Range: \t \r\n"
                            "If-Unmodified-Since: never\r\n"
                            "Origin: https://example.org\r\n"
                            "Range: bytes=0-0\r\n"
                            "User-Agent: a\r\n"
                            "\r\n");
    const auto value = [&](http_field field) {
        return http_request_has(&head.request, field)
                   ? std::optional(head.text(head.request.field[field]))
                   : std::nullopt;
    };

    ASSERT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(value(HTTP_FIELD_ACCEPT), "text/html, */*");
    EXPECT_EQ(value(HTTP_FIELD_ACCEPT_ENCODING), "gzip");
    EXPECT_EQ(value(HTTP_FIELD_IF_MATCH), "\"a\"");
    EXPECT_EQ(value(HTTP_FIELD_IF_MODIFIED_SINCE), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(value(HTTP_FIELD_IF_NONE_MATCH), "");
    EXPECT_EQ(value(HTTP_FIELD_IF_RANGE), "");
    EXPECT_EQ(value(HTTP_FIELD_IF_UNMODIFIED_SINCE), "never");
    EXPECT_EQ(value(HTTP_FIELD_ORIGIN), "https://example.org");
    EXPECT_EQ(value(HTTP_FIELD_RANGE), "bytes=0-0");
    EXPECT_EQ(head.request.repeated, 0u);
}

TEST(Parse, KeepsTheFirstOfARepeatedField) {
    const Head head = parse("GET / HTTP/1.1\r\nHost: a\r\nRange: b\r\nIf-Range: c\r\n"
                            "Ranges: d\r\nrange: e\r\nRANGE:\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(head.text(head.request.field[HTTP_FIELD_RANGE]), "b");
    EXPECT_TRUE(http_request_repeats(&head.request, HTTP_FIELD_RANGE));
    EXPECT_TRUE(http_request_has(&head.request, HTTP_FIELD_IF_RANGE));
    EXPECT_FALSE(http_request_repeats(&head.request, HTTP_FIELD_IF_RANGE));
    EXPECT_FALSE(http_request_has(&head.request, HTTP_FIELD_ACCEPT));
}

TEST(Parse, ForgetsTheFieldsOfTheLastRequest) {
    Head head = parse("GET / HTTP/1.1\r\nHost: a\r\nRange: b\r\nRange: c\r\n\r\n");

    http_request_init(&head.request);
    EXPECT_FALSE(http_request_has(&head.request, HTTP_FIELD_RANGE));
    EXPECT_FALSE(http_request_repeats(&head.request, HTTP_FIELD_RANGE));
}

// RFC 9110 section 5.5: values are measured several octets at a time, and each octet counts all the
// same, wherever it stands and whatever stands beside it.
TEST(Parse, LooksAtEveryOctetOfAValue) {
    for (const char filler : {'a', '\x80', '\xff', '~', '\t'}) {
        for (size_t at = 0; at < 20; at++) {
            for (int octet = 0; octet < 256; octet++) {
                std::string value(20, filler);
                value[at] = char(octet);
                const std::string octets =
                    "GET / HTTP/1.0\r\nA:x" + value + "x\r\nRange: b\r\n\r\n";
                const bool good = octet == '\t' || (octet >= 0x20 && octet != 0x7f);
                const Head head = deliver(octets, {octets.size()}, roomy);
                ASSERT_EQ(head.result, good ? HTTP_PARSE_DONE : HTTP_PARSE_ERROR)
                    << int(filler) << " " << octet << " at " << at;
                if (!good) {
                    ASSERT_EQ(head.request.status, 400);
                }
            }
        }
    }
}

// RFC 9110 section 9.1

// RFC 9112 2.2: an empty line too many does not make a request of it.
TEST(Parse, TellsARequestFromEmptyLines) {
    const auto begun = [](std::string_view octets) {
        http_request request;

        http_request_init(&request);
        EXPECT_EQ(http_request_parse(&request, &roomy, octets.data(), octets.size()),
                  HTTP_PARSE_MORE);
        return http_request_begun(&request);
    };

    EXPECT_FALSE(begun(""));
    EXPECT_FALSE(begun("\r"));
    EXPECT_FALSE(begun("\r\n"));
    EXPECT_FALSE(begun("\r\n\r\n"));
    EXPECT_TRUE(begun("G"));
    EXPECT_TRUE(begun("\r\nG"));
    EXPECT_TRUE(begun("GET / HTTP/1.1\r\nHost: a\r\n"));
}

TEST(Parse, LeavesAnUnknownMethodToTheCaller) {
    EXPECT_EQ(parse("FOO / HTTP/1.0\r\n\r\n").request.method, HTTP_METHOD_UNKNOWN);
    EXPECT_EQ(parse("get / HTTP/1.0\r\n\r\n").request.method, HTTP_METHOD_UNKNOWN);
    EXPECT_EQ(parse("PROPFIND / HTTP/1.0\r\n\r\n").request.method, HTTP_METHOD_KNOWN);
    EXPECT_EQ(parse("!#$%&'*+-.^_`|~ / HTTP/1.0\r\n\r\n").result, HTTP_PARSE_DONE);
}

// RFC 9112 section 3.2

struct Target {
    std::string_view method;
    std::string_view target;
    http_form form;
    std::string_view path;
    std::optional<std::string> query;
    std::string_view host;
};

class ParseTarget : public testing::TestWithParam<Target> {};

TEST_P(ParseTarget, IsTakenApart) {
    const auto &[method, target, form, path, query, host] = GetParam();
    const Head head = parse(std::string(method) + " " + std::string(target) +
                            " HTTP/1.1\r\nHost: host.example\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE) << target;
    EXPECT_EQ(head.request.form, form) << target;
    EXPECT_EQ(head.target(), target);
    EXPECT_EQ(head.path(), path) << target;
    EXPECT_EQ(head.query(), query) << target;
    EXPECT_EQ(head.host(), host) << target;
}

// Section 3.2.1
INSTANTIATE_TEST_SUITE_P(
    OriginForm, ParseTarget,
    testing::Values(
        Target{"GET", "/", HTTP_FORM_ORIGIN, "/", {}, "host.example"},
        Target{"GET", "/?", HTTP_FORM_ORIGIN, "/", "", "host.example"},
        Target{"GET", "/a?b?c", HTTP_FORM_ORIGIN, "/a", "b?c", "host.example"},
        Target{"GET", "//a/b", HTTP_FORM_ORIGIN, "//a/b", {}, "host.example"},
        Target{"GET", "/http://a/", HTTP_FORM_ORIGIN, "/http://a/", {}, "host.example"},
        Target{"GET", "/*", HTTP_FORM_ORIGIN, "/*", {}, "host.example"},
        Target{"OPTIONS", "/a", HTTP_FORM_ORIGIN, "/a", {}, "host.example"},
        Target{"FOO", "/a", HTTP_FORM_ORIGIN, "/a", {}, "host.example"},
        // What RFC 3986 would have encoded, but is a name of a file all the same.
        Target{"GET", "/\x80\xff", HTTP_FORM_ORIGIN, "/\x80\xff", {}, "host.example"},
        Target{"GET", "/\"<>[\\]^`{|}", HTTP_FORM_ORIGIN, "/\"<>[\\]^`{|}", {}, "host.example"},
        Target{"GET", "/%zz%", HTTP_FORM_ORIGIN, "/%zz%", {}, "host.example"}));

// Section 3.2.2: wins over Host
INSTANTIATE_TEST_SUITE_P(
    AbsoluteForm, ParseTarget,
    testing::Values(
        Target{"GET", "http://a/b?c", HTTP_FORM_ABSOLUTE, "/b", "c", "a"},
        Target{"GET", "https://a.example:8443/b", HTTP_FORM_ABSOLUTE, "/b", {}, "a.example:8443"},
        Target{"GET", "HTTP://a/", HTTP_FORM_ABSOLUTE, "/", {}, "a"},
        Target{"GET", "hTTpS://a/", HTTP_FORM_ABSOLUTE, "/", {}, "a"},
        Target{"GET", "http://a", HTTP_FORM_ABSOLUTE, "", {}, "a"},
        Target{"GET", "http://a?b/c", HTTP_FORM_ABSOLUTE, "", "b/c", "a"},
        Target{"GET", "http://[::1]:80/b", HTTP_FORM_ABSOLUTE, "/b", {}, "[::1]:80"},
        Target{"GET", "http://a//b", HTTP_FORM_ABSOLUTE, "//b", {}, "a"},
        Target{"OPTIONS", "http://a", HTTP_FORM_ABSOLUTE, "", {}, "a"}));

// Sections 3.2.3 and 3.2.4
INSTANTIATE_TEST_SUITE_P(
    OtherForms, ParseTarget,
    testing::Values(Target{"OPTIONS", "*", HTTP_FORM_ASTERISK, "", {}, "host.example"},
                    Target{"CONNECT", "a.example:443", HTTP_FORM_AUTHORITY, "", {}, "host.example"},
                    Target{"CONNECT", "[::1]:443", HTTP_FORM_AUTHORITY, "", {}, "host.example"}));

class ParseTargetRefused : public testing::TestWithParam<std::string_view> {};

TEST_P(ParseTargetRefused, IsABadRequest) {
    const Head head = parse(std::string(GetParam()) + " HTTP/1.1\r\nHost: a\r\n\r\n");

    EXPECT_EQ(head.result, HTTP_PARSE_ERROR) << GetParam();
    EXPECT_EQ(head.request.status, 400) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Octets, ParseTargetRefused,
                         testing::Values("GET /a#b", "GET /#", "GET #", "GET http://a/#b",
                                         "GET /a\tb", "GET /a b", "GET /a\x7f", "GET /a\x01",
                                         "GET /a\0b"sv, "GET /a\rb", "GET /a\nb", "GET ", "GET  /",
                                         "GET\t/", "GET /\t", "GET / "));
INSTANTIATE_TEST_SUITE_P(Forms, ParseTargetRefused,
                         testing::Values("GET a", "GET a/b", "GET ?a", "GET *", "HEAD *", "POST *",
                                         "FOO *", "OPTIONS **", "OPTIONS */", "OPTIONS *?a",
                                         "GET a:80", "GET a.example:443", "OPTIONS a:80",
                                         "CONNECT /", "CONNECT *", "CONNECT a", "CONNECT a:",
                                         "CONNECT :80", "CONNECT u@a:80", "CONNECT a:80/",
                                         "CONNECT http://a:80/", "CONNECT a:b", "CONNECT [::1]"));
INSTANTIATE_TEST_SUITE_P(AbsoluteForm, ParseTargetRefused,
                         testing::Values("GET http://", "GET https://", "GET http:///a",
                                         "GET http://?a", "GET http://:80/", "GET http://u@a/",
                                         "GET http://u:p@a/", "GET http://a:b/",
                                         "GET http://a:65536/", "GET http://[::1/",
                                         "GET http://a\\b/", "GET http:/a", "GET http:a",
                                         "GET http", "GET ftp://a/", "GET file:///a", "GET ://a/",
                                         "GET httpx://a/"));

// RFC 9112 section 2.3

struct Version {
    std::string_view version;
    int minor;
};

class ParseVersion : public testing::TestWithParam<Version> {};

TEST_P(ParseVersion, IsTaken) {
    const Head head = parse("GET / " + std::string(GetParam().version) + "\r\nHost: a\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(head.request.minor, GetParam().minor);
}

INSTANTIATE_TEST_SUITE_P(Rfc9112, ParseVersion,
                         testing::Values(Version{"HTTP/1.0", 0}, Version{"HTTP/1.1", 1},
                                         Version{"HTTP/1.2", 1}, Version{"HTTP/1.9", 1}));

struct Refused {
    std::string_view octets;
    u16 status = 400;
};

class ParseRefused : public testing::TestWithParam<Refused> {};

TEST_P(ParseRefused, GetsItsStatus) {
    const Head head = parse(GetParam().octets);

    EXPECT_EQ(head.result, HTTP_PARSE_ERROR) << GetParam().octets;
    EXPECT_EQ(head.request.status, GetParam().status) << GetParam().octets;
}

INSTANTIATE_TEST_SUITE_P(
    Version, ParseRefused,
    testing::Values(Refused{"GET / HTTP/2.0\r\n", 505}, Refused{"GET / HTTP/0.9\r\n", 505},
                    Refused{"GET / HTTP/3.1\r\n", 505},
                    Refused{"PRI * HTTP/2.0\r\n\r\nSM\r\n", 505}, Refused{"GET / HTTP/x.1\r\n"},
                    Refused{"GET / HTTP/1.x\r\n"}, Refused{"GET / HTTP/1.10\r\n"},
                    Refused{"GET / HTTP/01.1\r\n"}, Refused{"GET / HTTP/1,1\r\n"},
                    Refused{"GET / HTTP/1\r\n"}, Refused{"GET / HTTP/1.\r\n"},
                    Refused{"GET / HTTP/\r\n"}, Refused{"GET / http/1.1\r\n"},
                    Refused{"GET / HTTPS/1.1\r\n"}, Refused{"GET / HTTP 1.1\r\n"},
                    Refused{"GET / HTTP/1.1 \r\n"}, Refused{"GET / HTTP/1.1\t\r\n"},
                    Refused{"GET / HTTP/ 1.1\r\n"}, Refused{"GET /  HTTP/1.1\r\n"},
                    Refused{"GET / HTTP/-1.1\r\n"}, Refused{"GET / \r\n"},
                    Refused{"GET / HTTP/2.10\r\n"}));

// Section 3: no HTTP/0.9, nothing but a method at the front
INSTANTIATE_TEST_SUITE_P(
    RequestLine, ParseRefused,
    testing::Values(Refused{"GET /\r\n"}, Refused{"GET\r\n"}, Refused{" GET / HTTP/1.1\r\n"},
                    Refused{"\tGET / HTTP/1.1\r\n"}, Refused{"G(T / HTTP/1.1\r\n"},
                    Refused{"GET: / HTTP/1.1\r\n"}, Refused{"\x16\x03\x01\x02"}, Refused{"\0GET"sv},
                    Refused{"GE\0T"sv}, Refused{"G\xc3\x89T / HTTP/1.1\r\n"},
                    Refused{"HTTP/1.1 200 OK\r\n"}));

// Section 2.2: CRLF alone ends a line
INSTANTIATE_TEST_SUITE_P(
    LineEnd, ParseRefused,
    testing::Values(
        Refused{"\nGET / HTTP/1.1\r\n"}, Refused{"\rGET / HTTP/1.1\r\n"},
        Refused{"\r\n\nGET / HTTP/1.1\r\n"}, Refused{"\r\r\n"}, Refused{"GET / HTTP/1.1\n"},
        Refused{"GET / HTTP/1.1\rHost"}, Refused{"GET / HTTP/1.1\r\r\n"},
        Refused{"GET / HTTP/1.1\r\nHost: a\n"}, Refused{"GET / HTTP/1.1\r\nHost: a\rb"},
        Refused{"GET / HTTP/1.1\r\nHost: a\r\r\n"}, Refused{"GET / HTTP/1.1\r\nHost: a\r\n\n"},
        Refused{"GET / HTTP/1.1\r\nHost: a\r\n\r\r"}, Refused{"GET / HTTP/1.1\r\nHost: a\r\n\ra"}));

// Sections 5.1 and 5.2, and 2.2 for whitespace behind the request line; RFC 9110 section 5.5
#define LINE "GET / HTTP/1.1\r\nHost: a\r\n"
INSTANTIATE_TEST_SUITE_P(
    Fields, ParseRefused,
    testing::Values(Refused{LINE " b: c\r\n"}, Refused{LINE "\tb: c\r\n"},
                    Refused{LINE " \r\n\r\n"}, Refused{"GET / HTTP/1.1\r\n Host: a\r\n"},
                    Refused{LINE "b : c\r\n"}, Refused{LINE "b\t: c\r\n"}, Refused{LINE ": c\r\n"},
                    Refused{LINE "b\r\n"}, Refused{LINE "b c: d\r\n"}, Refused{LINE "b(c): d\r\n"},
                    Refused{LINE "b\xc3\xa9: d\r\n"}, Refused{LINE "b\0: d\r\n"sv},
                    Refused{LINE "b: \0\r\n"sv}, Refused{LINE "b: c\0d\r\n"sv},
                    Refused{LINE "b: c\x01\r\n"}, Refused{LINE "b: c\x1f\r\n"},
                    Refused{LINE "b: c\x7f\r\n"}, Refused{LINE "b: c\v\r\n"},
                    Refused{LINE "b:\r c\r\n"}, Refused{LINE "b:\n"},
                    Refused{LINE "\"b\": c\r\n"}));

TEST(Parse, TakesFieldsOfAnyVisibleOctets) {
    const Head head =
        parse(LINE "!#$%&'*+-.^_`|~09: \x80\xff\"(),/:;<=>?@[\\]{}\r\nb:\r\nc: \t \r\n\r\n");

    EXPECT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(head.request.nr_fields, 4u);
}

// RFC 9112 section 3.2, RFC 9110 section 7.2

TEST(ParseHost, IsFoundWhateverTheSpaceAroundIt) {
    for (std::string_view field :
         {"Host:a.example", "host: a.example", "HOST:\ta.example\t", "hOST: \t a.example \t "})
        EXPECT_EQ(parse("GET / HTTP/1.1\r\n" + std::string(field) + "\r\n\r\n").host(), "a.example")
            << field;
}

TEST(ParseHost, MayBeAbsentOfHttp10Alone) {
    const Head head = parse("GET / HTTP/1.0\r\n\r\n");

    EXPECT_EQ(head.result, HTTP_PARSE_DONE);
    EXPECT_EQ(head.host(), std::nullopt);
    EXPECT_EQ(parse("GET http://a/ HTTP/1.0\r\n\r\n").host(), "a");
}

INSTANTIATE_TEST_SUITE_P(
    Host, ParseRefused,
    testing::Values(
        Refused{"GET / HTTP/1.1\r\n\r\n"}, Refused{"GET / HTTP/1.2\r\n\r\n"},
        Refused{"GET http://a/ HTTP/1.1\r\n\r\n"}, Refused{"OPTIONS * HTTP/1.1\r\n\r\n"},
        Refused{"GET / HTTP/1.1\r\nMost: a\r\n\r\n"}, Refused{"GET / HTTP/1.1\r\nHost:\r\n\r\n"},
        Refused{"GET / HTTP/1.1\r\nHost: \r\n\r\n"}, Refused{"GET / HTTP/1.0\r\nHost:\r\n\r\n"},
        Refused{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n"},
        Refused{"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"},
        Refused{"GET / HTTP/1.0\r\nHost: u@a\r\n\r\n"},
        Refused{"GET http://a/ HTTP/1.1\r\nHost: u@a\r\n\r\n"},
        Refused{"GET / HTTP/1.1\r\nHost: a:x\r\n\r\n"}, Refused{LINE "Host: a\r\n\r\n"},
        Refused{LINE "Host: b\r\n\r\n"}, Refused{"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"},
        Refused{"GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"}));

// RFC 9112 section 9.3

struct Persistence {
    std::string_view head;
    bool keep_alive;
};

class ParsePersistence : public testing::TestWithParam<Persistence> {};

TEST_P(ParsePersistence, IsDecided) {
    const Head head = parse("GET / " + std::string(GetParam().head) + "Host: a\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE) << GetParam().head;
    EXPECT_EQ(head.request.keep_alive, GetParam().keep_alive) << GetParam().head;
}

#define V0 "HTTP/1.0\r\n"
#define V1 "HTTP/1.1\r\n"
INSTANTIATE_TEST_SUITE_P(
    Rfc9112, ParsePersistence,
    testing::Values(Persistence{V1, true}, Persistence{V0, false},
                    Persistence{V1 "Connection: close\r\n", false},
                    Persistence{V1 "connection: CLOSE\r\n", false},
                    Persistence{V1 "Connection: keep-alive\r\n", true},
                    Persistence{V0 "Connection: keep-alive\r\n", true},
                    Persistence{V0 "Connection: Keep-Alive\r\n", true},
                    Persistence{V0 "Connection: close\r\n", false},
                    Persistence{V0 "Connection: keep-alive, close\r\n", false},
                    Persistence{V1 "Connection: close, keep-alive\r\n", false},
                    Persistence{V1 "Connection: close\r\nConnection: keep-alive\r\n", false},
                    Persistence{V0 "Connection: te\r\nConnection: keep-alive\r\n", true},
                    Persistence{V1 "Connection: te,close\r\n", false},
                    Persistence{V1 "Connection: te\t,\tclose\t,x\r\n", false},
                    Persistence{V1 "Connection: , ,close,\r\n", false},
                    Persistence{V1 "Connection:\r\n", true},
                    Persistence{V1 "Connection: ,\r\n", true},
                    Persistence{V1 "Connection: closed\r\n", true},
                    Persistence{V1 "Connection: clos\r\n", true},
                    Persistence{V1 "Connection: close x\r\n", true},
                    Persistence{V1 "Connection: \"close\"\r\n", true},
                    Persistence{V0 "Connection: keep-alives\r\n", false},
                    Persistence{V1 "Connectiom: close\r\n", true},
                    Persistence{V1 "Proxy-Connection: close\r\n", true}));

// RFC 9110 section 10.1.1

struct Expectation {
    std::string_view head;
    http_expect expect;
};

class ParseExpect : public testing::TestWithParam<Expectation> {};

TEST_P(ParseExpect, IsKnownOrNot) {
    const Head head = parse("GET / " + std::string(GetParam().head) + "Host: a\r\n\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE) << GetParam().head;
    EXPECT_EQ(head.request.expect, GetParam().expect) << GetParam().head;
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110, ParseExpect,
    testing::Values(Expectation{V1 "Expect: 100-continue\r\n", HTTP_EXPECT_CONTINUE},
                    Expectation{V1 "expect:\t100-Continue \r\n", HTTP_EXPECT_CONTINUE},
                    Expectation{V1 "Expect: 100-continue, 100-continue\r\n", HTTP_EXPECT_CONTINUE},
                    Expectation{V0 "Expect: 100-continue\r\n", HTTP_EXPECT_NONE},
                    Expectation{V1 "Expect:\r\n", HTTP_EXPECT_NONE},
                    Expectation{V1 "Expect: 200-ok\r\n", HTTP_EXPECT_UNKNOWN},
                    Expectation{V0 "Expect: 200-ok\r\n", HTTP_EXPECT_UNKNOWN},
                    Expectation{V1 "Expect: 100-continue, a=b\r\n", HTTP_EXPECT_UNKNOWN},
                    Expectation{V1 "Expect: a=\"b, \\\" c\", 100-continue\r\n",
                                HTTP_EXPECT_UNKNOWN},
                    Expectation{V1 "Expect: a\r\nExpect: 100-continue\r\n", HTTP_EXPECT_UNKNOWN},
                    Expectation{V1 "Expect: 100-continued\r\n", HTTP_EXPECT_UNKNOWN},
                    Expectation{V1 "Expert: a\r\n", HTTP_EXPECT_NONE}));

// RFC 9112 section 6

struct Framing {
    std::string_view fields;
    http_framing framing;
    u64 length;
};

class ParseFraming : public testing::TestWithParam<Framing> {};

TEST_P(ParseFraming, IsFound) {
    const auto &[fields, framing, length] = GetParam();
    const Head head = parse("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");

    ASSERT_EQ(head.result, HTTP_PARSE_DONE) << fields;
    EXPECT_EQ(head.request.framing, framing) << fields;
    EXPECT_EQ(head.request.content_length, length) << fields;
}

// RFC 9110 section 8.6
#define CL "Content-Length: "
INSTANTIATE_TEST_SUITE_P(
    ContentLength, ParseFraming,
    testing::Values(Framing{CL "0\r\n", HTTP_FRAMING_LENGTH, 0},
                    Framing{CL "5\r\n", HTTP_FRAMING_LENGTH, 5},
                    Framing{"content-length:5\t \r\n", HTTP_FRAMING_LENGTH, 5},
                    Framing{CL "00000000000000000000000000000005\r\n", HTTP_FRAMING_LENGTH, 5},
                    Framing{CL "18446744073709551615\r\n", HTTP_FRAMING_LENGTH, UINT64_MAX},
                    Framing{CL "5\r\n" CL "5\r\n", HTTP_FRAMING_LENGTH, 5},
                    Framing{CL "5, 5\r\n", HTTP_FRAMING_LENGTH, 5},
                    Framing{CL "5\t,05 ,5\r\n" CL "5\r\n", HTTP_FRAMING_LENGTH, 5},
                    Framing{"Content-Lengti: 5\r\n", HTTP_FRAMING_NONE, 0},
                    Framing{"Content_Length: 5\r\n", HTTP_FRAMING_NONE, 0}));

// Sections 6.1 and 7.1
#define TE "Transfer-Encoding: "
INSTANTIATE_TEST_SUITE_P(
    TransferEncoding, ParseFraming,
    testing::Values(Framing{TE "chunked\r\n", HTTP_FRAMING_CHUNKED, 0},
                    Framing{"transfer-encoding:\tCHUNKED\t\r\n", HTTP_FRAMING_CHUNKED, 0},
                    Framing{TE "\r\n" TE "chunked\r\n", HTTP_FRAMING_CHUNKED, 0},
                    // Empty elements are no elements (RFC 9110 section 5.6.1.2).
                    Framing{TE " , chunked,,\r\n", HTTP_FRAMING_CHUNKED, 0},
                    Framing{"Transfer_Encoding: chunked\r\n", HTTP_FRAMING_NONE, 0},
                    Framing{"TE: chunked\r\n", HTTP_FRAMING_NONE, 0}));

class ParseFramingRefused : public testing::TestWithParam<Refused> {};

TEST_P(ParseFramingRefused, GetsItsStatus) {
    const auto &[fields, status] = GetParam();
    const Head head = parse("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");

    EXPECT_EQ(head.result, HTTP_PARSE_ERROR) << fields;
    EXPECT_EQ(head.request.status, status) << fields;
}

INSTANTIATE_TEST_SUITE_P(
    ContentLength, ParseFramingRefused,
    testing::Values(Refused{CL "\r\n"}, Refused{CL " \r\n"}, Refused{CL "+5\r\n"},
                    Refused{CL "-5\r\n"}, Refused{CL "-0\r\n"}, Refused{CL "0x5\r\n"},
                    Refused{CL "5a\r\n"}, Refused{CL "a\r\n"}, Refused{CL "5 5\r\n"},
                    Refused{CL "5.0\r\n"}, Refused{CL "5;\r\n"}, Refused{CL "\"5\"\r\n"},
                    Refused{CL "\xef\xbc\x95\r\n"}, Refused{CL "5,\r\n"}, Refused{CL ",5\r\n"},
                    Refused{CL "5,,5\r\n"}, Refused{CL "5, 6\r\n"}, Refused{CL "5\r\n" CL "6\r\n"},
                    Refused{CL "5\r\n" CL "\r\n"}, Refused{CL "99999999999999999999a\r\n"},
                    Refused{CL "18446744073709551616\r\n", 413},
                    Refused{CL "99999999999999999999999999\r\n", 413}));

INSTANTIATE_TEST_SUITE_P(
    TransferEncoding, ParseFramingRefused,
    testing::Values(
        Refused{TE "\r\n"}, Refused{TE ",\r\n"}, Refused{TE "identity\r\n"}, Refused{TE "gzip\r\n"},
        Refused{TE "chunked, gzip\r\n"}, Refused{TE "chunked\r\n" TE "gzip\r\n"},
        Refused{TE "chunked, chunked\r\n"}, Refused{TE "chunked\r\n" TE "chunked\r\n"},
        Refused{TE "chunked, gzip, chunked\r\n"}, Refused{TE "xchunked\r\n"},
        Refused{TE "chunkedx\r\n"}, Refused{TE "chunke\r\n"}, Refused{TE "\"chunked\"\r\n"},
        Refused{TE "chunked;a=b\r\n"}, Refused{TE "chunked;\r\n"}, Refused{TE "chunked ;a\r\n"},
        Refused{TE "chunked a\r\n"}, Refused{TE "chun ked\r\n"}, Refused{TE ";chunked\r\n"},
        Refused{TE "gzip chunked\r\n"}, Refused{TE "gzip;a=\"b, chunked\r\n"},
        Refused{TE "gzip;a=\"b, chunked\"\r\n"}, Refused{TE "\xc3, chunked\r\n"},
        Refused{TE "chunked\r\n" TE "identity\r\n"}, Refused{TE "=, chunked\r\n"}));

INSTANTIATE_TEST_SUITE_P(ForeignCoding, ParseFramingRefused,
                         testing::Values(Refused{TE "gzip, chunked\r\n", 501},
                                         Refused{TE "identity, chunked\r\n", 501},
                                         Refused{TE "gzip\r\n" TE "chunked\r\n", 501},
                                         Refused{TE "a;b=c, chunked\r\n", 501},
                                         Refused{TE "a ; b=\"c, \\\"d\", chunked\r\n", 501}));

// Section 6.3: either field is enough for a smuggler
INSTANTIATE_TEST_SUITE_P(Both, ParseFramingRefused,
                         testing::Values(Refused{CL "5\r\n" TE "chunked\r\n"},
                                         Refused{TE "chunked\r\n" CL "5\r\n"},
                                         Refused{TE "\r\n" CL "5\r\n"},
                                         Refused{TE "gzip, chunked\r\n" CL "0\r\n"}));

// Section 6.1
INSTANTIATE_TEST_SUITE_P(CodingOfHttp10, ParseRefused,
                         testing::Values(Refused{"POST / HTTP/1.0\r\n" TE "chunked\r\n\r\n"},
                                         Refused{"POST / HTTP/1.0\r\n" TE "gzip, chunked\r\n\r\n"},
                                         Refused{"POST / HTTP/1.0\r\n" TE "\r\n\r\n"},
                                         Refused{"POST / HTTP/1.0\r\n" CL "5\r\n" TE
                                                 "chunked\r\n\r\n"}));

// An error does not wait for the end of its line.

TEST(ParseError, ComesWithTheOctetThatShowsIt) {
    EXPECT_EQ(refused_after("\x16\x03\x01"), 1u);
    EXPECT_EQ(refused_after("GET /a#b HTTP/1.1\r\n"), 7u);
    EXPECT_EQ(refused_after("GET / FTP/1.1\r\n"), 7u);
    EXPECT_EQ(refused_after("GET / HTTP/2.0\r\n"), 15u);
    EXPECT_EQ(refused_after("GET / HTTP/1.1\r\n Host: a\r\n"), 17u);
    EXPECT_EQ(refused_after("GET / HTTP/1.1\r\nHost : a\r\n"), 21u);
    EXPECT_EQ(refused_after("GET / HTTP/1.1\r\nA: \x01 and more"), 20u);
    EXPECT_EQ(refused_after("GET / HTTP/1.1\r\n\r\n"), 18u);
}

// RFC 9112 section 3: 414 for a long target, 501 for a long method

TEST(ParseLimits, HoldForMethodAndTarget) {
    const std::string octets = "GET /" + std::string(59, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";

    EXPECT_EQ(parse(octets, {64, 16384, 100}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse(octets, {65, 16384, 100}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse(octets, {63, 16384, 100}).request.status, 414);
    EXPECT_EQ(refused_after(octets, {63, 16384, 100}), 64u);
    EXPECT_EQ(refused_after("\r\n\r\n" + octets, {63, 16384, 100}), 68u);
}

TEST(ParseLimits, HoldForTheMethod) {
    const std::string octets = std::string(64, 'A');

    EXPECT_EQ(parse(octets, {64, 16384, 100}).result, HTTP_PARSE_MORE);
    EXPECT_EQ(parse(octets, {63, 16384, 100}).request.status, 501);
    EXPECT_EQ(refused_after(octets, {63, 16384, 100}), 64u);
}

TEST(ParseLimits, HoldForATargetWithoutEnd) {
    const std::string octets = "GET /" + std::string(100, 'a');

    EXPECT_EQ(parse(octets, {64, 16384, 100}).request.status, 414);
    EXPECT_EQ(refused_after(octets, {64, 16384, 100}), 65u);
    EXPECT_EQ(parse(octets, {UINT32_MAX, 16384, 100}).result, HTTP_PARSE_MORE);
}

// RFC 6585 section 5

TEST(ParseLimits, HoldForTheHead) {
    const std::string octets = "GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n";
    const u32 len = octets.size();

    EXPECT_EQ(parse(octets, {8192, len, 100}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse(octets + "GET", {8192, len, 100}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse(octets, {8192, len + 1, 100}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse("\r\n" + octets, {8192, len + 2, 100}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse("\r\n" + octets, {8192, len + 1, 100}).request.status, 431);
    // From the field section on, as soon as the head cannot end within the limit.
    for (u32 limit = 16; limit < len; limit++) {
        EXPECT_EQ(parse(octets, {8192, limit, 100}).request.status, 431) << limit;
        EXPECT_EQ(refused_after(octets, {8192, limit, 100}), limit);
    }
}

TEST(ParseLimits, OfTheHeadAreToldByWhatWasTooLong) {
    EXPECT_EQ(parse("GET /" + std::string(20, 'a'), {8192, 16, 100}).request.status, 414);
    EXPECT_EQ(parse("GET / HTTP/1.1\r\n", {8192, 10, 100}).request.status, 414);
    EXPECT_EQ(parse("GET / HTTP/1.1\r\n", {8192, 15, 100}).request.status, 414);
    EXPECT_EQ(parse(std::string(20, 'A'), {8192, 16, 100}).request.status, 501);
    EXPECT_EQ(parse("\r\n\r\n\r\n\r\n\r\n", {8192, 8, 100}).request.status, 400);
    EXPECT_EQ(parse("\r\n\r\n\r\n\r\n\r\n", {8192, 7, 100}).request.status, 400);
    EXPECT_EQ(parse("GET / HTTP/1.1\r\nA: " + std::string(20, 'b'), {8192, 32, 100}).request.status,
              431);
}

TEST(ParseLimits, HoldForTheNumberOfFields) {
    const std::string octets = "GET / HTTP/1.1\r\nHost: a\r\nB: c\r\nD: e\r\n\r\n";

    EXPECT_EQ(parse(octets, {8192, 16384, 3}).result, HTTP_PARSE_DONE);
    EXPECT_EQ(parse(octets, {8192, 16384, 3}).request.nr_fields, 3u);
    EXPECT_EQ(parse(octets, {8192, 16384, 2}).request.status, 431);
    EXPECT_EQ(refused_after(octets, {8192, 16384, 2}), octets.find("D: e") + 1);
}

// What is refused is still to be logged.

TEST(ParseError, HasTheRequestLineAsFarAsItWasSeen) {
    const auto line = [](std::string_view octets) {
        const Head head = parse(octets);
        EXPECT_EQ(head.result, HTTP_PARSE_ERROR);
        return head.text(head.request.line);
    };

    EXPECT_EQ(line("\x16\x03"), "");
    EXPECT_EQ(line("G\x01"), "G");
    EXPECT_EQ(line("\r\nGET /a#b HTTP/1.1\r\n"), "GET /a");
    EXPECT_EQ(line("GET / HTTP/1.x\r\n"), "GET / HTTP/1.");
    EXPECT_EQ(line("GET / HTTP/2.0\r\n"), "GET / HTTP/2.0");
    EXPECT_EQ(line("GET / HTTP/1.1\r\n\r\n"), "GET / HTTP/1.1");
}

} // namespace
