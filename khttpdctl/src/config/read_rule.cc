// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/read_rule.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "config/access.h"
#include "config/duration.h"
#include "config/protocol.h"

namespace khttpd::config {
namespace {

constexpr std::string_view origin_text = "\"*\" or an origin such as \"https://example.org\"";

bool is_field_name(std::string_view name) {
    // Which fields the rule leaves out is only known when all rules are: any that could be will do.
    return may_add_field(name, removable_field(name));
}

bool is_name(std::string_view name) {
    return !name.empty();
}

/// Reads the keys of one rule.
class RuleReader {
  public:
    RuleReader(Reading &reading, Rule &rule, std::string name)
        : reading_(reading), rule_(rule), name_(std::move(name)) {}

    void read(const toml::table &table) {
        for (const auto &[key, node] : table) {
            if (std::find(rule_leaves.begin(), rule_leaves.end(), key.str()) == rule_leaves.end()) {
                reading_.unknown_key("rule", key, rule_leaves);
                continue;
            }
            const std::string path = fmt::format("{}.{}", name_, key.str());
            reading_.remember(path, node);
            read_key(key.str(), path, node);
        }
        if (rule_.redirect_status && !table.contains("redirect"))
            reading_.complain(table.get("status")->source(),
                              fmt::format("{}.status: expected a redirect beside it", name_));
    }

  private:
    void read_key(std::string_view key, const std::string &path, const toml::node &node) {
        if (key == "fields")
            read_fields(path, node);
        else if (key == "expires")
            read_expires(path, node);
        else if (key == "status")
            read_status(path, node);
        else if (key == "listing")
            rule_.listing = reading_.flag(path, node);
        else if (key == "readiness")
            rule_.readiness = reading_.flag(path, node);
        else if (key == "cache-control")
            rule_.cache_control = reading_.word(path, "a value for Cache-Control, or \"\" for none",
                                                node, is_field_value);
        else if (key == "redirect")
            rule_.redirect =
                reading_.word(path, "a path or an http(s) URI, percent-encoded and without a query",
                              node, is_redirect_target);
        else if (key == "origins")
            rule_.origins = reading_.words(path, origin_text, node, KHTTPD_ORIGINS_MAX, is_origin);
        else if (key == "allow")
            rule_.allow = read_blocks(path, node);
        else if (key == "deny")
            rule_.deny = read_blocks(path, node);
        else if (key == "remove")
            // Which names make sense is only known when the rules of shorter prefixes are.
            rule_.remove =
                reading_.words(path, "names of fields", node, KHTTPD_RULE_FIELDS_MAX, is_name)
                    .value_or(rule_.remove);
    }

    void read_fields(const std::string &path, const toml::node &node) {
        const toml::table *table = reading_.table(path, node);
        if (table == nullptr)
            return;
        for (const auto &[key, value] : *table) {
            const std::string name{key.str()};
            if (!is_field_name(name)) {
                reading_.complain(key.source(),
                                  fmt::format("{}: expected the name of a field that khttpd does "
                                              "not send by itself, not '{}'",
                                              path, name));
                continue;
            }
            const std::string value_path = fmt::format("{}.{}", path, name);
            const auto text = reading_.word(value_path, "a field value", value, is_field_value);
            reading_.remember(value_path, value);
            if (text)
                rule_.fields.push_back({name, *text});
        }
    }

    void read_expires(const std::string &path, const toml::node &node) {
        static const std::string expected = fmt::format(
            "0 to {} seconds, or a time such as \"1h\" or \"30d\"", KHTTPD_EXPIRES_MAX_S);
        std::optional<std::int64_t> seconds;
        if (const auto *integer = node.as_integer())
            seconds = integer->get();
        else if (const auto *text = node.as_string())
            seconds = parse_duration(text->get());
        else
            return reading_.expected(path, expected, node);
        if (seconds && *seconds >= 0 && *seconds <= KHTTPD_EXPIRES_MAX_S)
            rule_.expires_s = static_cast<std::uint32_t>(*seconds);
        else
            reading_.unfit(path, expected, node,
                           node.is_string() ? node.as_string()->get()
                                            : std::to_string(node.as_integer()->get()));
    }

    std::optional<std::vector<Block>> read_blocks(const std::string &path, const toml::node &node) {
        const auto words =
            reading_.words(path, blocks_expected, node, KHTTPD_BLOCKS_MAX, is_block, meant_block);
        return words ? std::optional{blocks_of(*words)} : std::nullopt;
    }

    void read_status(const std::string &path, const toml::node &node) {
        const auto *integer = node.as_integer();
        if (integer == nullptr)
            reading_.expected(path, expected_redirect_status, node);
        else if (is_redirect_status(integer->get()))
            rule_.redirect_status = static_cast<std::uint32_t>(integer->get());
        else
            reading_.unfit(path, expected_redirect_status, node, std::to_string(integer->get()));
    }

    Reading &reading_;
    Rule &rule_;
    std::string name_;
};

} // namespace

void read_rules(Reading &reading, const toml::node &node, HostConfig &host) {
    const std::string list = host.names.empty() ? "rule" : "vhost.rule";
    std::set<std::string> seen;
    for (const toml::table *table : reading.tables(list, node, KHTTPD_RULES_MAX)) {
        constexpr std::string_view expected = "a path that begins with a slash";
        const toml::node *given = table->get("prefix");
        if (given == nullptr) {
            reading.complain(table->source(),
                             fmt::format("{}.prefix: expected {}", list, expected));
            continue;
        }
        const auto prefix = reading.word(list + ".prefix", expected, *given, is_prefix);
        if (!prefix)
            continue;
        const std::string name = rule_key(host.names, *prefix);
        if (!seen.insert(*prefix).second) {
            reading.complain(given->source(),
                             fmt::format("{}: there are two rules for this prefix", name));
            continue;
        }
        reading.forget(name);
        std::erase_if(host.rules, [&](const Rule &rule) { return rule.prefix == *prefix; });
        host.rules.emplace_back().prefix = *prefix;
        reading.remember(name, *table);
        RuleReader{reading, host.rules.back(), name}.read(*table);
    }
}

} // namespace khttpd::config
