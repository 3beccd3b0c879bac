// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/units.h"

#include <array>
#include <span>
#include <string_view>

#include <fmt/format.h>

namespace khttpd::cli {
namespace {

/// Three significant figures, without decimals from 100 on.
std::string three_figures(double number) {
    if (number < 9.995)
        return fmt::format("{:.2f}", number);
    if (number < 99.95)
        return fmt::format("{:.1f}", number);
    return fmt::format("{:.0f}", number);
}

/// Divides by @base until the number is below @limit or the units are used up.
std::string scaled(double number, double base, double limit,
                   std::span<const std::string_view> units) {
    std::size_t unit = 0;
    while (number >= limit && unit + 1 < units.size()) {
        number /= base;
        ++unit;
    }
    return fmt::format("{} {}", three_figures(number), units[unit]);
}

} // namespace

std::string grouped(std::uint64_t number) {
    std::string text = fmt::to_string(number);
    for (auto end = static_cast<std::ptrdiff_t>(text.size()) - 3; end > 0; end -= 3)
        text.insert(static_cast<std::size_t>(end), 1, ',');
    return text;
}

std::string rounded(double number) {
    static constexpr std::array<std::string_view, 5> units = {"", "k", "M", "G", "T"};
    if (number == 0)
        return "0";
    std::string text = scaled(number, 1000, 999.5, units);
    if (text.back() == ' ')
        text.pop_back();
    return text;
}

std::string bytes(double number) {
    static constexpr std::array<std::string_view, 6> units = {"B",   "KiB", "MiB",
                                                              "GiB", "TiB", "PiB"};
    if (number < 1023.5)
        return fmt::format("{:.0f} B", number);
    return scaled(number, 1024, 1023.5, units);
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0)
        return "-";
    const double share = static_cast<double>(part) / static_cast<double>(whole);
    return share > 0 && share < 0.0005 ? "<0.1 %" : fmt::format("{:.1f} %", share * 100);
}

std::string nanoseconds(double number) {
    static constexpr std::array<std::string_view, 4> units = {"ns", "us", "ms", "s"};
    return scaled(number, 1000, 999.5, units);
}

std::string age(std::uint64_t seconds) {
    if (seconds < 60)
        return fmt::format("{}s", seconds);
    if (seconds < 60 * 60)
        return fmt::format("{}m {:02}s", seconds / 60, seconds % 60);
    if (seconds < 24 * 60 * 60)
        return fmt::format("{}h {:02}m", seconds / 3600, seconds / 60 % 60);
    return fmt::format("{}d {:02}h", seconds / 86400, seconds / 3600 % 24);
}

} // namespace khttpd::cli
