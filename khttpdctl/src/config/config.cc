// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config.h"

#include <algorithm>

#include <fmt/core.h>

#include "config/setting.h"

namespace khttpd::config {

Config::Config() {
    settings.listeners.emplace_back();
}

std::vector<std::string_view> all_keys() {
    std::vector<std::string_view> keys = {"server.root", "server.user", "server.group", "listener"};
    for (const Number &number : numbers())
        keys.push_back(number.key);
    keys.insert(keys.end(), cpumask_keys.begin(), cpumask_keys.end());
    for (const HostKey &key : host_keys())
        keys.push_back(key.key);
    keys.push_back(mime_file_key);
    return keys;
}

const Number *find_number(std::string_view key) {
    for (const Number &number : numbers())
        if (number.key == key)
            return &number;
    return nullptr;
}

std::optional<std::uint32_t> find_choice(const Number &number, std::string_view name) {
    const auto found = std::find(number.names.begin(), number.names.end(), name);
    if (found == number.names.end())
        return std::nullopt;
    return static_cast<std::uint32_t>(found - number.names.begin());
}

std::string expected_choice(const Number &number) {
    std::string text;
    for (std::size_t i = 0; i < number.names.size(); ++i)
        text += fmt::format("{}'{}'",
                            i == 0                         ? ""
                            : i + 1 == number.names.size() ? " or "
                                                           : ", ",
                            number.names[i]);
    return text;
}

std::string expected_range(const Number &number) {
    return fmt::format("an integer from {} to {}", number.min, number.max);
}

} // namespace khttpd::config
