// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

std::string rfc3339(int64_t seconds) {
    std::string date(HTTP_DATE_RFC3339_LEN, '?');

    http_date_rfc3339(date.data(), seconds);
    return date;
}

// RFC 3339 section 5.6
TEST(DateRfc3339, IsTheSameSecond) {
    EXPECT_EQ(rfc3339(784111777), "1994-11-06T08:49:37Z");
    EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(-1), "1969-12-31T23:59:59Z");
    EXPECT_EQ(rfc3339(951782400), "2000-02-29T00:00:00Z");
    EXPECT_EQ(rfc3339(INT64_MIN), "0000-01-01T00:00:00Z");
    EXPECT_EQ(rfc3339(INT64_MAX), "9999-12-31T23:59:59Z");
}

TEST(DateRfc3339, AgreesWithTheCLibrary) {
    for (int64_t t = year_0; t <= year_9999_end; t += 999983 * 5) {
        tm civil;
        char date[64];

        gmtime_r(&t, &civil);
        std::snprintf(date, sizeof(date), "%04d-%02d-%02dT%02d:%02d:%02dZ", civil.tm_year + 1900,
                      civil.tm_mon + 1, civil.tm_mday, civil.tm_hour, civil.tm_min, civil.tm_sec);
        ASSERT_EQ(rfc3339(t), date) << t;
    }
}

constexpr int64_t example = 784111777;  // 1994-11-06 08:49:37, a Sunday
constexpr int64_t in_2026 = 1795305600; // 2026-11-22 00:00:00

std::optional<int64_t> parse(std::string_view date, int64_t now = in_2026) {
    const std::vector<char> octets(date.begin(), date.end());
    s64 seconds = 1;

    if (!http_date_parse(octets.data(), octets.size(), now, &seconds)) {
        EXPECT_EQ(seconds, 1) << date;
        return std::nullopt;
    }
    return seconds;
}

// RFC 9110 section 5.6.7, its examples
TEST(DateParse, TakesThreeFormats) {
    EXPECT_EQ(parse("Sun, 06 Nov 1994 08:49:37 GMT"), example);
    EXPECT_EQ(parse("Sunday, 06-Nov-94 08:49:37 GMT"), example);
    EXPECT_EQ(parse("Sun Nov  6 08:49:37 1994"), example);
}

TEST(DateParse, TakesOneDigitOrTwoOfAsctime) {
    EXPECT_EQ(parse("Sun Nov 06 08:49:37 1994"), example);
    EXPECT_EQ(parse("Wed Nov 16 08:49:37 1994"), example + 10 * day);
    EXPECT_EQ(parse("Wed Nov 61 08:49:37 1994"), std::nullopt);
    EXPECT_EQ(parse("Wed Nov 1  08:49:37 1994"), std::nullopt);
}

TEST(DateParse, KnowsEveryDayAndMonth) {
    const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                "Thursday", "Friday", "Saturday"};
    char date[64];

    for (int64_t t = 788918400; t < 788918400 + 365 * day; t += day) {
        const time_t seconds = t;
        tm civil;
        gmtime_r(&seconds, &civil);
        std::strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &civil);
        EXPECT_EQ(parse(date), t) << date;
        std::strftime(date, sizeof(date), "%a %b %e %H:%M:%S %Y", &civil);
        EXPECT_EQ(parse(date), t) << date;
        std::strftime(date, sizeof(date), ", %d-%b-%y %H:%M:%S GMT", &civil);
        EXPECT_EQ(parse(days[civil.tm_wday] + std::string(date)), t) << date;
    }
}

// "encouraged to be robust": the day of the week says nothing that is needed
TEST(DateParse, DoesNotMindTheWrongDayOfTheWeek) {
    EXPECT_EQ(parse("Mon, 06 Nov 1994 08:49:37 GMT"), example);
    EXPECT_EQ(parse("Saturday, 06-Nov-94 08:49:37 GMT"), example);
}

