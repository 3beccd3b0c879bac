// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/resolve.h"

#include <strings.h>

#include <algorithm>
#include <span>

#include <fmt/core.h>

#include "config/protocol.h"

namespace khttpd::config {
namespace {

bool equal_names(const std::string &a, const std::string &b) {
    return strcasecmp(a.c_str(), b.c_str()) == 0;
}

/// Whether a rule for @outer matches everything that one for @inner does.
bool covers(const std::string &outer, const std::string &inner) {
    return inner.starts_with(outer) &&
           (outer.ends_with('/') || inner.size() == outer.size() || inner[outer.size()] == '/');
}

bool has_name(const std::vector<std::string> &names, const std::string &name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string &each) { return equal_names(each, name); });
}

bool has_field(const std::vector<Field> &fields, const std::string &name) {
    return std::any_of(fields.begin(), fields.end(),
                       [&](const Field &field) { return equal_names(field.name, name); });
}

/// What @rule inherits beside what it says itself.
void inherit(Rule &rule, const Rule &from) {
    for (const Field &field : from.fields)
        if (!has_field(rule.fields, field.name) && !has_name(rule.remove, field.name))
            rule.fields.push_back(field);
    for (const std::string &name : from.remove)
        if (!has_name(rule.remove, name))
            rule.remove.push_back(name);
    const auto otherwise = [](auto &own, const auto &inherited) {
        if (!own)
            own = inherited;
    };
    otherwise(rule.cache_control, from.cache_control);
    otherwise(rule.expires_s, from.expires_s);
    otherwise(rule.listing, from.listing);
    otherwise(rule.origins, from.origins);
    otherwise(rule.allow, from.allow);
    otherwise(rule.deny, from.deny);
    otherwise(rule.readiness, from.readiness);
}

/// The kernel takes both lists of a rule, or those of its host.
void inherit_access(Rule &rule, const Host &from) {
    if (!rule.allow && !rule.deny)
        return;
    rule.allow = rule.allow.value_or(from.allow);
    rule.deny = rule.deny.value_or(from.deny);
}

/// The rule that @rule inherits from, among @shorter, which are sorted; nullptr where there is
/// none.
const Rule *nearest_rule(std::span<const Rule> shorter, const Rule &rule) {
    const auto nearest = std::find_if(shorter.rbegin(), shorter.rend(), [&](const Rule &other) {
        return covers(other.prefix, rule.prefix);
    });
    return nearest != shorter.rend() ? &*nearest : nullptr;
}

/// Drops what was only there to keep something from being inherited.
void drop_refusals(Rule &rule) {
    std::erase_if(rule.remove, [](const std::string &name) { return removable_field(name) == 0; });
    if (rule.cache_control && rule.cache_control->empty())
        rule.cache_control.reset();
    if (rule.origins && rule.origins->empty())
        rule.origins.reset();
    if (rule.readiness == false)
        rule.readiness.reset();
}

/// As few of the @fields of a rule as inheriting makes all of, in their order. Those of a file are
/// sorted by name.
std::vector<Field> own_fields(const std::vector<Field> &fields, const Rule &from) {
    for (std::size_t count = 0; count < fields.size(); ++count) {
        Rule rule;
        rule.fields.assign(fields.begin(), fields.begin() + static_cast<std::ptrdiff_t>(count));
        const bool sorted =
            std::is_sorted(rule.fields.begin(), rule.fields.end(),
                           [](const Field &a, const Field &b) { return a.name < b.name; });
        const std::vector<Field> own = rule.fields;
        inherit(rule, from);
        if (sorted && rule.fields == fields)
            return own;
    }
    return fields;
}

/// Takes from @rule what it inherits, and has it refuse what it would inherit, but does not have.
void disinherit(Rule &rule, const Rule &from) {
    for (const Field &field : from.fields)
        if (!has_field(rule.fields, field.name) && !has_name(rule.remove, field.name))
            rule.remove.push_back(field.name);
    Rule refusing = from;
    std::erase_if(refusing.fields,
                  [&](const Field &field) { return has_name(rule.remove, field.name); });
    rule.fields = own_fields(rule.fields, refusing);
    const auto same = [](auto &own, const auto &inherited) {
        if (own == inherited)
            own.reset();
        else if (!own)
            own.emplace();
    };
    same(rule.cache_control, from.cache_control);
    same(rule.origins, from.origins);
    same(rule.readiness, from.readiness);
    if (rule.expires_s == from.expires_s)
        rule.expires_s.reset();
    if (rule.listing == from.listing)
        rule.listing.reset();
    if (rule.allow == from.allow)
        rule.allow.reset();
    if (rule.deny == from.deny)
        rule.deny.reset();
}

Host with_values(Host host, const HostConfig &from) {
    for (const auto &[leaf, value] : from.values)
        assign(host, *find_host_key(leaf), value);
    return host;
}

/// Fills in what is not inherited: paths and rules mean something beneath one root only.
void add_own(Host &host, const HostConfig &from) {
    host.names = from.names;
    host.root = from.root;
    for (const auto &[status, path] : from.error_pages)
        host.error_pages.emplace(status, path.substr(1));
    host.rules = merge_rules(from.rules);
    for (Rule &rule : host.rules)
        inherit_access(rule, host);
}

/// Checks what can only be judged when all files are read. The hosts in the settings are those of
/// the files, in the same order.
class Checker {
  public:
    Checker(const Config &config, Diagnostics &diagnostics)
        : config_(config), diagnostics_(diagnostics) {}

