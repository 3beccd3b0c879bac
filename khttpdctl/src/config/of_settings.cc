// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/of_settings.h"

#include <algorithm>

#include "config/account.h"
#include "config/file.h"
#include "config/mime_types.h"
#include "config/protocol.h"
#include "config/resolve.h"

namespace khttpd::config {
namespace {

/// What would have to be said of @host, which without it has the values of @base.
HostConfig host_config(const Host &host, const Host &base) {
    HostConfig config;
    config.names = host.names;
    config.root = host.root;
    for (const HostKey &key : host_keys())
        if (auto value = value_of(host, key); value != value_of(base, key))
            config.values.emplace(key.leaf(), std::move(value));
    for (const auto &[status, path] : host.error_pages)
        config.error_pages.emplace(status, "/" + path);
    config.rules = unmerge_rules(host.rules);
    return config;
}

/// What @file and the types that are built in make together; nothing where it cannot be read.
std::optional<MimeTable> types_in(const std::string &file) {
    const auto content = read_file(file);
    if (!content || !*content)
        return std::nullopt;
    MimeTable types = parse_mime_types(**content).table;
    types.merge(built_in_mime());
    return types;
}

/// Says @table by the usual file and what is different from it, or else without any file.
void take_mime(Config &config, const MimeTable &table) {
    auto base = types_in(config.mime_file);
    const auto by_extension = [](const auto &a, const auto &b) { return a.first < b.first; };
    if (!base ||
        !std::includes(table.begin(), table.end(), base->begin(), base->end(), by_extension)) {
        config.mime_file = "/dev/null";
        base = built_in_mime();
    }
    for (const auto &[extension, type] : table)
        if (const auto same = base->find(extension); same == base->end() || same->second != type)
            config.mime_types.emplace(extension, type);
}

} // namespace

Config config_of(Settings settings) {
    Config config;
    config.user = user_name(settings.uid);
    config.group = group_name(settings.gid);
    config.site = host_config(settings.hosts.site, {});
    for (const Host &host : settings.hosts.vhosts)
        config.vhosts.push_back(host_config(host, settings.hosts.site));
    take_mime(config, settings.mime);
    config.settings = std::move(settings);
    return config;
}

Config config_of(const Hosts &hosts) {
    Settings settings;
    settings.hosts = hosts;
    return config_of(std::move(settings));
}

} // namespace khttpd::config
