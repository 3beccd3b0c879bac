// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>
#include <string>

extern "C" {
#include "date.h"
}

namespace {

std::string format(int64_t seconds) {
    std::string date(HTTP_DATE_LEN, '?');

    http_date_format(date.data(), seconds);
    return date;
}

// What the C library says of the same second.
std::string reference(time_t seconds) {
    tm civil;
    char date[64];

    gmtime_r(&seconds, &civil);
    const size_t len = std::strftime(date, sizeof(date), "%a, %d %b ", &civil);
    std::snprintf(date + len, sizeof(date) - len, "%04d %02d:%02d:%02d GMT", civil.tm_year + 1900,
                  civil.tm_hour, civil.tm_min, civil.tm_sec);
    return date;
}

constexpr int64_t year_0 = -62167219200;
constexpr int64_t year_9999_end = 253402300799;
constexpr int64_t day = 86400;

// RFC 9110 section 5.6.7
TEST(Date, IsAnImfFixdate) {
    EXPECT_EQ(format(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format(0), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(format(-1), "Wed, 31 Dec 1969 23:59:59 GMT");
    EXPECT_EQ(format(951782400), "Tue, 29 Feb 2000 00:00:00 GMT");
    EXPECT_EQ(format(4107542400), "Mon, 01 Mar 2100 00:00:00 GMT");
    EXPECT_EQ(format(int64_t{1} << 31), "Tue, 19 Jan 2038 03:14:08 GMT");
    EXPECT_EQ(format(int64_t{1} << 32), "Sun, 07 Feb 2106 06:28:16 GMT");
}

TEST(Date, StaysWithinFourDigitsOfYear) {
    EXPECT_EQ(format(year_0), "Sat, 01 Jan 0000 00:00:00 GMT");
    EXPECT_EQ(format(year_0 - 1), format(year_0));
    EXPECT_EQ(format(INT64_MIN), format(year_0));
    EXPECT_EQ(format(year_9999_end), "Fri, 31 Dec 9999 23:59:59 GMT");
    EXPECT_EQ(format(year_9999_end + 1), format(year_9999_end));
    EXPECT_EQ(format(INT64_MAX), format(year_9999_end));
}

TEST(Date, AgreesWithTheCLibraryOnTheFirstYears) {
    for (int64_t t = year_0; t < year_0 + 800 * day; t += day / 2)
        ASSERT_EQ(format(t), reference(t)) << t;
}

TEST(Date, AgreesWithTheCLibraryOnEveryDayOfAnEra) {
    for (int64_t t = -200 * 366 * day; t < 300 * 366 * day; t += day)
        ASSERT_EQ(format(t), reference(t)) << t;
}

TEST(Date, AgreesWithTheCLibraryOnEverySecondOfADay) {
    for (int64_t t = 5000 * day; t < 5001 * day; t++)
        ASSERT_EQ(format(t), reference(t)) << t;
}

TEST(Date, AgreesWithTheCLibraryOverAllYears) {
    // A prime number of seconds, about 11 days, so that it comes by every part of a year.
    for (int64_t t = year_0; t <= year_9999_end; t += 999983)
        ASSERT_EQ(format(t), reference(t)) << t;
}

} // namespace
