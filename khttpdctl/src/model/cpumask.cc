// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/cpumask.h"

#include <algorithm>

#include "base/text.h"

namespace khttpd {
namespace {

constexpr std::size_t group_digits = 8;

/// All digits of @text without the commas; nothing where a group is none.
std::optional<std::string> join_groups(std::string_view text) {
    std::string digits;
    for (;;) {
        const std::string group = in_lower_case(text.substr(0, text.find(',')));
        if (group.empty() || group.size() > group_digits ||
            group.find_first_not_of("0123456789abcdef") != std::string::npos)
            return std::nullopt;
        digits += std::string(group_digits - group.size(), '0') + group;
        if (text.find(',') == std::string_view::npos)
            return digits;
        text.remove_prefix(text.find(',') + 1);
    }
}

} // namespace

std::optional<std::size_t> find_cpumask(std::string_view key) {
    const auto found = std::find(cpumask_keys.begin(), cpumask_keys.end(), key);
    if (found == cpumask_keys.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - cpumask_keys.begin());
}

std::optional<std::string> canonical_cpumask(std::string_view text) {
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    if (text.starts_with("0x"))
        text.remove_prefix(2);
    auto digits = join_groups(text);
    if (!digits || digits->find_first_not_of('0') == std::string::npos)
        return std::nullopt;
    digits->erase(0, digits->find_first_not_of('0'));
    for (std::size_t place = digits->size(); place > group_digits; place -= group_digits)
        digits->insert(place - group_digits, 1, ',');
    return digits;
}

} // namespace khttpd
