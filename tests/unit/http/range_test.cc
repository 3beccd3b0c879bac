// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "request.h"

extern "C" {
#include "range.h"
}

namespace {

using Parts = std::vector<std::pair<u64, u64>>; // first and last octet, as Content-Range has them

struct Selected {
    u16 status;
    Parts parts;

    bool operator==(const Selected &) const = default;
};

void PrintTo(const Selected &selected, std::ostream *out) {
    *out << selected.status;
    for (const auto &[first, last] : selected.parts)
        *out << " " << first << "-" << last;
}

Selected select(const Lines &lines, u64 size, std::string_view method = "GET") {
    const Request request(lines, method);
    http_ranges ranges;
    Selected selected;

    selected.status = http_range_select(request.get(), request.buf(), size, &ranges);
    EXPECT_LE(ranges.nr, u32{HTTP_RANGES_MAX});
    if (selected.status == 206)
        for (u32 i = 0; i < ranges.nr; i++)
            selected.parts.emplace_back(ranges.range[i].off,
                                        ranges.range[i].off + ranges.range[i].len - 1);
    return selected;
}

struct Range {
    std::string value;
    u64 size;
    Selected selected;
};

class Ranges : public testing::TestWithParam<Range> {};

TEST_P(Ranges, AreSelected) {
    const auto &[value, size, selected] = GetParam();

    EXPECT_EQ(select({"Range: " + value}, size), selected) << value << " of " << size;
}

// Section 14.2: range handling is defined for GET alone
TEST_P(Ranges, AreIgnoredWithOtherMethods) {
    const auto &[value, size, selected] = GetParam();

    for (const char *method : {"HEAD", "OPTIONS", "POST", "FOO"})
        EXPECT_EQ(select({"Range: " + value}, size, method), (Selected{200, {}})) << value;
}

TEST(Range, IsNoneWithoutAField) {
    EXPECT_EQ(select({}, 1000), (Selected{200, {}}));
    EXPECT_EQ(select({"Ranges: bytes=0-0"}, 1000), (Selected{200, {}}));
}

// Its examples
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1412, Ranges,
    testing::Values(Range{"bytes=0-499", 10000, {206, {{0, 499}}}},
                    Range{"bytes=500-999", 10000, {206, {{500, 999}}}},
                    Range{"bytes=-500", 10000, {206, {{9500, 9999}}}},
                    Range{"bytes=9500-", 10000, {206, {{9500, 9999}}}},
                    Range{"bytes=0-0,-1", 10000, {206, {{0, 0}, {9999, 9999}}}},
                    Range{"bytes= 0-999, 4500-5499, -1000",
                          10000,
                          {206, {{0, 999}, {4500, 5499}, {9000, 9999}}}},
                    Range{"bytes=500-600,601-999", 10000, {206, {{500, 999}}}},
                    Range{"bytes=500-700,601-999", 10000, {206, {{500, 999}}}}));
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1411Int, Ranges,
    testing::Values(Range{"bytes=0-0", 10, {206, {{0, 0}}}},
                    Range{"bytes=9-9", 10, {206, {{9, 9}}}},
                    Range{"bytes=0-9", 10, {206, {{0, 9}}}},
                    Range{"bytes=0-10", 10, {206, {{0, 9}}}},
                    Range{"bytes=0-", 10, {206, {{0, 9}}}}, Range{"bytes=9-", 10, {206, {{9, 9}}}},
                    Range{"bytes=000000000000000000000000000003-00005", 10, {206, {{3, 5}}}},
                    Range{"bytes=10-", 10, {416, {}}}, Range{"bytes=10-10", 10, {416, {}}},
                    Range{"bytes=11-20", 10, {416, {}}}));
INSTANTIATE_TEST_SUITE_P(Rfc9110Section1411Suffix, Ranges,
                         testing::Values(Range{"bytes=-1", 10, {206, {{9, 9}}}},
                                         Range{"bytes=-10", 10, {206, {{0, 9}}}},
                                         Range{"bytes=-11", 10, {206, {{0, 9}}}},
                                         Range{"bytes=-0003", 10, {206, {{7, 9}}}},
                                         Range{"bytes=-0", 10, {416, {}}},
                                         Range{"bytes=-000", 10, {416, {}}}));
// Of nothing no octet can be named; a suffix is satisfiable, but there is no Content-Range for it.
INSTANTIATE_TEST_SUITE_P(
    Empty, Ranges,
    testing::Values(Range{"bytes=0-", 0, {416, {}}}, Range{"bytes=0-0", 0, {416, {}}},
                    Range{"bytes=-0", 0, {416, {}}}, Range{"bytes=-1", 0, {200, {}}},
                    Range{"bytes=0-0,-1", 0, {200, {}}}, Range{"bytes=-1,0-0", 0, {200, {}}}));
// Unsatisfiable ones are left out as long as another is satisfiable.
INSTANTIATE_TEST_SUITE_P(Rfc9110Section14, Ranges,
                         testing::Values(Range{"bytes=10-20,0-4", 10, {206, {{0, 4}}}},
                                         Range{"bytes=0-4,10-", 10, {206, {{0, 4}}}},
                                         Range{"bytes=-0,0-4", 10, {206, {{0, 4}}}},
                                         Range{"bytes=10-,20-,-0", 10, {416, {}}}));
