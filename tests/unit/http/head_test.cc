// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "date.h"
#include "etag.h"
#include "head.h"
#include "mime.h"
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
    head.type = "text/html; charset=utf-8";
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

http_head fullest() {
    static const std::string etag(HTTP_ETAG_MAX, 'e');
    http_head head = minimal(431);

    head.server = true;
    head.type = "";
    for (u32 i = 0; i < http_mime_table_len; i++)
        if (std::string_view(http_mime_table[i].type).size() > std::string_view(head.type).size())
            head.type = http_mime_table[i].type;
    head.has_length = true;
    head.content_length = UINT64_MAX;
    head.has_mtime = true;
    head.etag = etag.data();
    head.etag_len = etag.size();
    head.location = "";
    head.allow = true;
    head.retry_after = UINT32_MAX;
    head.minor = 0;
    return head;
}

TEST(Head, FitsIntoItsMaximum) {
    EXPECT_FALSE(write(fullest()).empty());
}

TEST(Head, IsNotWrittenInPart) {
    const std::string octets = write(fullest());

    EXPECT_EQ(write(fullest(), octets.size()), octets);
    for (size_t size = 0; size < octets.size(); size++)
        EXPECT_EQ(write(fullest(), size), "") << size;
}

} // namespace
