// SPDX-License-Identifier: GPL-2.0-or-later
// Input: a line with the time, in seconds since 1970; then the value of a date field.
#include "fuzz.h"

#include <ctime>

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

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const s64 now = input.number();

    ENSURE(format(now) == expected(now));
    return 0;
}
