// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/running.h"
#include "cli/set.h"
#include "config/of_settings.h"
#include "config/resolve.h"

namespace khttpd::cli {
namespace {

/// Makes the rules of @hosts, of the running server, those that @config comes to if @key has the
/// value there that is @asked for.
Result<void> change_rules(Hosts &hosts, config::Config config, const config::RuleKey &key,
                          const KeyEdit &asked) {
    if (asked.value) {
        const auto rule = config::changed_rule(config.site, key, asked.value);
        if (!rule)
            return rule.error();
        // What is put into the file counts whatever later files say, but where it only goes from
        // there, one of an earlier file may come to light again.
        if (*rule || asked.options.runtime)
            config::replace_rule(config.site, key.prefix, *rule);
    }
    auto changed = config::resolved_hosts(std::move(config));
    if (!changed)
        return changed.error();
    hosts.site.rules = std::move(changed->site.rules);
    return {};
}

} // namespace

Result<int> set_rule(const Context &context, const KeyEdit &asked, const config::RuleKey &key) {
    Edit edit;
    edit.keys = {asked.key};
    edit.unsets = !asked.value;
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        const auto rule = config::changed_rule(before.site, key, asked.value);
        if (!rule)
            return rule.error();
        if (!*rule)
            if (const auto fit = check_removal(context, before, rule_key({}, key.prefix)); !fit)
                return fit.error();
        return std::vector<config::OwnEdit>{config::ReplaceRule{key.prefix, *rule}};
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &config) -> Result<Change> {
        auto change = change_of_hosts(client, server);
        if (!change)
            return change;
        // What is saved makes all rules those of the files, what is not saved changes one alone.
        if (const auto changed = change_rules(
                *change->hosts, asked.options.runtime ? config::config_of(*change->hosts) : config,
                key, asked);
            !changed)
            return changed.error();
        return change;
    };
    return carry_out(context, asked.options, edit);
}

} // namespace khttpd::cli
