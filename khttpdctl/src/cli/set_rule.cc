// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/running.h"
#include "cli/set.h"
#include "config/of_settings.h"
#include "config/resolve.h"

namespace khttpd::cli {
namespace {

/// A rule that is to go, so that there is no @rule in its place, has to stand in the file that this
/// program writes.
Result<void> check_place(const Context &context, const config::Config &before,
                         const config::RuleKey &key, const std::optional<Rule> &rule) {
    const std::string name = rule_key({}, key.prefix);
    const auto place = before.sources.find(name);
    if (rule || place == before.sources.end() || place->second.file == context.paths.own_file())
        return {};
    return read_only(name, place->second);
}

/// Makes the rules of @hosts, of the running server, those that @config comes to if @key has the
/// value there that @options say.
Result<void> change_rules(Hosts &hosts, config::Config config, const config::RuleKey &key,
                          const SetOptions &options) {
    const auto rule = config::changed_rule(config.site, key, options.value);
    if (!rule)
        return rule.error();
    // What is put into the file counts whatever later files say, but where it only goes from there,
    // one of an earlier file may come to light again.
    if (*rule || options.edit.runtime)
        config::replace_rule(config.site, key.prefix, *rule);
    auto changed = config::resolved_hosts(std::move(config));
    if (!changed)
        return changed.error();
    hosts.site.rules = std::move(changed->site.rules);
    return {};
}

} // namespace

Result<int> set_rule(const Context &context, const SetOptions &options,
                     const config::RuleKey &key) {
    Edit edit;
    edit.keys = {options.key};
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        const auto rule = config::changed_rule(before.site, key, options.value);
        if (!rule)
            return rule.error();
        if (const auto fit = check_place(context, before, key, *rule); !fit)
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
                *change->hosts, options.edit.runtime ? config::config_of(*change->hosts) : config,
                key, options);
            !changed)
            return changed.error();
        return change;
    };
    return carry_out(context, options.edit, edit);
}

} // namespace khttpd::cli
