// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

extern "C" {
#include "multipart.h"
}

namespace {

constexpr u64 seed = 0x0123456789abcdef;
#define BOUNDARY "fedcba9876543210"

http_multipart multipart(const http_ranges &ranges, u64 size, const char *type,
                         const char *charset = nullptr) {
    http_multipart parts{&ranges, size, type, charset, {}};

    http_multipart_boundary(&parts, seed);
    return parts;
}

std::string delimiter(const http_multipart &parts, u32 part, size_t room = 1000) {
    std::vector<char> buffer(room);

    return {buffer.data(), http_multipart_delimiter(&parts, part, buffer.data(), buffer.size())};
}

// Everything that is sent of a representation that is all dots.
std::string content(const http_multipart &parts) {
    std::string all;

    for (u32 i = 0; i < parts.ranges->nr; i++)
        all += delimiter(parts, i) + std::string(parts.ranges->range[i].len, '.');
    return all + delimiter(parts, parts.ranges->nr);
}

// RFC 9110 section 14.6, RFC 2046 section 5.1.1
TEST(Multipart, HasPartsBetweenDelimiters) {
    const http_ranges ranges{2, {{500, 3}, {0, 1}}};
    const http_multipart parts = multipart(ranges, 8000, "application/pdf");

    EXPECT_EQ(content(parts), "--" BOUNDARY "\r\n"
                              "Content-Type: application/pdf\r\n"
                              "Content-Range: bytes 500-502/8000\r\n"
                              "\r\n"
                              "...\r\n"
                              "--" BOUNDARY "\r\n"
                              "Content-Type: application/pdf\r\n"
                              "Content-Range: bytes 0-0/8000\r\n"
                              "\r\n"
                              ".\r\n"
                              "--" BOUNDARY "--\r\n");
}

TEST(Multipart, TellsTheCharsetOfItsParts) {
    const http_ranges ranges{1, {{0, 1}}};

    EXPECT_EQ(delimiter(multipart(ranges, 1, "text/html", "utf-8"), 0),
              "--" BOUNDARY "\r\n"
              "Content-Type: text/html; charset=utf-8\r\n"
              "Content-Range: bytes 0-0/1\r\n"
              "\r\n");
}

TEST(Multipart, HasATypeWithItsBoundary) {
    const http_ranges ranges{};
    const http_multipart parts = multipart(ranges, 1, "a/b");
    std::vector<char> type(HTTP_MULTIPART_TYPE_MAX);

    http_multipart_type(&parts, type.data());
    EXPECT_STREQ(type.data(), "multipart/byteranges; boundary=" BOUNDARY);
}

TEST(Multipart, HasABoundaryForEachNumber) {
    const http_ranges ranges{};
    http_multipart parts = multipart(ranges, 1, "a/b");

    http_multipart_boundary(&parts, 0);
    EXPECT_EQ(std::string(parts.boundary, HTTP_BOUNDARY_LEN), "0000000000000000");
    http_multipart_boundary(&parts, UINT64_MAX);
    EXPECT_EQ(std::string(parts.boundary, HTTP_BOUNDARY_LEN), "ffffffffffffffff");
    http_multipart_boundary(&parts, 1);
    EXPECT_EQ(std::string(parts.boundary, HTTP_BOUNDARY_LEN), "1000000000000000");
}

TEST(Multipart, KnowsItsLength) {
    const http_ranges ranges{4, {{0, 1}, {9, 91}, {1000, 10000}, {99999, 900001}}};

    for (const char *charset : {static_cast<const char *>(nullptr), "", "utf-8"}) {
        for (const std::string &type : {std::string("a/b"), "a/" + std::string(253, 'b')}) {
            const http_multipart parts = multipart(ranges, 1000000, type.c_str(), charset);
            EXPECT_EQ(http_multipart_length(&parts), content(parts).size());
        }
    }
}

TEST(Multipart, KnowsALengthOfMoreThan32Bits) {
    const http_ranges ranges{2, {{0, u64{1} << 33}, {u64{1} << 40, u64{1} << 41}}};
    const http_multipart parts = multipart(ranges, u64{1} << 42, "a/b");

    EXPECT_EQ(http_multipart_length(&parts),
              (u64{1} << 33) + (u64{1} << 41) + delimiter(parts, 0).size() +
                  delimiter(parts, 1).size() + delimiter(parts, 2).size());
}

TEST(Multipart, FitsWhereItSaysSo) {
    const http_ranges ranges{2, {{UINT64_MAX - 2, 1}, {UINT64_MAX - 1, 1}}};
    const std::string type(255, 't'), charset(100, 'c');
    const http_multipart parts = multipart(ranges, UINT64_MAX, type.c_str(), charset.c_str());
    const size_t room = HTTP_MULTIPART_DELIMITER_MAX + type.size() + charset.size();

    for (u32 part = 0; part < 3; part++) {
        const std::string whole = delimiter(parts, part, room);
        EXPECT_FALSE(whole.empty()) << part;
        EXPECT_EQ(delimiter(parts, part, whole.size()), whole);
        EXPECT_EQ(delimiter(parts, part, whole.size() - 1), "");
    }
}

} // namespace
