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

/// The rules that the default host of @config comes to if @key has the value @text there.
Result<std::vector<Rule>> changed_rules(config::Config config, const config::RuleKey &key,
                                        const std::string &text) {
    const auto rule = config::changed_rule(config.site, key, text);
    if (!rule)
        return rule.error();
    std::vector<Rule> &rules = config.site.rules;
    std::erase_if(rules, [&](const Rule &other) { return other.prefix == key.prefix; });
    if (*rule)
        rules.push_back(**rule);
    Diagnostics wrong;
    config::resolve_hosts(config, wrong);
    if (!wrong.empty())
        return Error{ExitCode::config, wrong.front().message, "khttpd.conf(5) describes rules"};
    return config.settings.hosts.site.rules;
}

/// The configuration that makes @hosts, as far as they go.
config::Config config_of_hosts(const Hosts &hosts) {
    Settings settings;
    settings.hosts = hosts;
    return config::config_of(std::move(settings));
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
        auto rules = changed_rules(options.edit.runtime ? config_of_hosts(*change->hosts) : config,
                                   key, options.value);
        if (!rules)
            return rules.error();
        change->hosts->site.rules = std::move(*rules);
        return change;
    };
    return carry_out(context, options.edit, edit);
}

} // namespace khttpd::cli
