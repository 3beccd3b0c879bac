// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

extern "C" {
#include "etag.h"
}

namespace {

std::string format(const http_etag_source &source) {
    std::string tag(HTTP_ETAG_MAX, '?');

    tag.resize(http_etag_format(tag.data(), &source));
    return tag;
}

std::string format(u64 size, s64 sec, u32 nsec) {
    return format({size, sec, nsec, 0, nullptr});
}

// RFC 9110 section 8.8.3: opaque-tag in quotes, no "W/"
TEST(Etag, IsSizeAndTimeInHexadecimal) {
    EXPECT_EQ(format(0, 0, 0), "\"0-0\"");
    EXPECT_EQ(format(4096, 1, 5), "\"1000-3b9aca05\"");
    EXPECT_EQ(format(12, 1700000000, 123456789), "\"c-17979cfe3d85cd15\"");
}

TEST(Etag, TellsNanosecondsApart) {
    EXPECT_NE(format(1, 1700000000, 1), format(1, 1700000000, 2));
    EXPECT_NE(format(1, 1700000000, 999999999), format(1, 1700000001, 0));
    EXPECT_NE(format(1, 1700000000, 0), format(2, 1700000000, 0));
    EXPECT_NE(format(1, -1, 0), format(1, 1, 0));
}

TEST(Etag, TellsInodesApartIfWanted) {
    EXPECT_EQ(format({1, 0, 2, 0, nullptr}), "\"1-2\"");
    EXPECT_EQ(format({1, 0, 2, 3, nullptr}), "\"1-2-3\"");
    EXPECT_EQ(format({1, 0, 2, 0xbb, nullptr}), "\"1-2-bb\"");
}

// Section 8.8.3.3: each coding is another representation
TEST(Etag, TellsCodingsApart) {
    EXPECT_EQ(format({1, 0, 2, 0, "br"}), "\"1-2-br\"");
    EXPECT_EQ(format({1, 0, 2, 0, "gzip"}), "\"1-2-gzip\"");
    EXPECT_EQ(format({1, 0, 2, 3, "zstd"}), "\"1-2-3-zstd\"");
}

TEST(Etag, FitsWhateverItIsMadeOf) {
    const http_etag_source most{UINT64_MAX, -1, 999999999, UINT64_MAX, "deflate"};

    EXPECT_EQ(format(UINT64_MAX, -1, 999999999), "\"ffffffffffffffff-ffffffffffffffff\"");
    EXPECT_EQ(format(most), "\"ffffffffffffffff-ffffffffffffffff-ffffffffffffffff-deflate\"");
    EXPECT_EQ(format(most).size(), size_t{HTTP_ETAG_MAX});
    EXPECT_NE(format(UINT64_MAX, INT64_MIN, 999999999), "");
    EXPECT_NE(format(UINT64_MAX, INT64_MAX, 999999999), "");
}

struct Comparison {
    std::string tag;
    std::string other;
    bool strong;
    bool weak;
};

class EtagComparison : public testing::TestWithParam<Comparison> {};

TEST_P(EtagComparison, IsAsTheFunctionSays) {
    const auto &[tag, other, strong, weak] = GetParam();

    EXPECT_EQ(http_etag_equal_strong(tag.data(), tag.size(), other.data(), other.size()), strong);
    EXPECT_EQ(http_etag_equal_weak(tag.data(), tag.size(), other.data(), other.size()), weak);
}

// Its table 3
INSTANTIATE_TEST_SUITE_P(Rfc9110Section8832, EtagComparison,
                         testing::Values(Comparison{"W/\"1\"", "W/\"1\"", false, true},
                                         Comparison{"W/\"1\"", "W/\"2\"", false, false},
                                         Comparison{"W/\"1\"", "\"1\"", false, true},
                                         Comparison{"\"1\"", "\"1\"", true, true}));
INSTANTIATE_TEST_SUITE_P(
    Others, EtagComparison,
    testing::Values(
        Comparison{"\"1\"", "W/\"1\"", false, true}, Comparison{"\"1\"", "w/\"1\"", false, false},
        Comparison{"\"1\"", "W\"1\"", false, false}, Comparison{"\"1\"", "W/W/\"1\"", false, false},
        Comparison{"\"1\"", "\"1", false, false}, Comparison{"\"1\"", "1", false, false},
        Comparison{"\"1\"", "\"11\"", false, false}, Comparison{"\"a\"", "\"A\"", false, false},
        Comparison{"\"\"", "\"\"", true, true}, Comparison{"\"1\"", "", false, false},
        Comparison{"\"1\"", "W", false, false}, Comparison{"\"1\"", "W/", false, false},
        Comparison{"\"\x80\"", "\"\x80\"", true, true}));

} // namespace
