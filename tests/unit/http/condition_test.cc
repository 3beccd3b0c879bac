// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "request.h"

extern "C" {
#include "condition.h"
}

namespace {

// The representation has the tag "a" and this time; the clock is a day ahead of it.
constexpr s64 mtime = 784111777;
constexpr s64 now = mtime + 86400;
#define BEFORE "Sun, 06 Nov 1994 08:49:36 GMT"
#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define AFTER "Sun, 06 Nov 1994 08:49:38 GMT"
#define IF_MATCH "If-Match: "
#define IF_NONE_MATCH "If-None-Match: "
#define IF_MODIFIED "If-Modified-Since: "
#define IF_UNMODIFIED "If-Unmodified-Since: "

http_validators validators(std::string_view etag = R"("a")") {
    return {etag.data(), static_cast<u32>(etag.size()), mtime, true, now};
}

u16 check(const Lines &lines, const http_validators &of = validators(),
          std::string_view method = "GET") {
    const Request request(lines, method);

    return http_condition_check(request.get(), request.buf(), &of);
}

struct Condition {
    Lines lines;
    u16 status;
};

class Conditions : public testing::TestWithParam<Condition> {};

TEST_P(Conditions, GiveAStatus) {
    const auto &[lines, status] = GetParam();

    EXPECT_EQ(check(lines), status) << joined(lines);
    EXPECT_EQ(check(lines, validators(), "HEAD"), status) << joined(lines);
}

// The order of lines is of no account.
TEST_P(Conditions, GiveTheSameStatusTheOtherWayRound) {
    const auto &[lines, status] = GetParam();

    EXPECT_EQ(check(Lines(lines.rbegin(), lines.rend())), status) << joined(lines);
}

TEST(Condition, IsNoneWithoutAField) {
    EXPECT_EQ(check({}), 0);
    EXPECT_EQ(check({"If-Range: \"b\"", "Range: bytes=0-0"}), 0);
}

// "*", or strong comparison with a list
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1311IfMatch, Conditions,
    testing::Values(Condition{{IF_MATCH R"("a")"}, 0}, Condition{{IF_MATCH R"("b")"}, 412},
                    Condition{{IF_MATCH R"(W/"a")"}, 412}, Condition{{IF_MATCH "*"}, 0},
                    Condition{{IF_MATCH "\t* "}, 0}, Condition{{IF_MATCH R"("b", "a")"}, 0},
                    Condition{{IF_MATCH R"("b","c","a","d")"}, 0},
                    Condition{{IF_MATCH R"("b", W/"a")"}, 412},
                    Condition{{IF_MATCH R"("b,", "a")"}, 0},
                    Condition{{IF_MATCH R"("b, ", ,, "a",)"}, 0},
                    Condition{{IF_MATCH R"("b, "a")"}, 412},
                    Condition{{IF_MATCH R"("b\", "a")"}, 0}, Condition{{IF_MATCH R"(a)"}, 412},
                    Condition{{IF_MATCH R"("A")"}, 412}, Condition{{IF_MATCH R"("a)"}, 412},
                    Condition{{IF_MATCH R"("aa")"}, 412}, Condition{{IF_MATCH R"("a" "b")"}, 412},
                    Condition{{IF_MATCH ""}, 412}, Condition{{IF_MATCH ","}, 412},
                    Condition{{IF_MATCH R"("")"}, 412}, Condition{{IF_MATCH R"("*")"}, 412},
                    Condition{{IF_MATCH R"("b")", "Accept: \"a\"", IF_MATCH R"("a")"}, 0},
                    Condition{{IF_MATCH R"("b")", IF_MATCH R"("c")"}, 412},
                    Condition{{IF_MATCH R"("b")",
                               "if-match:"
                               R"( W/"a")",
                               IF_MATCH ""},
                              412}));
// A "*" that is not alone is not one.
INSTANTIATE_TEST_SUITE_P(Rfc9110Section1311Asterisk, Conditions,
                         testing::Values(Condition{{IF_MATCH R"(*, "b")"}, 412},
                                         Condition{{IF_MATCH "*, *"}, 412},
                                         Condition{{IF_MATCH "*", IF_MATCH "*"}, 412},
                                         Condition{{IF_MATCH R"(*, "a")"}, 0},
                                         Condition{{IF_MATCH "**"}, 412},
                                         Condition{{IF_MATCH ", *"}, 0}));
// "*", or weak comparison with a list
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1312IfNoneMatch, Conditions,
    testing::Values(
        Condition{{IF_NONE_MATCH R"("a")"}, 304}, Condition{{IF_NONE_MATCH R"("b")"}, 0},
        Condition{{IF_NONE_MATCH R"(W/"a")"}, 304}, Condition{{IF_NONE_MATCH R"(w/"a")"}, 0},
        Condition{{IF_NONE_MATCH "*"}, 304}, Condition{{IF_NONE_MATCH R"("b", "a")"}, 304},
        Condition{{IF_NONE_MATCH R"("b", W/"a", "c")"}, 304},
        Condition{{IF_NONE_MATCH R"("b,", W/"a")"}, 304},
        Condition{{IF_NONE_MATCH R"("b\",W/"a")"}, 304}, Condition{{IF_NONE_MATCH R"("b, "a")"}, 0},
        Condition{{IF_NONE_MATCH "a"}, 0}, Condition{{IF_NONE_MATCH R"("A")"}, 0},
        Condition{{IF_NONE_MATCH ""}, 0}, Condition{{IF_NONE_MATCH R"(*, "b")"}, 0},
        Condition{{IF_NONE_MATCH "*", IF_NONE_MATCH "*"}, 0},
        Condition{{IF_NONE_MATCH R"("b")", "A: b",
                   "IF-NONE-MATCH:"
                   R"("a")"},
                  304},
        Condition{{IF_NONE_MATCH R"("b")", IF_NONE_MATCH R"("c", "d")"}, 0}));
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1313IfModifiedSince, Conditions,
    testing::Values(Condition{{IF_MODIFIED BEFORE}, 0}, Condition{{IF_MODIFIED SAME}, 304},
                    Condition{{IF_MODIFIED AFTER}, 304},
                    Condition{{IF_MODIFIED "Thu, 01 Jan 1970 00:00:00 GMT"}, 0},
                    Condition{{IF_MODIFIED "Sun, 06 Nov 2094 08:49:37 GMT"}, 304},
                    Condition{{IF_MODIFIED "Sunday, 06-Nov-94 08:49:37 GMT"}, 304},
                    Condition{{IF_MODIFIED "Sunday, 06-Nov-94 08:49:36 GMT"}, 0},
                    Condition{{IF_MODIFIED "Sun Nov  6 08:49:37 1994"}, 304},
                    Condition{{IF_MODIFIED "Sun Nov  6 08:49:36 1994"}, 0},
                    Condition{{IF_MODIFIED "\t" SAME " "}, 304}));
// Ignored: no date, or more than one
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1313Invalid, Conditions,
    testing::Values(Condition{{IF_MODIFIED ""}, 0}, Condition{{IF_MODIFIED "0"}, 0},
                    Condition{{IF_MODIFIED "Sun, 06 Nov 1994 08:49:37"}, 0},
                    Condition{{IF_MODIFIED "Sun, 31 Nov 1994 08:49:37 GMT"}, 0},
                    Condition{{IF_MODIFIED SAME "; length=3"}, 0},
                    Condition{{IF_MODIFIED SAME ", " SAME}, 0},
                    Condition{{IF_MODIFIED SAME, IF_MODIFIED SAME}, 0},
                    Condition{{IF_MODIFIED "\"a\""}, 0}, Condition{{IF_MODIFIED "*"}, 0}));
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1314IfUnmodifiedSince, Conditions,
    testing::Values(Condition{{IF_UNMODIFIED BEFORE}, 412}, Condition{{IF_UNMODIFIED SAME}, 0},
                    Condition{{IF_UNMODIFIED AFTER}, 0},
                    Condition{{IF_UNMODIFIED "Sunday, 06-Nov-94 08:49:36 GMT"}, 412},
                    Condition{{IF_UNMODIFIED "Sun Nov  6 08:49:36 1994"}, 412},
                    // Ignored: no date, or more than one
                    Condition{{IF_UNMODIFIED "yesterday"}, 0}, Condition{{IF_UNMODIFIED ""}, 0},
                    Condition{{IF_UNMODIFIED BEFORE ", " BEFORE}, 0},
                    Condition{{IF_UNMODIFIED BEFORE, IF_UNMODIFIED BEFORE}, 0}));