    void check() {
        const Hosts &hosts = config_.settings.hosts;
        check_host(hosts.site, config_.site);
        for (std::size_t i = 0; i < hosts.vhosts.size(); ++i)
            check_host(hosts.vhosts[i], config_.vhosts[i]);
        check_names();
        if (!config_.vhosts.empty())
            // One place is for the default host.
            limit(config_.vhosts.size(), KHTTPD_VHOSTS_MAX - 1, "virtual hosts",
                  host_key(config_.vhosts.back().names));
    }

  private:
    void complain(const std::string &key, std::string message) {
        const auto place = config_.sources.find(key);
        diagnostics_.push_back(
            {place != config_.sources.end() ? place->second : Source{}, std::move(message)});
    }

    void limit(std::size_t count, std::size_t max, const char *what, const std::string &key) {
        if (count > max)
            complain(key, fmt::format("{}: expected at most {} {}, not {}", key, max, what, count));
    }

    void check_host(const Host &host, const HostConfig &given) {
        if (!given.rules.empty())
            limit(host.rules.size(), KHTTPD_RULES_MAX, "rules of a host",
                  rule_key(host.names, given.rules.back().prefix));
        if (!host.error_pages.empty())
            limit(host.error_pages.size(), KHTTPD_ERROR_PAGES_MAX, "error pages",
                  fmt::format("{}.error-pages.{}", host.key(), host.error_pages.rbegin()->first));
        for (const Rule &rule : host.rules)
            for (const Rule &own : given.rules)
                if (own.prefix == rule.prefix) {
                    check_rule(rule, own, rule_key(host.names, rule.prefix));
                    check_removed(own, given.rules, rule_key(host.names, rule.prefix));
                }
    }

    /// @merged is @own with what it inherits.
    void check_rule(const Rule &merged, const Rule &own, const std::string &key) {
        std::uint32_t removed = 0;
        for (const std::string &name : merged.remove)
            removed |= removable_field(name);
        for (const Field &field : own.fields)
            if (!may_add_field(field.name, removed))
                complain(fmt::format("{}.fields.{}", key, field.name),
                         fmt::format("{}.fields: khttpd sends {} by itself; expected it in "
                                     "'remove' as well",
                                     key, field.name));
        std::size_t bytes = 0;
        for (const Field &field : merged.fields)
            bytes += field.name.size() + field.value.size() + 4; // ": " and the line's end
        limit(merged.fields.size(), KHTTPD_RULE_FIELDS_MAX, "fields", key);
        limit(bytes, KHTTPD_RULE_BYTES_MAX, "bytes of fields", key);
    }

    /// A field that is removed has to be one that would be there.
    void check_removed(const Rule &own, const std::vector<Rule> &all, const std::string &key) {
        for (const std::string &name : own.remove) {
            const bool inherited = std::any_of(all.begin(), all.end(), [&](const Rule &other) {
                return other.prefix != own.prefix && covers(other.prefix, own.prefix) &&
                       has_field(other.fields, name);
            });
            if (!inherited && removable_field(name) == 0)
                complain(key + ".remove",
                         fmt::format("{}.remove: expected Server, Last-Modified, ETag, "
                                     "Accept-Ranges, Content-Type, Vary, or a field that a rule "
                                     "for a shorter prefix adds, not '{}'",
                                     key, name));
        }
    }

    /// A name leads to one host.
    void check_names() {
        std::map<std::string_view, const HostConfig *> owners;
        for (const HostConfig &host : config_.vhosts)
            for (const std::string &name : host.names) {
                const auto [owner, added] = owners.emplace(name, &host);
                if (added)
                    continue;
                const std::string key = host_key(host.names) + ".names";
                const std::string other = host_key(owner->second->names);
                complain(key, fmt::format("{}: '{}' is a name of {} already, {}", key, name, other,
                                          config_.sources.at(other).text()));
            }
    }

    const Config &config_;
    Diagnostics &diagnostics_;
};

} // namespace

std::vector<Rule> merge_rules(std::vector<Rule> rules) {
    // What covers a prefix is shorter, and so stands before it.
    std::sort(rules.begin(), rules.end(),
              [](const Rule &a, const Rule &b) { return a.prefix < b.prefix; });
    for (auto rule = rules.begin(); rule != rules.end(); ++rule) {
        // The nearest has inherited already whatever there is.
        if (const Rule *nearest = nearest_rule({rules.begin(), rule}, *rule))
            inherit(*rule, *nearest);
        drop_refusals(*rule);
    }
    return rules;
}

std::vector<Rule> unmerge_rules(const std::vector<Rule> &merged) {
    std::vector<Rule> rules = merged;
    for (std::size_t i = 0; i < rules.size(); ++i)
        if (const Rule *nearest = nearest_rule({merged.data(), i}, merged[i]))
            disinherit(rules[i], *nearest);
    return rules;
}

Host resolve_host(const Host &site, const HostConfig &given) {
    Host host = site;
    host.error_pages.clear();
    host = with_values(std::move(host), given);
    add_own(host, given);
    return host;
}

void resolve_hosts(Config &config, Diagnostics &diagnostics) {
    Hosts &hosts = config.settings.hosts;
    const Host base = with_values({}, config.site);
    hosts.site = base;
    add_own(hosts.site, config.site);
    hosts.vhosts.clear();
    for (const HostConfig &each : config.vhosts)
        hosts.vhosts.push_back(resolve_host(base, each));
    Checker{config, diagnostics}.check();
    sort_hosts(hosts.vhosts);
}

Result<Hosts> resolved_hosts(Config config) {
    Diagnostics wrong;
    resolve_hosts(config, wrong);
    if (!wrong.empty())
        return Error{ExitCode::config, wrong.front().message,
                     "khttpd.conf(5) describes rules and virtual hosts"};
    return std::move(config.settings.hosts);
}

} // namespace khttpd::config