TEST(DateParse, IsTheInverseOfFormatting) {
    for (int64_t t = year_0; t <= year_9999_end; t += 999983)
        ASSERT_EQ(parse(format(t)), t) << t;
    for (int64_t t = year_0; t < year_0 + 800 * day; t += day / 2)
        ASSERT_EQ(parse(format(t)), t) << t;
    EXPECT_EQ(parse(format(year_9999_end)), year_9999_end);
}

struct Century {
    std::string_view date;
    std::string_view now;
    std::string_view means;
};

class DateCentury : public testing::TestWithParam<Century> {};

TEST_P(DateCentury, IsTheLatestNotMoreThan50YearsAhead) {
    const auto &[date, now, means] = GetParam();

    ASSERT_TRUE(parse(now) && parse(means));
    EXPECT_EQ(parse(date, *parse(now)), parse(means)) << date << " read at " << now;
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section567, DateCentury,
    testing::Values(Century{"Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT",
                            "Sun, 06 Nov 1994 08:49:37 GMT"},
                    Century{"Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 22 Nov 2026 00:00:00 GMT",
                            "Sun, 06 Nov 1994 08:49:37 GMT"},
                    Century{"Sunday, 06-Nov-30 08:49:37 GMT", "Sun, 22 Nov 2026 00:00:00 GMT",
                            "Wed, 06 Nov 2030 08:49:37 GMT"},
                    Century{"Sunday, 06-Nov-00 08:49:37 GMT", "Fri, 31 Dec 1999 00:00:00 GMT",
                            "Mon, 06 Nov 2000 08:49:37 GMT"},
                    Century{"Sunday, 06-Nov-01 08:49:37 GMT", "Thu, 31 Dec 2099 00:00:00 GMT",
                            "Sun, 06 Nov 2101 08:49:37 GMT"},
                    // 50 years ahead to the second, and a second more
                    Century{"Sunday, 22-Nov-76 12:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT",
                            "Sun, 22 Nov 2076 12:00:00 GMT"},
                    Century{"Sunday, 22-Nov-76 12:00:01 GMT", "Sun, 22 Nov 2026 12:00:00 GMT",
                            "Mon, 22 Nov 1976 12:00:01 GMT"},
                    Century{"Sunday, 23-Nov-76 00:00:00 GMT", "Sun, 22 Nov 2026 23:59:59 GMT",
                            "Tue, 23 Nov 1976 00:00:00 GMT"},
                    Century{"Sunday, 01-Jan-77 00:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT",
                            "Sat, 01 Jan 1977 00:00:00 GMT"},
                    // a leap day there was in 2000, but not in 1900 and 2100
                    Century{"Sunday, 29-Feb-00 00:00:00 GMT", "Sun, 22 Nov 2026 12:00:00 GMT",
                            "Tue, 29 Feb 2000 00:00:00 GMT"}));

TEST(DateParse, WantsADateThatExistsInItsCentury) {
    EXPECT_EQ(parse("Sunday, 29-Feb-00 00:00:00 GMT", *parse("Sat, 01 Jan 2090 00:00:00 GMT")),
              std::nullopt);
}

TEST(DateParse, StandsAnyClock) {
    for (int64_t now : {INT64_MIN, INT64_MIN + 1, year_0 - 1, year_0, int64_t{0}, year_9999_end,
                        year_9999_end + 1, INT64_MAX}) {
        for (int year = 0; year < 100; year++) {
            char date[64];
            std::snprintf(date, sizeof(date), "Friday, 31-Dec-%02d 23:59:60 GMT", year);
            const auto seconds = parse(date, now);
            ASSERT_TRUE(seconds) << date;
            EXPECT_GE(*seconds, year_0) << date;
            EXPECT_LE(*seconds, year_9999_end + 1) << date;
        }
    }
}

// Section 5.6.7: second = 2DIGIT, 00 to 60
TEST(DateParse, TakesALeapSecond) {
    EXPECT_EQ(parse("Sat, 31 Dec 2016 23:59:60 GMT"), parse("Sun, 01 Jan 2017 00:00:00 GMT"));
}

TEST(DateParse, TakesEveryDayThatExists) {
    EXPECT_TRUE(parse("Tue, 29 Feb 2000 00:00:00 GMT"));
    EXPECT_TRUE(parse("Thu, 29 Feb 2024 00:00:00 GMT"));
    EXPECT_TRUE(parse("Sat, 01 Jan 0000 00:00:00 GMT"));
    EXPECT_TRUE(parse("Fri, 31 Dec 9999 23:59:59 GMT"));
}

