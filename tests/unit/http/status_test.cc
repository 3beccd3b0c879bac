// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

extern "C" {
#include "status.h"
}

namespace {

// RFC 9110 section 15, RFC 6585
TEST(StatusReason, IsTheRegisteredPhrase) {
    EXPECT_STREQ(http_status_reason(200), "OK");
    EXPECT_STREQ(http_status_reason(301), "Moved Permanently");
    EXPECT_STREQ(http_status_reason(304), "Not Modified");
    EXPECT_STREQ(http_status_reason(400), "Bad Request");
    EXPECT_STREQ(http_status_reason(403), "Forbidden");
    EXPECT_STREQ(http_status_reason(404), "Not Found");
    EXPECT_STREQ(http_status_reason(405), "Method Not Allowed");
    EXPECT_STREQ(http_status_reason(408), "Request Timeout");
    EXPECT_STREQ(http_status_reason(413), "Content Too Large");
    EXPECT_STREQ(http_status_reason(414), "URI Too Long");
    EXPECT_STREQ(http_status_reason(417), "Expectation Failed");
    EXPECT_STREQ(http_status_reason(429), "Too Many Requests");
    EXPECT_STREQ(http_status_reason(431), "Request Header Fields Too Large");
    EXPECT_STREQ(http_status_reason(500), "Internal Server Error");
    EXPECT_STREQ(http_status_reason(501), "Not Implemented");
    EXPECT_STREQ(http_status_reason(503), "Service Unavailable");
    EXPECT_STREQ(http_status_reason(505), "HTTP Version Not Supported");
}

TEST(StatusReason, IsUnknownForOtherCodes) {
    EXPECT_STREQ(http_status_reason(299), "Unknown");
    EXPECT_STREQ(http_status_reason(999), "Unknown");
}

// Written into exactly so many octets, so that a sanitizer sees one more.
std::string error_body(u16 status, size_t size) {
    std::vector<char> page(size);

    page.resize(http_error_body(page.data(), page.size(), status));
    return {page.begin(), page.end()};
}

TEST(ErrorBody, IsAPageThatNamesTheStatus) {
    struct {
        u16 status;
        std::string reason;
    } const errors[] = {{404, "Not Found"}, {429, "Too Many Requests"}};

    for (const auto &[status, reason] : errors) {
        const std::string page = error_body(status, HTTP_ERROR_BODY_MAX);
        const std::string code = std::to_string(status);

        EXPECT_TRUE(page.starts_with("<!DOCTYPE html>\n")) << page;
        EXPECT_NE(page.find("<title>" + code + " " + reason + "</title>"), page.npos) << page;
        EXPECT_NE(page.find("<h1><b>" + code + "</b> " + reason + "</h1>"), page.npos) << page;
        EXPECT_NE(page.find("<meta name=\"color-scheme\" content=\"light dark\">"), page.npos)
            << page;
        EXPECT_TRUE(page.ends_with("</html>\n")) << page;
    }
}

TEST(ErrorBody, FitsForEveryStatus) {
    for (u16 status = 100; status < 1000; status++)
        EXPECT_FALSE(error_body(status, HTTP_ERROR_BODY_MAX).empty()) << status;
}

TEST(ErrorBody, IsNotWrittenInPart) {
    const std::string page = error_body(403, HTTP_ERROR_BODY_MAX);

    EXPECT_EQ(error_body(403, page.size()), page);
    for (size_t size = 0; size < page.size(); size++)
        EXPECT_EQ(error_body(403, size), "") << size;
}

} // namespace
