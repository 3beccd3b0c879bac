// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/writer.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>

#include "config/access.h"
#include "config/setting.h"

namespace khttpd::config {
namespace {

constexpr auto no_indentation =
    toml::toml_formatter::default_flags & ~toml::format_flags::indentation;
constexpr auto one_line = no_indentation & ~toml::format_flags::allow_multi_line_strings;

toml::array flag_list(std::uint32_t flags) {
    toml::array list;
    for (const std::string_view name : flag_names())
        if (flags & *parse_flag(name))
            list.push_back(name);
    return list;
}

void put_value(toml::table &table, std::string_view key, const HostValue &value) {
    if (const auto *flag = std::get_if<bool>(&value))
        table.insert_or_assign(key, *flag);
    else if (const auto *words = std::get_if<std::vector<std::string>>(&value))
        table.insert_or_assign(key, word_list(*words));
    else
        table.insert_or_assign(key, std::get<std::string>(value));
}

void put_error_pages(toml::table &table, const HostConfig &host) {
    toml::table pages;
    for (const auto &[status, path] : host.error_pages)
        pages.insert(fmt::to_string(status), path);
    pages.is_inline(true);
    if (!pages.empty())
        table.insert("error-pages", std::move(pages));
}

void put_rules(toml::table &table, const HostConfig &host) {
    toml::array rules;
    for (const Rule &rule : host.rules)
        rules.push_back(prefixed_rule_table(rule));
    if (!rules.empty())
        table.insert("rule", std::move(rules));
}

toml::table server_table(const Config &config) {
    toml::table table;
    if (!config.settings.root.empty())
        table.insert("root", config.settings.root);
    table.insert("user", config.user);
    // Of a user that does not exist there is no primary group.
    if (const std::string group = value_text(config, "server.group"); !group.empty())
        table.insert("group", group);
    return table;
}

toml::table site_table(const Config &config) {
    toml::table table;
    for (const HostKey &key : host_keys())
        put_value(table, key.leaf(), value_of(config.settings.hosts.site, key));
    put_error_pages(table, config.site);
    return table;
}

toml::table mime_table(const Config &config) {
    toml::table types;
    for (const auto &[extension, type] : config.mime_types)
        types.emplace<toml::array>(type).first->second.as_array()->push_back(extension);
    toml::table table;
    table.insert("file", config.mime_file);
    if (!types.empty())
        table.insert("types", std::move(types));
    return table;
}

/// The table that a number stands in, "workqueue.hot".
toml::table &numbers_table(toml::table &root, std::string_view name) {
    const auto dot = name.find('.');
    toml::table &outer = *root.emplace<toml::table>(name.substr(0, dot)).first->second.as_table();
    return dot == std::string_view::npos ? outer : numbers_table(outer, name.substr(dot + 1));
}

} // namespace

void put_number(toml::table &table, const Number &number, std::uint32_t value) {
    switch (number.kind) {
    case Number::Kind::flags:
        table.insert_or_assign(number.leaf(), flag_list(value));
        break;
    case Number::Kind::toggle:
        table.insert_or_assign(number.leaf(), value != 0);
        break;
    case Number::Kind::choice:
        table.insert_or_assign(number.leaf(), number_text(number, value));
        break;
    case Number::Kind::integer:
        table.insert_or_assign(number.leaf(), value);
        break;
    }
}

toml::array word_list(const std::vector<std::string> &words) {
    toml::array list;
    for (const std::string &word : words)
        list.push_back(word);
    return list;
}

toml::array listener_tables(const std::vector<Listener> &listeners, bool defaults) {
    toml::array tables;
    for (const Listener &listener : listeners) {
        toml::table table;
        table.insert("address", listener.address.text());
        table.insert("port", listener.port);
        if (listener.v6only || defaults)
            table.insert("v6only", listener.v6only);
        if (!listener.device.empty())
            table.insert("device", listener.device);
        for (const ListenerNumber &number : listener_numbers)
            if (listener.*number.value != number.otherwise || defaults)
                table.insert(number.name, listener.*number.value);
        tables.push_back(std::move(table));
    }
    return tables;
}

toml::table rule_table(const Rule &rule) {
    toml::table table;
    toml::table fields;
    for (const Field &field : rule.fields)
        fields.insert(field.name, field.value);
    fields.is_inline(true);
    if (!fields.empty())
        table.insert("fields", std::move(fields));
    if (!rule.remove.empty())
        table.insert("remove", word_list(rule.remove));
    if (rule.cache_control)
        table.insert("cache-control", *rule.cache_control);
    if (rule.expires_s)
        table.insert("expires", *rule.expires_s);
    if (rule.listing)
        table.insert("listing", *rule.listing);
    if (rule.redirect)
        table.insert("redirect", *rule.redirect);
    if (rule.redirect_status)
        table.insert("status", *rule.redirect_status);
    if (rule.origins)
        table.insert("origins", word_list(*rule.origins));
    if (rule.allow)
        table.insert("allow", word_list(words_of(*rule.allow)));
    if (rule.deny)
        table.insert("deny", word_list(words_of(*rule.deny)));
    if (rule.readiness)
        table.insert("readiness", *rule.readiness);
    return table;
}

toml::table prefixed_rule_table(const Rule &rule) {
    toml::table table = rule_table(rule);
    table.insert("prefix", rule.prefix);
    return table;
}

toml::table vhost_table(const HostConfig &host) {
    toml::table table;
    table.insert("names", word_list(host.names));
    if (!host.root.empty())
        table.insert("root", host.root);
    for (const auto &[key, value] : host.values)
        put_value(table, key, value);
    put_error_pages(table, host);
    put_rules(table, host);
    return table;
}

toml::table whole_table(const Config &config) {
    toml::table root;
    root.insert("server", server_table(config));
    root.insert("listener", listener_tables(config.settings.listeners, true));
    root.insert("site", site_table(config));
    put_rules(root, config.site);
    toml::array vhosts;
    for (const HostConfig &host : config.vhosts)
        vhosts.push_back(vhost_table(host));
    if (!vhosts.empty())
        root.insert("vhost", std::move(vhosts));
    root.insert("mime", mime_table(config));
    for (const Number &number : numbers())
        put_number(numbers_table(root, number.table()), number, config.settings.*number.member);
    for (std::size_t queue = 0; queue < cpumask_keys.size(); ++queue)
        numbers_table(root, cpumask_keys[queue].substr(0, cpumask_keys[queue].rfind('.')))
            .insert("cpumask", config.settings.cpumasks[queue]);
    return root;
}

std::string file_text(const toml::table &table) {
    std::vector<std::string_view> order = {"server", "listener",  "site",     "rule",   "vhost",
                                           "mime",   "workqueue", "timeouts", "limits", "cache"};
    for (const auto &[key, node] : table)
        if (std::find(order.begin(), order.end(), key.str()) == order.end())
            order.push_back(key.str());
    std::vector<std::string> parts;
    for (const std::string_view name : order) {
        const toml::node *node = table.get(name);
        if (node == nullptr)
            continue;
        toml::table part;
        part.insert(name, *node);
        std::ostringstream out;
        out << toml::toml_formatter{part, no_indentation};
        std::string text = out.str();
        text.erase(0, text.find_first_not_of('\n'));
        parts.push_back(std::move(text));
    }
    return fmt::format("{}\n", fmt::join(parts, "\n\n"));
}

std::string line_text(const toml::node &node) {
    std::vector<std::string> parts;
    if (const toml::array *list = node.as_array()) {
        for (const toml::node &element : *list)
            parts.push_back(line_text(element));
        return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    if (const toml::table *table = node.as_table()) {
        for (const auto &[key, value] : *table)
            parts.push_back(fmt::format("{} = {}", key.str(), line_text(value)));
        return fmt::format("{{ {} }}", fmt::join(parts, ", "));
    }
    std::ostringstream out;
    out << toml::toml_formatter{node, one_line};
    return out.str();
}

} // namespace khttpd::config
