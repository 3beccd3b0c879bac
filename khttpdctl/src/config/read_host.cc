// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/read_host.h"

#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "config/error_page.h"
#include "config/protocol.h"
#include "config/read_rule.h"

namespace khttpd::config {
namespace {

/// What [site] and [[vhost]] can have: the keys of all hosts, and @others.
std::vector<std::string_view> known_keys(std::initializer_list<std::string_view> others) {
    std::vector<std::string_view> keys{others};
    for (const HostKey &key : host_keys())
        keys.push_back(key.leaf());
    return keys;
}

std::optional<HostValue> read_value(Reading &reading, const std::string &path, const HostKey &key,
                                    const toml::node &node) {
    const auto as_value = [](auto read) {
        return read ? std::optional<HostValue>{std::move(*read)} : std::nullopt;
    };
    switch (key.kind) {
    case HostKey::Kind::flag:
        return as_value(reading.flag(path, node));
    case HostKey::Kind::word:
        return as_value(reading.word(path, key.expected, node, key.fits));
    case HostKey::Kind::list:
        break;
    }
    return as_value(reading.words(path, key.expected, node, key.max, key.fits, key.meant));
}

void read_error_pages(Reading &reading, const std::string &name, const toml::node &node,
                      HostConfig &host) {
    const std::string list = name + ".error-pages";
    const toml::table *table = reading.table(list, node);
    if (table == nullptr)
        return;
    for (const auto &[key, value] : *table) {
        const auto status = parse_error_status(key.str());
        if (!status) {
            reading.complain(key.source(), fmt::format("{}: expected {}, not '{}'", list,
                                                       expected_error_status, key.str()));
            continue;
        }
        const std::string path = fmt::format("{}.{}", list, *status);
        reading.remember(path, value);
        if (const auto page = reading.word(path, expected_error_page, value, is_error_page_or_none))
            assign_error_page(host, *status, *page);
    }
}

/// Reads the keys of [site] or of a [[vhost]], which @own are beside those that both have, and not
/// read here.
void read_host(Reading &reading, const toml::table &table, HostConfig &host,
               std::initializer_list<std::string_view> own) {
    const std::string name = host_key(host.names);
    for (const auto &[key, node] : table) {
        if (std::find(own.begin(), own.end(), key.str()) != own.end())
            continue;
        if (key == "error-pages") {
            read_error_pages(reading, name, node, host);
            continue;
        }
        const HostKey *known = find_host_key(key.str());
        if (known == nullptr) {
            auto keys = known_keys(own);
            keys.push_back("error-pages");
            reading.unknown_key(host.names.empty() ? "site" : "vhost", key, keys);
            continue;
        }
        const std::string path = fmt::format("{}.{}", name, key.str());
        reading.remember(path, node);
        if (auto value = read_value(reading, path, *known, node))
            host.values[std::string{key.str()}] = std::move(*value);
    }
}

bool is_root(std::string_view text) {
    return text.starts_with('/') && text.size() <= KHTTPD_PATH_MAX;
}

/// The names in @table, of which there has to be one.
std::optional<std::vector<std::string>> read_names(Reading &reading, const toml::table &table) {
    constexpr std::string_view expected =
        "a host name or address in lower case, or \"*.\" and a host name";
    const toml::node *node = table.get("names");
    if (node == nullptr) {
        reading.complain(table.source(), "vhost.names: expected the names of the host");
        return std::nullopt;
    }
    auto names = reading.words("vhost.names", expected, *node, KHTTPD_HOSTS_MAX, is_host_name);
    if (names && names->empty()) {
        reading.complain(node->source(), "vhost.names: expected at least one name");
        return std::nullopt;
    }
    return names;
}

HostConfig read_vhost(Reading &reading, const toml::table &table, std::vector<std::string> names) {
    HostConfig host;
    host.names = std::move(names);
    const std::string name = host_key(host.names);
    reading.forget(name);
    reading.remember(name, table);
    reading.remember(name + ".names", *table.get("names"));
    if (const toml::node *node = table.get("root")) {
        reading.remember(name + ".root", *node);
        host.root = reading.word(name + ".root", "an absolute path", *node, is_root).value_or("");
    }
    read_host(reading, table, host, {"names", "root", "rule"});
    if (const toml::node *node = table.get("rule"))
        read_rules(reading, *node, host);
    return host;
}

} // namespace

void read_site(Reading &reading, const toml::node &node) {
    reading.remember("site", node);
    if (const toml::table *table = reading.table("site", node))
        read_host(reading, *table, reading.config().site, {});
}

void read_vhosts(Reading &reading, const toml::node &node) {
    std::vector<HostConfig> &vhosts = reading.config().vhosts;
    std::set<std::string> seen;
    for (const toml::table *table : reading.tables("vhost", node, KHTTPD_VHOSTS_MAX)) {
        auto names = read_names(reading, *table);
        if (!names)
            continue;
        const std::string first = names->front();
        if (!seen.insert(first).second) {
            reading.complain(
                table->get("names")->source(),
                fmt::format("vhost[{}].names: there are two virtual hosts of this name", first));
            continue;
        }
        HostConfig host = read_vhost(reading, *table, std::move(*names));
        std::erase_if(vhosts,
                      [&](const HostConfig &other) { return other.names.front() == first; });
        vhosts.push_back(std::move(host));
    }
}

} // namespace khttpd::config
