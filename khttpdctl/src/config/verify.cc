// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/verify.h"

#include <fmt/core.h>

#include "config/account.h"
#include "config/root.h"

namespace khttpd::config {

Error locate(Error error, const Config &config) {
    auto found = config.sources.find(error.subject);
    // A default within a listener has no place; the listener may have.
    if (found == config.sources.end())
        found = config.sources.find(error.subject.substr(0, error.subject.find('.')));
    if (found == config.sources.end())
        return error;
    error.details.push_back({found->second, error.message});
    error.message = error.code == ExitCode::config ? "the configuration is not valid"
                                                   : "the configuration cannot be applied";
    return error;
}

Result<Verified> verify(const Config &config) {
    const auto account = find_account(config.user, config.group);
    if (!account)
        return locate(account.error(), config);
    if (config.settings.root.empty())
        return Error{ExitCode::config, "server.root: no document root is configured",
                     "khttpdctl set-root DIR", "server.root"};
    auto warnings = check_root(config.settings.root, *account);
    if (!warnings)
        return locate(warnings.error(), config);

    Verified verified{config.settings, std::move(*warnings)};
    verified.settings.uid = account->uid;
    verified.settings.gid = account->gid;
    return verified;
}

} // namespace khttpd::config