class DateRefused : public testing::TestWithParam<std::string_view> {};

TEST_P(DateRefused, IsNone) {
    EXPECT_EQ(parse(GetParam()), std::nullopt) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    DaysAndTimesThatAreNone, DateRefused,
    testing::Values("Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
                    "Sun, 32 Oct 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT",
                    "Sun, 29 Feb 1900 08:49:37 GMT", "Sun, 29 Feb 2100 08:49:37 GMT",
                    "Sun, 30 Feb 2000 08:49:37 GMT", "Sun, 31 Apr 2000 08:49:37 GMT",
                    "Sun, 31 Jun 2000 08:49:37 GMT", "Sun, 31 Sep 2000 08:49:37 GMT",
                    "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
                    "Sun, 06 Nov 1994 08:49:61 GMT", "Sunday, 31-Nov-94 08:49:37 GMT",
                    "Sunday, 06-Nov-94 25:49:37 GMT", "Sun Nov  0 08:49:37 1994",
                    "Sun Nov 31 08:49:37 1994", "Sun Nov  6 08:99:37 1994"));
INSTANTIATE_TEST_SUITE_P(
    NamesThatAreNone, DateRefused,
    testing::Values("Sux, 06 Nov 1994 08:49:37 GMT", "sun, 06 Nov 1994 08:49:37 GMT",
                    "SUN, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT",
                    "Sun, 06 nov 1994 08:49:37 GMT", "Sun, 06 NOV 1994 08:49:37 GMT",
                    "Sun, 06 ovD 1994 08:49:37 GMT", "Sunda, 06-Nov-94 08:49:37 GMT",
                    "Sundays, 06-Nov-94 08:49:37 GMT", "sunday, 06-Nov-94 08:49:37 GMT",
                    "Sunday, 06-nov-94 08:49:37 GMT", "Sux Nov  6 08:49:37 1994",
                    "Sun Nox  6 08:49:37 1994", "Nov  6 08:49:37 1994"));
INSTANTIATE_TEST_SUITE_P(
    Form, DateRefused,
    testing::Values("", " ", "S", "Su", "Sun", "Sun,", "Sunday", "Sunday,", "0", "784111777",
                    "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 ",
                    "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt",
                    "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37 GMT ",
                    " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx",
                    "Sun,06 Nov 1994 08:49:37 GMT", "Sun  06 Nov 1994 08:49:37 GMT",
                    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun,  6 Nov 1994 08:49:37 GMT",
                    "Sun, 06-Nov-1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT",
                    "Sun, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
                    "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
                    "Sun, 06 Nov 1994 08:49:3a GMT", "Sun, 0a Nov 1994 08:49:37 GMT",
                    "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov -994 08:49:37 GMT",
                    "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
                    "Sunday, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
                    "Sunday 06-Nov-94 08:49:37 GMT", "Sunday, 6-Nov-94 08:49:37 GMT",
                    "Sun, Nov  6 08:49:37 1994", "Sun Nov 6 08:49:37 1994",
                    "Sun Nov  6 08:49:37 94", "Sun Nov  6 08:49:37 1994 GMT",
                    "Sunday Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z",
                    std::string_view("Sun, 06 Nov 1994 08:49:37\0GMT", 29)));

// Every date of which one octet is another: nothing is looked at twice or not at all.
TEST(DateParse, LooksAtEveryOctet) {
    for (const std::string date : {"Sun, 06 Nov 1994 08:49:37 GMT",
                                   "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"}) {
        for (size_t at = 0; at < date.size(); at++) {
            EXPECT_EQ(parse(date.substr(0, at)), std::nullopt) << at;
            for (char c : {'\0', ' ', '/', ':', '@', 'x', '\x7f', '\x80', '\xff'}) {
                std::string other = date;
                other[at] = c;
                if (other == date)
                    continue;
                EXPECT_EQ(parse(other), std::nullopt) << other;
            }
        }
    }
}

} // namespace
