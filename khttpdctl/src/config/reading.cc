// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/reading.h"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/nearest.h"
#include "base/text.h"

namespace khttpd::config {
namespace {

std::string_view type_name(const toml::node &node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a fraction";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

} // namespace

void Reading::forget(const std::string &key) {
    auto &sources = config_.sources;
    for (auto each = sources.lower_bound(key);
         each != sources.end() && each->first.starts_with(key);) {
        const std::string_view rest = std::string_view{each->first}.substr(key.size());
        const bool within = rest.empty() || rest.front() == '.' || rest.front() == '[';
        each = within ? sources.erase(each) : std::next(each);
    }
}

void Reading::complain(const toml::source_region &region, std::string message) {
    diagnostics_.push_back({place(region), std::move(message)});
}

void Reading::expected(const std::string &key, std::string_view what, const toml::node &node) {
    complain(node.source(), fmt::format("{}: expected {}, not {}", key, what, type_name(node)));
}

void Reading::unfit(const std::string &key, std::string_view what, const toml::node &node,
                    std::string_view value, std::string_view meant) {
    complain(node.source(),
             fmt::format("{}: expected {}, not '{}'{}", key, what, printable(value), meant));
}

void Reading::unknown_key(const std::string &table, const toml::key &key,
                          std::span<const std::string_view> known) {
    const std::string path =
        table.empty() ? std::string{key.str()} : fmt::format("{}.{}", table, key.str());
    std::string meant = did_you_mean(key.str(), known);
    if (meant.empty())
        meant = did_you_mean(path, all_keys());
    for (const std::string_view other : all_keys())
        if (meant.empty() && other.ends_with(fmt::format(".{}", key.str())))
            meant = fmt::format("; did you mean '{}'?", other);
    complain(key.source(), fmt::format("unknown key '{}'{}", path, meant));
}

const toml::table *Reading::table(const std::string &key, const toml::node &node) {
    const toml::table *table = node.as_table();
    if (table == nullptr)
        expected(key, "a table", node);
    return table;
}

std::vector<const toml::table *> Reading::tables(const std::string &key, const toml::node &node,
                                                 std::size_t max) {
    std::vector<const toml::table *> tables;
    const toml::array *list = node.as_array();
    if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
        expected(key, fmt::format("one or more [[{}]] tables", key), node);
        return tables;
    }
    if (list->size() > max) {
        complain(node.source(),
                 fmt::format("{}: expected at most {} of them, not {}", key, max, list->size()));
        return tables;
    }
    for (const toml::node &element : *list)
        tables.push_back(element.as_table());
    return tables;
}

std::optional<bool> Reading::flag(const std::string &key, const toml::node &node) {
    const auto *flag = node.as_boolean();
    if (flag != nullptr)
        return flag->get();
    expected(key, "true or false", node);
    return std::nullopt;
}

std::optional<std::uint32_t> Reading::integer(const std::string &key, const toml::node &node,
                                              std::int64_t min, std::int64_t max) {
    const auto *integer = node.as_integer();
    const std::string range = fmt::format("an integer from {} to {}", min, max);
    if (integer == nullptr)
        expected(key, range, node);
    else if (integer->get() < min || integer->get() > max)
        complain(node.source(), fmt::format("{}: expected {}, not {}", key, range, integer->get()));
    else
        return static_cast<std::uint32_t>(integer->get());
    return std::nullopt;
}

std::optional<std::string> Reading::word(const std::string &key, std::string_view what,
                                         const toml::node &node, bool (*fits)(std::string_view),
                                         Meant meant) {
    const auto *text = node.as_string();
    if (text == nullptr)
        expected(key, what, node);
    else if (text->get().find('\0') != std::string::npos || !fits(text->get()))
        unfit(key, what, node, text->get(), meant != nullptr ? meant(text->get()) : "");
    else
        return text->get();
    return std::nullopt;
}

std::optional<std::vector<std::string>> Reading::words(const std::string &key,
                                                       std::string_view what,
                                                       const toml::node &node, std::size_t max,
                                                       bool (*fits)(std::string_view),
                                                       Meant meant) {
    const toml::array *list = node.as_array();
    if (list == nullptr || list->size() > max) {
        const std::string some = fmt::format("a list of {}", what);
        if (list == nullptr)
            expected(key, some, node);
        else
            complain(node.source(),
                     fmt::format("{}: expected at most {}, not {}", key, max, list->size()));
        return std::nullopt;
    }
    std::vector<std::string> words;
    for (const toml::node &element : *list) {
        auto text = word(key, what, element, fits, meant);
        if (!text)
            return std::nullopt;
        if (std::find(words.begin(), words.end(), *text) != words.end()) {
            complain(element.source(), fmt::format("{}: '{}' is listed twice", key, *text));
            return std::nullopt;
        }
        words.push_back(std::move(*text));
    }
    return words;
}

} // namespace khttpd::config
