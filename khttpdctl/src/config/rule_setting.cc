// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/rule_setting.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/protocol.h"
#include "config/read_rule.h"
#include "config/setting.h"
#include "config/vhost_setting.h"
#include "config/writer.h"

namespace khttpd::config {
namespace {

constexpr std::string_view opening = "rule[";
constexpr std::string_view fields = "fields";

Error wrong(std::string message) {
    return {ExitCode::usage, std::move(message), "khttpd.conf(5) describes rules"};
}

/// What rule_key() takes for the host of @key.
std::vector<std::string> names_of(const RuleKey &key) {
    return key.vhost.empty() ? std::vector<std::string>{} : std::vector{key.vhost};
}

std::string text_of(const RuleKey &key) {
    std::string text = rule_key(names_of(key), key.prefix);
    for (const std::string &part : {key.leaf, key.field})
        if (!part.empty())
            text += "." + part;
    return text;
}

Error unfit(const RuleKey &key, std::string_view expected, const std::string &text) {
    return wrong(fmt::format("{}: expected {}, not '{}'", text_of(key), expected, printable(text)));
}

/// Takes @key apart at its bracket and dots, whatever the parts are.
RuleKey split(std::string_view key) {
    RuleKey parts;
    if (const auto vhost = split_vhost(key)) {
        parts.vhost = vhost->name;
        key = vhost->rest;
    }
    key.remove_prefix(opening.size());
    // A prefix may have a bracket, but no other part has one.
    const auto end = key.rfind(']');
    parts.prefix = key.substr(0, end);
    if (end == std::string_view::npos || end + 2 > key.size())
        return parts;
    const std::string_view rest = key.substr(end + 2);
    const auto dot = rest.find('.');
    parts.leaf = rest.substr(0, dot);
    if (dot != std::string_view::npos)
        parts.field = rest.substr(dot + 1);
    return parts;
}

/// What a rule can be given beside its prefix.
std::span<const std::string_view> leaves() {
    static_assert(rule_leaves.front() == "prefix");
    return std::span{rule_leaves}.subspan(1);
}

bool is_leaf(std::string_view text) {
    return std::find(leaves().begin(), leaves().end(), text) != leaves().end();
}

/// What @text says as a table in one line.
Result<toml::table> parse_table(const RuleKey &key, const std::string &text) {
    try {
        const toml::table root = toml::parse("value = " + text);
        const toml::table *table = root.get_as<toml::table>("value");
        if (table != nullptr && root.size() == 1 && !table->contains("prefix"))
            return *table;
    } catch (const toml::parse_error &) {
        // It is told like any other value that does not fit.
    }
    return unfit(key,
                 key.leaf.empty() ? "a table such as { expires = 60 }, or \"\" for none"
                                  : "a table such as { X-One = \"1\" }",
                 text);
}

Result<void> put_flag(toml::table &rule, const RuleKey &key, const std::string &text) {
    if (text != "true" && text != "false")
        return unfit(key, "true, false, or \"\" for nothing", text);
    rule.insert_or_assign(key.leaf, text == "true");
    return {};
}

/// Gives @rule a number, or, where @text is none, the word as it is if that may be a time.
Result<void> put_number(toml::table &rule, const RuleKey &key, const std::string &text) {
    std::int64_t number = 0;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    if (error == std::errc{} && end == last)
        rule.insert_or_assign(key.leaf, number);
    else if (key.leaf == "expires")
        rule.insert_or_assign(key.leaf, text);
    else
        return unfit(key, expected_redirect_status, text);
    return {};
}

Result<void> put_fields(toml::table &rule, const RuleKey &key, const std::string &text) {
    auto table = parse_table(key, text);
    if (!table)
        return table.error();
    rule.insert_or_assign(fields, std::move(*table));
    return {};
}

void put_field(toml::table &rule, const std::string &name, const std::string &value) {
    rule.emplace<toml::table>(fields).first->second.as_table()->insert_or_assign(name, value);
}

bool is_one_of(const RuleKey &key, std::initializer_list<std::string_view> some) {
    return key.field.empty() && std::find(some.begin(), some.end(), key.leaf) != some.end();
}

bool is_list(const RuleKey &key) {
    return is_one_of(key, {"remove", "origins", "allow", "deny"});
}

/// Whether nothing at all is a value for @key, which refuses so what it would inherit.
bool takes_nothing(const RuleKey &key) {
    return is_list(key) || is_one_of(key, {"cache-control"});
}

/// Takes away what @rule says of a leaf or field.
void take_away(toml::table &rule, const RuleKey &key) {
    if (key.field.empty())
        rule.erase(key.leaf);
    else if (toml::table *table = rule[fields].as_table())
        table->erase(key.field);
}

/// Gives @rule the value that @text is for a leaf or field.
Result<void> put(toml::table &rule, const RuleKey &key, const std::string &text) {
    if (!key.field.empty())
        put_field(rule, key.field, text);
    else if (is_list(key))
        rule.insert_or_assign(key.leaf, word_list(words_in(text)));
    else if (key.leaf == fields)
        return put_fields(rule, key, text);
    else if (is_one_of(key, {"listing", "readiness"}))
        return put_flag(rule, key, text);
    else if (is_one_of(key, {"expires", "status"}))
        return put_number(rule, key, text);
    else
        rule.insert_or_assign(key.leaf, text);
    return {};
}

/// The rule of @key that @table makes, if a file could say so.
Result<std::optional<Rule>> read(toml::table table, const RuleKey &key) {
    table.insert_or_assign("prefix", key.prefix);
    toml::array list;
    list.push_back(std::move(table));
    Config config;
    Diagnostics diagnostics;
    Reading reading{"", config, diagnostics};
    HostConfig host;
    host.names = names_of(key);
    read_rules(reading, list, host);
    if (!diagnostics.empty())
        return wrong(diagnostics.front().message);
    return std::optional{std::move(host.rules.front())};
}

} // namespace

bool is_like_rule(std::string_view key) {
    const auto vhost = split_vhost(key);
    return (vhost ? vhost->rest : key).starts_with(opening);
}

std::optional<RuleKey> find_rule_key(std::string_view key) {
    if (!is_like_rule(key))
        return std::nullopt;
    RuleKey parts = split(key);
    // Written again, it is the same, unless there is something in it that belongs to no part.
    const bool whole = text_of(parts) == key;
    const bool known = parts.leaf.empty() || is_leaf(parts.leaf);
    if (!whole || !known || !is_prefix(parts.prefix) ||
        (!parts.field.empty() && parts.leaf != fields))
        return std::nullopt;
    return parts;
}

Result<void> check_rule_key(std::string_view key) {
    if (find_rule_key(key))
        return {};
    const RuleKey parts = split(key);
    if (!is_prefix(parts.prefix))
        return wrong(fmt::format("{}: expected a path that begins with a slash, as in rule[/img]",
                                 printable(key)));
    const std::string_view meant = nearest(parts.leaf, leaves());
    return wrong(fmt::format("unknown key '{}'{}", printable(key),
                             meant.empty() || is_leaf(parts.leaf)
                                 ? ""
                                 : fmt::format("; did you mean '{}.{}'?",
                                               rule_key(names_of(parts), parts.prefix), meant)));
}

const HostConfig *host_of(const Config &config, const RuleKey &key) {
    return key.vhost.empty() ? &config.site : find_vhost(config.vhosts, key.vhost);
}

std::optional<toml::table> find_rule(const HostConfig &host, std::string_view prefix) {
    for (const Rule &rule : host.rules)
        if (rule.prefix == prefix)
            return rule_table(rule);
    return std::nullopt;
}

const toml::node *part_of(const toml::table &rule, const RuleKey &key) {
    if (key.leaf.empty())
        return &rule;
    const toml::node *leaf = rule.get(key.leaf);
    if (key.field.empty() || leaf == nullptr)
        return leaf;
    return leaf->as_table()->get(key.field);
}

std::string rule_text(const HostConfig &host, const RuleKey &key) {
    const auto rule = find_rule(host, key.prefix);
    const toml::node *part = rule ? part_of(*rule, key) : nullptr;
    if (part == nullptr)
        return {};
    if (const auto *text = part->as_string())
        return text->get();
    const toml::array *list = part->as_array();
    if (list == nullptr)
        return line_text(*part);
    std::vector<std::string> words;
    for (const toml::node &element : *list)
        words.push_back(element.value_or(std::string{}));
    return fmt::format("{}", fmt::join(words, " "));
}

Result<std::optional<Rule>> changed_rule(const HostConfig &host, const RuleKey &key,
                                         const std::optional<std::string> &text) {
    const bool takes_away = !text || (text->empty() && !takes_nothing(key));
    if (key.leaf.empty()) {
        if (takes_away)
            return std::optional<Rule>{};
        auto table = parse_table(key, *text);
        if (!table)
            return table.error();
        return read(std::move(*table), key);
    }
    const auto before = find_rule(host, key.prefix);
    toml::table table = before.value_or(toml::table{});
    if (takes_away)
        take_away(table, key);
    else if (const auto done = put(table, key, *text); !done)
        return done.error();
    // To take something away from a rule that there is not is not to make one.
    if (!before && table.empty())
        return std::optional<Rule>{};
    return read(std::move(table), key);
}

void replace_rule(HostConfig &host, std::string_view prefix, const std::optional<Rule> &rule) {
    std::erase_if(host.rules, [&](const Rule &other) { return other.prefix == prefix; });
    if (rule)
        host.rules.push_back(*rule);
}

} // namespace khttpd::config