// Step 1 decides over step 2: If-Unmodified-Since is not looked at beside If-Match.
INSTANTIATE_TEST_SUITE_P(Rfc9110Section1322Steps1And2, Conditions,
                         testing::Values(Condition{{IF_MATCH R"("a")", IF_UNMODIFIED BEFORE}, 0},
                                         Condition{{IF_MATCH R"("a")", IF_UNMODIFIED AFTER}, 0},
                                         Condition{{IF_MATCH R"("b")", IF_UNMODIFIED AFTER}, 412},
                                         Condition{{IF_MATCH R"("b")", IF_UNMODIFIED BEFORE}, 412},
                                         Condition{{IF_MATCH "*", IF_UNMODIFIED BEFORE}, 0},
                                         Condition{{IF_MATCH "", IF_UNMODIFIED AFTER}, 412}));
// Step 3 decides over step 4: If-Modified-Since is not looked at beside If-None-Match.
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1322Steps3And4, Conditions,
    testing::Values(Condition{{IF_NONE_MATCH R"("a")", IF_MODIFIED BEFORE}, 304},
                    Condition{{IF_NONE_MATCH R"("a")", IF_MODIFIED SAME}, 304},
                    Condition{{IF_NONE_MATCH R"("b")", IF_MODIFIED SAME}, 0},
                    Condition{{IF_NONE_MATCH R"("b")", IF_MODIFIED BEFORE}, 0},
                    Condition{{IF_NONE_MATCH "*", IF_MODIFIED BEFORE}, 304},
                    Condition{{IF_NONE_MATCH "", IF_MODIFIED SAME}, 0},
                    Condition{{IF_NONE_MATCH R"("a")", IF_MODIFIED "never"}, 304}));
