// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace khttpd::cli {

/// 1234567 as "1,234,567".
std::string grouped(std::uint64_t number);
/// A rate or count in three figures: "0.25", "12.3", "4.57 k", "1.20 M".
std::string rounded(double number);
/// Bytes in binary units: "17 B", "1.20 GiB".
std::string bytes(double number);
/// What share @part is of @whole, "12.3 %"; little is not nothing, and of nothing it is "-".
std::string percent(std::uint64_t part, std::uint64_t whole);
/// A time in three figures: "850 ns", "42.1 us", "1.20 ms", "3.00 s".
std::string nanoseconds(double number);
/// An age of @seconds: "42s", "3m 07s", "2h 05m", "12d 03h".
std::string age(std::uint64_t seconds);

} // namespace khttpd::cli
