// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/verify.h"

#include <fmt/core.h>

#include "config/account.h"
#include "config/file.h"
#include "config/mime_types.h"
#include "config/protocol.h"
#include "config/root.h"

namespace khttpd::config {

std::vector<RootUse> roots_of(const Settings &settings) {
    std::vector<RootUse> roots = {{settings.root, "server.root", settings.hosts.site.lists()}};
    for (const Host &host : settings.hosts.vhosts)
        if (!host.root.empty())
            roots.push_back({host.root, host.key() + ".root", host.lists()});
    return roots;
}

const Source *find_source(const Config &config, std::string key) {
    for (;;) {
        const auto found = config.sources.find(key);
        if (found != config.sources.end())
            return &found->second;
        const auto dot = key.rfind('.');
        if (dot == std::string::npos)
            return nullptr;
        key.erase(dot);
    }
}

Error locate(Error error, const Config &config) {
    // A default has no place; the table that it would stand in may have. A rule that inherits what
    // is wrong has one, too.
    const Source *place = find_source(config, error.subject);
    if (place == nullptr)
        return error;
    error.details.push_back({*place, error.message});
    error.message = error.code == ExitCode::config ? "the configuration is not valid"
                                                   : "the configuration cannot be applied";
    return error;
}

Result<void> add_mime(const Config &config, Verified &verified) {
    const auto content = read_file(config.mime_file);
    if (content && *content) {
        const MimeFile file = parse_mime_types(**content);
        verified.settings.mime = file.table;
        if (file.skipped != 0)
            verified.remarks.push_back(
                fmt::format("{}: left out what is no media type or extension on {} lines",
                            config.mime_file, file.skipped));
    } else {
        verified.warnings.push_back(
            fmt::format("mime.file: {}; only the common media types, which are built in, are known",
                        content ? config.mime_file + " does not exist" : content.error().message));
    }
    MimeTable &table = verified.settings.mime;
    for (const auto &[extension, type] : config.mime_types)
        table[extension] = type;
    // By itself it is what the module has anyway.
    if (!table.empty())
        table.merge(built_in_mime());
    if (table.size() > KHTTPD_EXTENSIONS_MAX)
        return Error{ExitCode::config,
                     fmt::format("mime.file: expected at most {} extensions, not {}",
                                 KHTTPD_EXTENSIONS_MAX, table.size()),
                     "give a shorter file", "mime.file"};
    return {};
}

Result<Verified> verify(const Config &config) {
    const auto account = find_account(config.user, config.group);
    if (!account)
        return locate(account.error(), config);
    if (config.settings.root.empty())
        return Error{ExitCode::config, "server.root: no document root is configured",
                     "khttpdctl set-root DIR", "server.root"};
    Verified verified{config.settings, {}, {}};
    verified.settings.uid = account->uid;
    verified.settings.gid = account->gid;
    for (const RootUse &root : roots_of(config.settings)) {
        const auto warnings = check_root(root, *account);
        if (!warnings)
            return locate(warnings.error(), config);
        verified.warnings.insert(verified.warnings.end(), warnings->begin(), warnings->end());
    }
    if (const auto added = add_mime(config, verified); !added)
        return locate(added.error(), config);
    return verified;
}

} // namespace khttpd::config
