// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/host.h"

#include <algorithm>
#include <array>

#include <fmt/core.h>

namespace khttpd {
namespace {

constexpr std::array<std::string_view, 5> names_of_options = {
    "listing", "dot-files", "siblings", "server-field", "inode-tag",
};

constexpr std::array<std::string_view, 3> names_of_symlinks = {"beneath", "owner", "none"};

/// The place of @name in @names.
std::optional<std::size_t> find(std::span<const std::string_view> names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

} // namespace

std::string host_key(const std::vector<std::string> &names) {
    return names.empty() ? "site" : fmt::format("vhost[{}]", names.front());
}

std::string rule_key(const std::vector<std::string> &names, std::string_view prefix) {
    return names.empty() ? fmt::format("rule[{}]", prefix)
                         : fmt::format("{}.rule[{}]", host_key(names), prefix);
}

void sort_hosts(std::vector<Host> &vhosts) {
    std::sort(vhosts.begin(), vhosts.end(),
              [](const Host &a, const Host &b) { return a.names < b.names; });
}

std::span<const std::string_view> host_option_names() {
    return names_of_options;
}

std::optional<std::uint32_t> parse_host_option(std::string_view name) {
    const auto bit = find(names_of_options, name);
    return bit ? std::optional{1U << *bit} : std::nullopt;
}

std::span<const std::string_view> symlinks_names() {
    return names_of_symlinks;
}

std::optional<khttpd_symlinks> parse_symlinks(std::string_view name) {
    const auto number = find(names_of_symlinks, name);
    return number ? std::optional{static_cast<khttpd_symlinks>(*number)} : std::nullopt;
}

} // namespace khttpd
