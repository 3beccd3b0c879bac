// SPDX-License-Identifier: GPL-2.0-or-later
// Input: a line with the time, in seconds since 1970; then the value of a date field.
#include "fuzz.h"

#include <regex.h>

#include <compare>
#include <ctime>
#include <optional>
#include <vector>

extern "C" {
#include "date.h"
}

namespace {

constexpr s64 year_0 = -62167219200;
constexpr s64 year_9999_end = 253402300799;

std::string format(s64 seconds) {
    Octets date(size_t{HTTP_DATE_LEN});

    http_date_format(date.data(), seconds);
    return std::string(date.view());
}

// The same by the C library.
std::string expected(s64 seconds) {
    const time_t time = std::clamp(seconds, year_0, year_9999_end);
    char text[64];
    tm parts;

    gmtime_r(&time, &parts);
    std::strftime(text, sizeof(text), "%a, %d %b ", &parts);
    const std::string date = text;
    std::strftime(text, sizeof(text), " %H:%M:%S GMT", &parts);
    const std::string year = std::to_string(parts.tm_year + 1900);
    return date + std::string(4 - year.size(), '0') + year + text;
}

std::string rfc3339(s64 seconds) {
    Octets date(size_t{HTTP_DATE_RFC3339_LEN});

    http_date_rfc3339(date.data(), seconds);
    return std::string(date.view());
}

std::string expected_rfc3339(s64 seconds) {
    const time_t time = std::clamp(seconds, year_0, year_9999_end);
    char text[64];
    tm parts;

    gmtime_r(&time, &parts);
    const std::string year = std::to_string(parts.tm_year + 1900);
    std::strftime(text, sizeof(text), "-%m-%dT%H:%M:%SZ", &parts);
    return std::string(4 - year.size(), '0') + year + text;
}

constexpr char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

// A date as it was written: the year may have two digits, and the day need not exist.
struct Written {
    int year;
    int month; // 0 is January
    int day;
    int time; // second of the day

    auto operator<=>(const Written &) const = default;
};

std::optional<std::vector<std::string>> match(const regex_t &form, const std::string &s) {
    std::vector<std::string> parts;
    regmatch_t matches[8];

    if (s.find('\0') != s.npos || regexec(&form, s.c_str(), std::size(matches), matches, 0))
        return std::nullopt;
    for (const regmatch_t &part : matches)
        parts.push_back(s.substr(part.rm_so, part.rm_eo - part.rm_so));
    return parts;
}

regex_t compile(const char *form) {
    regex_t compiled;

    ENSURE(!regcomp(&compiled, form, REG_EXTENDED));
    return compiled;
}

#define DAY "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
#define LONG_DAY "(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
#define MONTH "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#define TIME "([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)"

// Of parts of the name of the day, and then the others in the order of an IMF-fixdate.
Written written(const std::vector<std::string> &parts) {
    const int month = std::string(months).find(parts[3]) / 3;
    const int time = (std::stoi(parts[5]) * 60 + std::stoi(parts[6])) * 60 + std::stoi(parts[7]);

    return {std::stoi(parts[4]), month, std::stoi(parts[2]), time};
}

// The latest year that ends in these digits and is not more than 50 years ahead.
int full_year(const Written &date, s64 now) {
    const time_t time = std::clamp(now, year_0, year_9999_end);
    Written full = date;
    tm parts;

    gmtime_r(&time, &parts);
    const Written limit{std::min(parts.tm_year + 1950, 9999), parts.tm_mon, parts.tm_mday,
                        (parts.tm_hour * 60 + parts.tm_min) * 60 + parts.tm_sec};
    for (full.year += 9900; full.year >= 100 && full > limit; full.year -= 100)
        ;
    return full.year;
}

std::optional<s64> seconds(const Written &date) {
    tm parts{};

    parts.tm_year = date.year - 1900;
    parts.tm_mon = date.month;
    parts.tm_mday = date.day;
    const time_t midnight = timegm(&parts);
    if (parts.tm_mday != date.day || parts.tm_mon != date.month)
        return std::nullopt;
    return midnight + date.time;
}

// The same by the three forms of RFC 9110 section 5.6.7.
std::optional<s64> expected(const std::string &s, s64 now) {
    static const regex_t fixdate =
        compile("^" DAY ", ([0-9][0-9]) " MONTH " ([0-9]{4}) " TIME " GMT$");
    static const regex_t rfc850 =
        compile("^" LONG_DAY ", ([0-9][0-9])-" MONTH "-([0-9][0-9]) " TIME " GMT$");
    static const regex_t asctime = compile("^" DAY " " MONTH " ([ 0-9][0-9]) " TIME " ([0-9]{4})$");

    if (const auto parts = match(fixdate, s))
        return seconds(written(*parts));
    if (const auto parts = match(rfc850, s)) {
        Written date = written(*parts);

        date.year = full_year(date, now);
        return seconds(date);
    }
    if (const auto parts = match(asctime, s)) {
        const auto &p = *parts;

        return seconds(written({p[0], p[1], p[3], p[2], p[7], p[4], p[5], p[6]}));
    }
    return std::nullopt;
}

std::optional<s64> parse(std::string_view s, s64 now) {
    const Octets octets(s);
    s64 seconds = 1;

    if (http_date_parse(octets.data(), octets.size(), now, &seconds))
        return seconds;
    ENSURE(seconds == 1);
    return std::nullopt;
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const s64 now = input.number();

    ENSURE(format(now) == expected(now));
    ENSURE(rfc3339(now) == expected_rfc3339(now));
    ENSURE(parse(format(now), now) == std::clamp(now, year_0, year_9999_end));
    ENSURE(parse(input.rest(), now) == expected(std::string(input.rest()), now));
    return 0;
}