INSTANTIATE_TEST_SUITE_P(
    Beyond64Bits, Ranges,
    testing::Values(
        Range{"bytes=0-18446744073709551615", 10, {206, {{0, 9}}}},
        Range{"bytes=0-18446744073709551616", 10, {206, {{0, 9}}}},
        Range{"bytes=5-99999999999999999999999999999999", 10, {206, {{5, 9}}}},
        Range{"bytes=18446744073709551615-", 10, {416, {}}},
        Range{"bytes=18446744073709551616-", 10, {416, {}}},
        Range{"bytes=18446744073709551617-18446744073709551618", 10, {416, {}}},
        Range{"bytes=18446744073709551621-3", 10, {200, {}}},
        Range{"bytes=-18446744073709551616", 10, {206, {{0, 9}}}},
        Range{"bytes=-18446744073709551617,18446744073709551616-", 10, {206, {{0, 9}}}},
        Range{"bytes=" + std::string(5000, '9') + "-", 10, {416, {}}},
        Range{"bytes=-" + std::string(5000, '9'), 10, {206, {{0, 9}}}},
        Range{"bytes=4294967296-4294967297", u64{1} << 33, {206, {{4294967296, 4294967297}}}},
        Range{"bytes=-2", UINT64_MAX, {206, {{UINT64_MAX - 2, UINT64_MAX - 1}}}},
        Range{"bytes=0-,-1", UINT64_MAX, {206, {{0, UINT64_MAX - 1}}}},
        Range{"bytes=18446744073709551614-18446744073709551615",
              UINT64_MAX,
              {206, {{UINT64_MAX - 1, UINT64_MAX - 1}}}}));
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section141Unit, Ranges,
    testing::Values(Range{"Bytes=0-0", 10, {206, {{0, 0}}}},
                    Range{"BYTES=0-0", 10, {206, {{0, 0}}}}, Range{"octets=0-0", 10, {200, {}}},
                    Range{"octet=0-0", 10, {200, {}}}, Range{"byte=0-0", 10, {200, {}}},
                    Range{"bytess=0-0", 10, {200, {}}}, Range{"bytes 0-0", 10, {200, {}}},
                    Range{"bytes:0-0", 10, {200, {}}}, Range{"bytes =0-0", 10, {200, {}}},
                    Range{"=0-0", 10, {200, {}}}, Range{"0-0", 10, {200, {}}},
                    Range{"bytes", 10, {200, {}}}, Range{"", 10, {200, {}}}));
// A set with one invalid range is invalid, and ignored.
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1411Invalid, Ranges,
    testing::Values(Range{"bytes=", 10, {200, {}}}, Range{"bytes=,", 10, {200, {}}},
                    Range{"bytes=5-3", 10, {200, {}}}, Range{"bytes=20-10", 10, {200, {}}},
                    Range{"bytes=a-b", 10, {200, {}}}, Range{"bytes=-", 10, {200, {}}},
                    Range{"bytes=--1", 10, {200, {}}}, Range{"bytes=1", 10, {200, {}}},
                    Range{"bytes=1-2-3", 10, {200, {}}}, Range{"bytes=1-2x", 10, {200, {}}},
                    Range{"bytes=x1-2", 10, {200, {}}}, Range{"bytes=1x-2", 10, {200, {}}},
                    Range{"bytes=-1x", 10, {200, {}}}, Range{"bytes=+1-2", 10, {200, {}}},
                    Range{"bytes=1 -2", 10, {200, {}}}, Range{"bytes=1- 2", 10, {200, {}}},
                    Range{"bytes=- 1", 10, {200, {}}}, Range{"bytes=0x1-0x2", 10, {200, {}}},
                    Range{"bytes=1.0-2", 10, {200, {}}}, Range{"bytes=\"1-2\"", 10, {200, {}}},
                    Range{"bytes=0-1;2-3", 10, {200, {}}}, Range{"bytes=bytes=0-1", 10, {200, {}}},
                    Range{"bytes=0-4,a-b", 10, {200, {}}}, Range{"bytes=a-b,0-4", 10, {200, {}}},
                    Range{"bytes=0-4,8-6", 10, {200, {}}}, Range{"bytes=20-,8-6", 10, {200, {}}},
                    Range{"bytes=0-4,bytes=6-7", 10, {200, {}}}));
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section561, Ranges,
    testing::Values(Range{"bytes=0-0 ,\t500-500", 1000, {206, {{0, 0}, {500, 500}}}},
                    Range{"bytes=,0-0,,500-500,", 1000, {206, {{0, 0}, {500, 500}}}},
                    Range{"bytes=0-0, ,", 1000, {206, {{0, 0}}}}));

// Section 5.3: Range is no list, so lines of it are not one value.
TEST(Range, IsIgnoredWhenRepeated) {
    EXPECT_EQ(select({"Range: bytes=0-0", "Range: bytes=5-5"}, 10), (Selected{200, {}}));
    EXPECT_EQ(select({"Range: bytes=0-0", "range: bytes=0-0"}, 10), (Selected{200, {}}));
}