// Steps 1 and 2 come before steps 3 and 4: each of the first with each of the second.
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1322Steps1To4, Conditions,
    testing::Values(Condition{{IF_MATCH R"("a")", IF_NONE_MATCH R"("a")"}, 304},
                    Condition{{IF_MATCH R"("a")", IF_NONE_MATCH R"("b")"}, 0},
                    Condition{{IF_MATCH R"("b")", IF_NONE_MATCH R"("a")"}, 412},
                    Condition{{IF_MATCH R"("b")", IF_NONE_MATCH R"("b")"}, 412},
                    Condition{{IF_MATCH "*", IF_NONE_MATCH "*"}, 304},
                    Condition{{IF_MATCH R"("a")", IF_MODIFIED SAME}, 304},
                    Condition{{IF_MATCH R"("a")", IF_MODIFIED BEFORE}, 0},
                    Condition{{IF_MATCH R"("b")", IF_MODIFIED SAME}, 412},
                    Condition{{IF_MATCH R"("b")", IF_MODIFIED BEFORE}, 412},
                    Condition{{IF_UNMODIFIED SAME, IF_NONE_MATCH R"("a")"}, 304},
                    Condition{{IF_UNMODIFIED SAME, IF_NONE_MATCH R"("b")"}, 0},
                    Condition{{IF_UNMODIFIED BEFORE, IF_NONE_MATCH R"("a")"}, 412},
                    Condition{{IF_UNMODIFIED BEFORE, IF_NONE_MATCH R"("b")"}, 412},
                    Condition{{IF_UNMODIFIED SAME, IF_MODIFIED SAME}, 304},
                    Condition{{IF_UNMODIFIED SAME, IF_MODIFIED BEFORE}, 0},
                    Condition{{IF_UNMODIFIED BEFORE, IF_MODIFIED SAME}, 412},
                    Condition{{IF_UNMODIFIED BEFORE, IF_MODIFIED BEFORE}, 412}));
// All four at once
INSTANTIATE_TEST_SUITE_P(Rfc9110Section1322All, Conditions,
                         testing::Values(Condition{{IF_MATCH R"("a")", IF_UNMODIFIED BEFORE,
                                                    IF_NONE_MATCH R"("a")", IF_MODIFIED BEFORE},
                                                   304},
                                         Condition{{IF_MATCH R"("a")", IF_UNMODIFIED BEFORE,
                                                    IF_NONE_MATCH R"("b")", IF_MODIFIED SAME},
                                                   0},
                                         Condition{{IF_MATCH R"("b")", IF_UNMODIFIED SAME,
                                                    IF_NONE_MATCH R"("b")", IF_MODIFIED BEFORE},
                                                   412},
                                         Condition{{IF_MATCH R"("b")", IF_UNMODIFIED SAME,
                                                    IF_NONE_MATCH R"("a")", IF_MODIFIED SAME},
                                                   412}));

