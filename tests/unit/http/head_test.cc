// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "date.h"
#include "etag.h"
#include "head.h"
}

namespace {

constexpr char date[] = "Sun, 06 Nov 1994 08:49:37 GMT";

// Written into exactly so many octets, so that a sanitizer sees one more.
std::string write(const http_head &head, size_t size = HTTP_HEAD_MAX) {
    std::vector<char> octets(size);

    octets.resize(http_head_write(octets.data(), octets.size(), &head));
    return {octets.begin(), octets.end()};
}

http_head minimal(u16 status) {
    http_head head{};

    head.date = date;
    head.status = status;
    head.minor = 1;
    head.keep_alive = true;
    return head;
}

bool says(const std::string &octets, std::string_view line) {
    return octets.find("\r\n" + std::string(line) + "\r\n") != octets.npos;
}

bool mentions(const std::string &octets, std::string_view name) {
    return octets.find("\r\n" + std::string(name) + ":") != octets.npos;
}

TEST(Head, SaysNoMoreThanItIsTold) {
    EXPECT_EQ(write(minimal(200)), "HTTP/1.1 200 OK\r\n"
                                   "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                   "\r\n");
}

TEST(Head, SaysAllOfAFile) {
    http_head head = minimal(200);

    head.server = true;
    head.type = "text/html";
    head.charset = "utf-8";
    head.has_length = true;
    head.content_length = 3221225472;
    head.has_mtime = true;
    head.mtime = 784111776;
    head.etag = "\"c-1\"and more";
    head.etag_len = 5;
    EXPECT_EQ(write(head), "HTTP/1.1 200 OK\r\n"
                           "Server: khttpd\r\n"
                           "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                           "Content-Type: text/html; charset=utf-8\r\n"
                           "Content-Length: 3221225472\r\n"
                           "Last-Modified: Sun, 06 Nov 1994 08:49:36 GMT\r\n"
                           "ETag: \"c-1\"\r\n"
                           "\r\n");
}

// RFC 9110 section 15.4.2
TEST(Head, SaysWhereToGo) {
    http_head head = minimal(301);

    head.location = "/a%20b/?q and more";
    head.location_len = 9;
    EXPECT_TRUE(says(write(head), "Location: /a%20b/?q"));
    EXPECT_TRUE(write(head).starts_with("HTTP/1.1 301 Moved Permanently\r\n"));
}

// RFC 9110 section 15.5.6
TEST(Head, SaysWhichMethodsAreAllowed) {
    http_head head = minimal(405);

    head.allow = true;
    EXPECT_TRUE(says(write(head), "Allow: GET, HEAD, OPTIONS"));
}

// RFC 9110 section 10.2.3
TEST(Head, SaysWhenToTryAgain) {
    http_head head = minimal(503);

    EXPECT_FALSE(mentions(write(head), "Retry-After"));
    head.retry_after = 10;
    EXPECT_TRUE(says(write(head), "Retry-After: 10"));
}

struct Persistence {
    u8 minor;
    bool keep_alive;
    const char *field;
};

class HeadConnection : public testing::TestWithParam<Persistence> {};

// RFC 9112 section 9.3; an HTTP/1.0 client is told that it gets what it asked for
TEST_P(HeadConnection, SaysWhatTheClientWouldNotAssume) {
    http_head head = minimal(200);

    head.minor = GetParam().minor;
    head.keep_alive = GetParam().keep_alive;
    const std::string octets = write(head);
    EXPECT_TRUE(octets.starts_with("HTTP/1.1 "));
    if (GetParam().field)
        EXPECT_TRUE(says(octets, GetParam().field)) << octets;
    else
        EXPECT_FALSE(mentions(octets, "Connection")) << octets;
}

INSTANTIATE_TEST_SUITE_P(Rfc9112, HeadConnection,
                         testing::Values(Persistence{1, true, nullptr},
                                         Persistence{1, false, "Connection: close"},
                                         Persistence{0, true, "Connection: keep-alive"},
                                         Persistence{0, false, "Connection: close"}));

struct Length {
    u16 status;
    bool said;
};

class HeadLength : public testing::TestWithParam<Length> {};

// RFC 9110 sections 8.6 and 15.4.5
TEST_P(HeadLength, IsNotSaidWhereThereIsNoContent) {
    http_head head = minimal(GetParam().status);

    head.has_length = true;
    EXPECT_EQ(says(write(head), "Content-Length: 0"), GetParam().said);
    EXPECT_EQ(mentions(write(head), "Content-Length"), GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(Rfc9110, HeadLength,
                         testing::Values(Length{100, false}, Length{199, false}, Length{200, true},
                                         Length{204, false}, Length{206, true}, Length{301, true},
                                         Length{304, false}, Length{404, true}, Length{503, true}));

TEST(Head, SaysTheCharsetWithTheType) {
    http_head head = minimal(200);

    head.charset = "utf-8";
    EXPECT_FALSE(mentions(write(head), "Content-Type"));
    head.type = "text/html";
    EXPECT_TRUE(says(write(head), "Content-Type: text/html; charset=utf-8"));
    head.charset = nullptr;
    EXPECT_TRUE(says(write(head), "Content-Type: text/html"));
}

// RFC 9110 section 8.4
TEST(Head, SaysTheContentCoding) {
    http_head head = minimal(200);

    head.coding = "gzip";
    EXPECT_TRUE(says(write(head), "Content-Encoding: gzip"));
}

// RFC 9112 section 6.1
TEST_P(HeadLength, IsNotSaidOfAChunkedContent) {
    http_head head = minimal(GetParam().status);

    head.has_length = true;
    head.chunked = true;
    EXPECT_EQ(says(write(head), "Transfer-Encoding: chunked"), GetParam().said);
    EXPECT_FALSE(mentions(write(head), "Content-Length"));
    head.minor = 0;
    EXPECT_FALSE(mentions(write(head), "Transfer-Encoding"));
    EXPECT_FALSE(mentions(write(head), "Content-Length"));
}

struct Range {
    u16 status;
    u64 off;
    u64 len;
    u64 size;
    const char *field;
};

class HeadRange : public testing::TestWithParam<Range> {};

// RFC 9110 section 14.4
TEST_P(HeadRange, IsSaid) {
    http_head head = minimal(GetParam().status);

    head.range_off = GetParam().off;
    head.range_len = GetParam().len;
    head.range_size = GetParam().size;
    EXPECT_FALSE(mentions(write(head), "Content-Range"));
    head.has_range = true;
    EXPECT_TRUE(says(write(head), GetParam().field)) << write(head);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section144, HeadRange,
    testing::Values(Range{206, 0, 1, 1, "Content-Range: bytes 0-0/1"},
                    Range{206, 42, 1193, 1234, "Content-Range: bytes 42-1234/1234"},
                    Range{206, u64{1} << 32, u64{1} << 32, u64{1} << 34,
                          "Content-Range: bytes 4294967296-8589934591/17179869184"},
                    Range{206, UINT64_MAX - 1, 1, UINT64_MAX,
                          "Content-Range: bytes 18446744073709551614-18446744073709551614/"
                          "18446744073709551615"},
                    Range{416, 0, 0, 0, "Content-Range: bytes */0"},
                    Range{416, 5, 5, UINT64_MAX, "Content-Range: bytes */18446744073709551615"}));

TEST(Head, SaysAllOfARange) {
    http_head head = minimal(206);

    head.type = "video/mp4";
    head.has_length = true;
    head.content_length = 10;
    head.has_range = true;
    head.range_off = 5;
    head.range_len = 10;
    head.range_size = 100;
    head.accept_ranges = true;
    head.etag = "\"c\"";
    head.etag_len = 3;
    EXPECT_EQ(write(head), "HTTP/1.1 206 Partial Content\r\n"
                           "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                           "Content-Type: video/mp4\r\n"
                           "Content-Range: bytes 5-14/100\r\n"
                           "Content-Length: 10\r\n"
                           "ETag: \"c\"\r\n"
                           "Accept-Ranges: bytes\r\n"
                           "\r\n");
}

struct Vary {
    u8 vary;
    const char *field;
};

class HeadVary : public testing::TestWithParam<Vary> {};

// RFC 9110 section 12.5.5
TEST_P(HeadVary, NamesWhatTheResponseDependsOn) {
    for (u16 status : {200, 206, 304}) {
        http_head head = minimal(status);

        head.vary = GetParam().vary;
        if (GetParam().field)
            EXPECT_TRUE(says(write(head), GetParam().field)) << write(head);
        else
            EXPECT_FALSE(mentions(write(head), "Vary")) << write(head);
        head.hide = HTTP_HEAD_VARY;
        EXPECT_FALSE(mentions(write(head), "Vary")) << write(head);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1255, HeadVary,
    testing::Values(
        Vary{0, nullptr}, Vary{HTTP_VARY_ACCEPT_ENCODING, "Vary: Accept-Encoding"},
        Vary{HTTP_VARY_ACCEPT, "Vary: Accept"}, Vary{HTTP_VARY_ORIGIN, "Vary: Origin"},
        Vary{HTTP_VARY_ACCEPT_ENCODING | HTTP_VARY_ACCEPT, "Vary: Accept-Encoding, Accept"},
        Vary{HTTP_VARY_ACCEPT_ENCODING | HTTP_VARY_ORIGIN, "Vary: Accept-Encoding, Origin"},
        Vary{HTTP_VARY_ACCEPT | HTTP_VARY_ORIGIN, "Vary: Accept, Origin"},
        Vary{HTTP_VARY_ACCEPT_ENCODING | HTTP_VARY_ACCEPT | HTTP_VARY_ORIGIN,
             "Vary: Accept-Encoding, Accept, Origin"}));

// RFC 9111 sections 5.2 and 5.3
TEST(Head, SaysWhatACacheMayDo) {
    http_head head = minimal(200);

    head.cache_control = "max-age=31536000, immutable";
    EXPECT_TRUE(says(write(head), "Cache-Control: max-age=31536000, immutable"));
    EXPECT_FALSE(mentions(write(head), "Expires"));
    head.has_expires = true;
    head.expires = 784111777;
    EXPECT_TRUE(says(write(head), "Expires: Sun, 06 Nov 1994 08:49:37 GMT"));
}

// The Fetch Standard, section 3.2.3
TEST(Head, SaysWhoseScriptsMayRead) {
    http_head head = minimal(200);

    head.origin = "https://a.example and more";
    head.origin_len = 17;
    EXPECT_TRUE(says(write(head), "Access-Control-Allow-Origin: https://a.example"));
    EXPECT_FALSE(mentions(write(head), "Access-Control-Allow-Methods"));
    EXPECT_FALSE(mentions(write(head), "Access-Control-Max-Age"));
}

// The Fetch Standard, section 4.8
TEST(Head, AnswersAPreflight) {
    http_head head = minimal(204);

    head.origin = "*";
    head.origin_len = 1;
    head.preflight = true;
    head.max_age = 86400;
    EXPECT_EQ(write(head), "HTTP/1.1 204 No Content\r\n"
                           "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                           "Access-Control-Allow-Origin: *\r\n"
                           "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
                           "Access-Control-Allow-Headers: *\r\n"
                           "Access-Control-Max-Age: 86400\r\n"
                           "\r\n");
}

TEST(Head, SaysAddedFieldsAsTheyAre) {
    http_head head = minimal(404);

    head.fields = "X-A: b\r\nX-C:  d\r\nand more";
    head.fields_len = 17;
    EXPECT_TRUE(says(write(head), "X-A: b\r\nX-C:  d")) << write(head);
    EXPECT_FALSE(write(head).find("and more") != std::string::npos);
    EXPECT_TRUE(write(head).ends_with("\r\n\r\n"));
}

// Everything that is ever said of a file.
http_head of_a_file(u16 status) {
    http_head head = minimal(status);

    head.server = true;
    head.type = "text/css";
    head.charset = "utf-8";
    head.coding = "br";
    head.has_length = true;
    head.content_length = 5;
    head.has_mtime = true;
    head.mtime = 784111776;
    head.etag = "\"c-br\"";
    head.etag_len = 6;
    head.cache_control = "no-cache";
    head.has_expires = true;
    head.expires = 784111778;
    head.vary = HTTP_VARY_ACCEPT_ENCODING;
    head.accept_ranges = true;
    head.origin = "*";
    head.origin_len = 1;
    head.fields = "X-A: b\r\n";
    head.fields_len = 8;
    return head;
}

// RFC 9110 section 15.4.5: what a cache may have to update, and no more
TEST(Head, SaysInA304WhatThe200WouldSayToACache) {
    EXPECT_EQ(write(of_a_file(304)), "HTTP/1.1 304 Not Modified\r\n"
                                     "Server: khttpd\r\n"
                                     "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                                     "ETag: \"c-br\"\r\n"
                                     "Cache-Control: no-cache\r\n"
                                     "Expires: Sun, 06 Nov 1994 08:49:38 GMT\r\n"
                                     "Vary: Accept-Encoding\r\n"
                                     "Access-Control-Allow-Origin: *\r\n"
                                     "X-A: b\r\n"
                                     "\r\n");
}

TEST(Head, SaysInA304WhenItWasModifiedOnlyWithoutATag) {
    http_head head = of_a_file(304);

    EXPECT_FALSE(mentions(write(head), "Last-Modified"));
    head.hide = HTTP_HEAD_ETAG;
    EXPECT_TRUE(mentions(write(head), "Last-Modified"));
    head.hide = 0;
    head.etag = nullptr;
    EXPECT_TRUE(mentions(write(head), "Last-Modified"));
}

// Each line without its name and value taken out of a head.
TEST(Head, LeavesOutWhatIsHidden) {
    const struct {
        u8 bit;
        const char *name;
    } hidden[] = {
        {HTTP_HEAD_SERVER, "Server"},
        {HTTP_HEAD_LAST_MODIFIED, "Last-Modified"},
        {HTTP_HEAD_ETAG, "ETag"},
        {HTTP_HEAD_ACCEPT_RANGES, "Accept-Ranges"},
        {HTTP_HEAD_CONTENT_TYPE, "Content-Type"},
        {HTTP_HEAD_VARY, "Vary"},
    };

    for (unsigned hide = 0; hide < 64; hide++) {
        http_head head = of_a_file(200);
        const std::string all = write(head);
        size_t lines = std::ranges::count(all, '\n');

        head.hide = hide;
        const std::string octets = write(head);
        for (const auto &[bit, name] : hidden) {
            EXPECT_TRUE(mentions(all, name));
            EXPECT_EQ(mentions(octets, name), !(hide & bit)) << name;
            lines -= (hide & bit) != 0;
        }
        EXPECT_EQ(size_t(std::ranges::count(octets, '\n')), lines);
    }
}

// RFC 9110 section 14.6: nobody could take the parts apart without the boundary
TEST(Head, NeverHidesTheTypeOfAMultipart) {
    http_head head = minimal(206);

    head.type = "multipart/byteranges; boundary=x";
    head.hide = HTTP_HEAD_CONTENT_TYPE;
    EXPECT_TRUE(says(write(head), "Content-Type: multipart/byteranges; boundary=x"));
    head.has_range = true;
    EXPECT_FALSE(mentions(write(head), "Content-Type"));
}

// All there is at once, though no response says so much.
http_head fullest() {
    static const std::string etag(HTTP_ETAG_MAX, 'e');
    static const std::string type(255, 't');
    static const std::string value(2048, 'v');
    http_head head = minimal(431);

    head.server = true;
    head.type = type.c_str();
    head.charset = type.c_str();
    head.coding = "identity";
    head.has_length = true;
    head.content_length = UINT64_MAX;
    head.has_range = true;
    head.range_size = UINT64_MAX;
    head.has_mtime = true;
    head.etag = etag.data();
    head.etag_len = etag.size();
    head.cache_control = value.c_str();
    head.has_expires = true;
    head.vary = 0xff;
    head.accept_ranges = true;
    head.location = value.data();
    head.location_len = value.size();
    head.allow = true;
    head.retry_after = UINT32_MAX;
    head.origin = value.data();
    head.origin_len = value.size();
    head.preflight = true;
    head.max_age = UINT32_MAX;
    head.fields = value.data();
    head.fields_len = value.size();
    head.minor = 0;
    return head;
}

TEST(Head, FitsIntoItsMaximum) {
    http_head head = fullest();

    EXPECT_EQ(http_head_variable(&head), 2 * 255u + HTTP_ETAG_MAX + 4 * 2048u);
    EXPECT_FALSE(write(head, HTTP_HEAD_MAX + http_head_variable(&head)).empty());
    head.status = 206;
    head.range_off = UINT64_MAX - 1;
    head.range_len = 1;
    EXPECT_FALSE(write(head, HTTP_HEAD_MAX + http_head_variable(&head)).empty());

    const http_head none = minimal(200);
    EXPECT_EQ(http_head_variable(&none), 0u);
}

TEST(Head, IsNotWrittenInPart) {
    const std::string octets = write(fullest(), 16384);

    ASSERT_FALSE(octets.empty());
    EXPECT_EQ(write(fullest(), octets.size()), octets);
    for (size_t size = 0; size < octets.size(); size++)
        EXPECT_EQ(write(fullest(), size), "") << size;
}

} // namespace