// Parts stay in the order in which they were asked for, and become one where they overlap, touch,
// or lie so near that two heads cost more than what is between them.
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section15372, Ranges,
    testing::Values(
        Range{"bytes=500-599,0-99", 1000, {206, {{500, 599}, {0, 99}}}},
        Range{"bytes=900-,0-9,400-409", 1000, {206, {{900, 999}, {0, 9}, {400, 409}}}},
        Range{"bytes=0-9,0-9", 1000, {206, {{0, 9}}}},
        Range{"bytes=0-9,5-20", 1000, {206, {{0, 20}}}},
        Range{"bytes=5-20,0-9", 1000, {206, {{0, 20}}}},
        Range{"bytes=0-99,10-20", 1000, {206, {{0, 99}}}},
        Range{"bytes=10-20,0-99", 1000, {206, {{0, 99}}}},
        Range{"bytes=0-9,10-19", 1000, {206, {{0, 19}}}},
        Range{"bytes=10-19,0-9", 1000, {206, {{0, 19}}}},
        Range{"bytes=0-9,89-99", 1000, {206, {{0, 99}}}},
        Range{"bytes=0-9,90-99", 1000, {206, {{0, 9}, {90, 99}}}},
        Range{"bytes=90-99,0-9", 1000, {206, {{90, 99}, {0, 9}}}},
        Range{"bytes=89-99,0-9", 1000, {206, {{0, 99}}}},
        // the third joins the first two
        Range{"bytes=0-9,200-209,10-199", 1000, {206, {{0, 209}}}},
        Range{"bytes=200-209,0-9,800-,100-109,10-199", 1000, {206, {{0, 209}, {800, 999}}}},
        Range{"bytes=800-,200-209,500-509,0-9,0-300",
              1000,
              {206, {{800, 999}, {0, 300}, {500, 509}}}},
        Range{"bytes=0-0,200-200,400-400,600-600,800-800,-1,0-", 1000, {206, {{0, 999}}}},
        Range{"bytes=0-,0-,0-,0-", 1000, {206, {{0, 999}}}}));

std::string many(u32 specs, u64 step) {
    std::string value = "bytes=";

    for (u32 i = 0; i < specs; i++)
        value += (i ? "," : "") + std::to_string(i * step) + "-" + std::to_string(i * step);
    return value;
}

// Section 17.15: what asks for very much gets everything once.
TEST(Range, HasALimitOnHowMany) {
    const u64 size = 1000000;

    EXPECT_EQ(select({"Range: " + many(HTTP_RANGES_MAX, 1000)}, size).parts.size(),
              size_t{HTTP_RANGES_MAX});
    EXPECT_EQ(select({"Range: " + many(HTTP_RANGES_MAX + 1, 1000)}, size), (Selected{200, {}}));
    EXPECT_EQ(select({"Range: " + many(HTTP_RANGES_MAX, 1)}, size),
              (Selected{206, {{0, HTTP_RANGES_MAX - 1}}}));
    // also of those that would become one or none
    EXPECT_EQ(select({"Range: " + many(HTTP_RANGES_MAX + 1, 0)}, size), (Selected{200, {}}));
    EXPECT_EQ(select({"Range: " + many(HTTP_RANGES_MAX + 1, 1000)}, 0), (Selected{200, {}}));
    EXPECT_EQ(select({"Range: " + many(5000, 0)}, size), (Selected{200, {}}));
}

// Random sets: what is selected is what was asked for, with small gaps filled, and never more than
// there is.
TEST(Range, CoversWhatWasAskedFor) {
    std::mt19937 random(1);
    const u64 size = 2000;

    for (int round = 0; round < 500; round++) {
        std::vector<bool> asked(size), sent(size);
        std::string value = "bytes=";
        const int specs = 1 + random() % HTTP_RANGES_MAX;
        for (int i = 0; i < specs; i++) {
            const u64 first = random() % size, last = first + random() % (random() % 2 ? 40 : 400);
            value += (i ? "," : "") + std::to_string(first) + "-" + std::to_string(last);
            for (u64 at = first; at <= last && at < size; at++)
                asked[at] = true;
        }
        const Selected selected = select({"Range: " + value}, size);
        ASSERT_EQ(selected.status, 206) << value;
        for (const auto &[first, last] : selected.parts) {
            ASSERT_LT(last, size) << value;
            ASSERT_TRUE(asked[first] && asked[last]) << value;
            for (u64 at = first; at <= last; at++) {
                ASSERT_FALSE(sent[at]) << at << " twice in " << value;
                sent[at] = true;
            }
        }
        for (u64 at = 0, gap = HTTP_RANGE_GAP; at < size; at++) {
            ASSERT_TRUE(sent[at] || !asked[at]) << at << " of " << value;
            gap = sent[at] ? 0 : gap + 1;
            if (at + 1 < size && !sent[at] && sent[at + 1]) {
                ASSERT_GE(gap, u64{HTTP_RANGE_GAP}) << at << " of " << value;
            }
        }
    }
}

} // namespace