// What there is no validator for cannot be the same, and a time that is not known decides nothing.
TEST(Condition, StandsARepresentationWithoutTag) {
    http_validators bare = validators();

    bare.etag = nullptr;
    bare.etag_len = 0;
    EXPECT_EQ(check({IF_MATCH R"("a")"}, bare), 412);
    EXPECT_EQ(check({IF_MATCH ""}, bare), 412);
    EXPECT_EQ(check({IF_MATCH "*"}, bare), 0);
    EXPECT_EQ(check({IF_NONE_MATCH R"("a")"}, bare), 0);
    EXPECT_EQ(check({IF_NONE_MATCH "*"}, bare), 304);
    EXPECT_EQ(check({IF_MODIFIED SAME}, bare), 304);
}

// RFC 9110 sections 13.1.3 and 13.1.4: ignored without a modification date
TEST(Condition, StandsARepresentationWithoutTime) {
    http_validators bare = validators();

    bare.has_mtime = false;
    EXPECT_EQ(check({IF_MODIFIED SAME}, bare), 0);
    EXPECT_EQ(check({IF_UNMODIFIED BEFORE}, bare), 0);
    EXPECT_EQ(check({IF_NONE_MATCH R"("a")"}, bare), 304);
}

// Section 8.8.2.1: Last-Modified is never later than Date, so a file of tomorrow is of now.
TEST(Condition, TakesATimeToComeForNow) {
    http_validators of = validators();

    of.mtime = mtime + 10;
    of.now = mtime;
    EXPECT_EQ(check({IF_MODIFIED SAME}, of), 304);
    EXPECT_EQ(check({IF_MODIFIED BEFORE}, of), 0);
    EXPECT_EQ(check({IF_UNMODIFIED SAME}, of), 0);
    EXPECT_EQ(check({IF_UNMODIFIED BEFORE}, of), 412);
}

struct IfRange {
    Lines lines;
    bool counts;
};

class ConditionRange : public testing::TestWithParam<IfRange> {};

TEST_P(ConditionRange, SaysWhetherRangeCounts) {
    const auto &[lines, counts] = GetParam();
    const http_validators of = validators();
    const Request request(lines);

    EXPECT_EQ(http_condition_range(request.get(), request.buf(), &of), counts) << joined(lines);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1315, ConditionRange,
    testing::Values(IfRange{{}, true}, IfRange{{R"(If-Range: "a")"}, true},
                    IfRange{{R"(If-Range: "b")"}, false}, IfRange{{R"(If-Range: W/"a")"}, false},
                    IfRange{{R"(If-Range: "a", "b")"}, false}, IfRange{{"If-Range: a"}, false},
                    IfRange{{"If-Range: *"}, false}, IfRange{{"If-Range:"}, false},
                    IfRange{{R"(If-Range: "a")", R"(If-Range: "a")"}, false},
                    IfRange{{"If-Range: " SAME}, true}, IfRange{{"If-Range: " BEFORE}, false},
                    IfRange{{"If-Range: " AFTER}, false},
                    IfRange{{"If-Range: Sunday, 06-Nov-94 08:49:37 GMT"}, true},
                    IfRange{{"If-Range: Sun Nov  6 08:49:37 1994"}, true},
                    IfRange{{"If-Range: Sun, 06 Nov 1994 08:49:37"}, false},
                    IfRange{{"If-Range: " SAME, "If-Range: " SAME}, false}));

// Section 8.8.2.2: within its second a file may change again, and its date stays.
TEST(ConditionRange, WantsADateWhoseSecondIsOver) {
    const Request request({"If-Range: " SAME});
    http_validators of = validators();

    for (s64 ahead : {0, -1, -100}) {
        of.now = mtime + ahead;
        EXPECT_FALSE(http_condition_range(request.get(), request.buf(), &of)) << ahead;
    }
    of.now = mtime + 1;
    EXPECT_TRUE(http_condition_range(request.get(), request.buf(), &of));
}

TEST(ConditionRange, WantsAValidatorToCompareWith) {
    http_validators bare = validators();
    const Request tag({R"(If-Range: "a")"});
    const Request date({"If-Range: " SAME});

    bare.etag = nullptr;
    bare.etag_len = 0;
    EXPECT_FALSE(http_condition_range(tag.get(), tag.buf(), &bare));
    EXPECT_TRUE(http_condition_range(date.get(), date.buf(), &bare));
    bare = validators();
    bare.has_mtime = false;
    EXPECT_FALSE(http_condition_range(date.get(), date.buf(), &bare));
    bare = validators(R"(W/"a")");
    EXPECT_FALSE(http_condition_range(tag.get(), tag.buf(), &bare));
}

} // namespace
