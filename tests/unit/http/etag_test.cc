// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

extern "C" {
#include "etag.h"
}

namespace {

std::string format(u64 size, s64 sec, u32 nsec) {
    std::string tag(HTTP_ETAG_MAX, '?');

    tag.resize(http_etag_format(tag.data(), size, sec, nsec));
    return tag;
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

TEST(Etag, FitsWhateverItIsMadeOf) {
    EXPECT_EQ(format(UINT64_MAX, -1, 999999999), "\"ffffffffffffffff-ffffffffffffffff\"");
    EXPECT_EQ(format(UINT64_MAX, -1, 999999999).size(), size_t{HTTP_ETAG_MAX});
    EXPECT_LE(format(UINT64_MAX, INT64_MIN, 999999999).size(), size_t{HTTP_ETAG_MAX});
    EXPECT_LE(format(UINT64_MAX, INT64_MAX, 999999999).size(), size_t{HTTP_ETAG_MAX});
}

} // namespace
