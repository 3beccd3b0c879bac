// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/describe.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "config/account.h"
#include "config/host_config.h"
#include "config/writer.h"

namespace khttpd::control {
namespace {

/// Collects the differences.
class Description {
  public:
    void add(const std::string &key, const std::string &before, const std::string &after) {
        if (before != after)
            list_.push_back({key, before, after});
    }

    void add_hosts(const Hosts &have, const Hosts &want) {
        add_host(have.site, want.site);
        for (const Host &host : have.vhosts)
            if (find(want.vhosts, host) == nullptr)
                add(host.key(), summary(host), "");
        for (const Host &host : want.vhosts) {
            if (const Host *before = find(have.vhosts, host))
                add_host(*before, host);
            else
                add(host.key(), "", summary(host));
        }
    }

    void add_mime(const MimeTable &have, const MimeTable &want) {
        const auto extent = [](const MimeTable &table) {
            return table.empty() ? "built in" : fmt::format("{} extensions", table.size());
        };
        if (have.empty() || want.empty())
            return add("mime.types", extent(have), extent(want));
        const auto type = [](const MimeTable &table, const std::string &extension) {
            const auto found = table.find(extension);
            return found != table.end() ? found->second : std::string{};
        };
        for (const auto &[extension, before] : have)
            add("mime.types." + extension, before, type(want, extension));
        for (const auto &[extension, after] : want)
            if (have.count(extension) == 0)
                add("mime.types." + extension, "", after);
    }

    std::vector<Difference> take() { return std::move(list_); }

  private:
    static const Host *find(const std::vector<Host> &hosts, const Host &wanted) {
        const auto found = std::find_if(hosts.begin(), hosts.end(), [&](const Host &host) {
            return host.names.front() == wanted.names.front();
        });
        return found != hosts.end() ? &*found : nullptr;
    }

    static std::string summary(const Host &host) {
        return fmt::format("{}{} rules", host.root.empty() ? "" : host.root + ", ",
                           host.rules.size());
    }

    void add_host(const Host &have, const Host &want) {
        const std::string key = want.key();
        const auto words = [](const std::vector<std::string> &list) {
            return fmt::format("{}", fmt::join(list, " "));
        };
        add(key + ".names", words(have.names), words(want.names));
        add(key + ".root", have.root, want.root);
        for (const config::HostKey &each : config::host_keys())
            add(fmt::format("{}.{}", key, each.leaf()),
                config::text_of(config::value_of(have, each)),
                config::text_of(config::value_of(want, each)));
        add_error_pages(have, want);
        add_rules(have, want);
    }

    void add_error_pages(const Host &have, const Host &want) {
        const auto path = [](const Host &host, std::uint32_t status) {
            const auto page = host.error_pages.find(status);
            return page != host.error_pages.end() ? "/" + page->second : std::string{};
        };
        for (const Host *host : {&have, &want})
            for (const auto &[status, page] : host->error_pages)
                if (host == &have || have.error_pages.count(status) == 0)
                    add(fmt::format("{}.error-pages.{}", want.key(), status), path(have, status),
                        path(want, status));
    }

    void add_rules(const Host &have, const Host &want) {
        const auto find_rule = [](const Host &host, const Rule &wanted) -> const Rule * {
            for (const Rule &rule : host.rules)
                if (rule.prefix == wanted.prefix)
                    return &rule;
            return nullptr;
        };
        for (const Rule &rule : have.rules)
            if (find_rule(want, rule) == nullptr)
                add(rule_key(want.names, rule.prefix), config::line_text(config::rule_table(rule)),
                    "");
        for (const Rule &rule : want.rules) {
            const std::string key = rule_key(want.names, rule.prefix);
            if (const Rule *before = find_rule(have, rule))
                add_rule(key, *before, rule);
            else
                add(key, "", config::line_text(config::rule_table(rule)));
        }
    }

    void add_rule(const std::string &key, const Rule &have, const Rule &want) {
        const toml::table before = config::rule_table(have);
        const toml::table after = config::rule_table(want);
        const auto text = [](const toml::node *node) {
            return node != nullptr ? config::line_text(*node) : std::string{};
        };
        for (const auto &[name, value] : before)
            add(fmt::format("{}.{}", key, name.str()), config::line_text(value),
                text(after.get(name)));
        for (const auto &[name, value] : after)
            if (!before.contains(name))
                add(fmt::format("{}.{}", key, name.str()), "", config::line_text(value));
    }

    std::vector<Difference> list_;
};

} // namespace

std::string Difference::text() const {
    const auto quoted = [](const std::string &value) { return value.empty() ? "none" : value; };
    return fmt::format("{}: {} -> {}", key, quoted(before), quoted(after));
}

std::vector<Difference> differences(const Plan &plan) {
    const Settings &have = plan.have.settings;
    const Change &change = plan.difference;
    Description text;
    if (plan.start)
        text.add("state", std::string{state_name(plan.have.state)}, "running");
    if (change.root)
        text.add("server.root", have.root, *change.root);
    if (change.uid)
        text.add("server.user", config::user_name(have.uid), config::user_name(*change.uid));
    if (change.gid)
        text.add("server.group", config::group_name(have.gid), config::group_name(*change.gid));
    if (change.listeners)
        text.add("listener", endpoints(have.listeners), endpoints(*change.listeners));
    for (const auto &[number, value] : change.numbers)
        text.add(std::string{number->key}, number_text(*number, have.*number->member),
                 number_text(*number, value));
    for (std::size_t queue = 0; queue < change.cpumasks.size(); ++queue)
        if (change.cpumasks[queue])
            text.add(std::string{cpumask_keys[queue]}, have.cpumasks[queue],
                     *change.cpumasks[queue]);
    if (change.hosts)
        text.add_hosts(have.hosts, *change.hosts);
    if (change.mime)
        text.add_mime(have.mime, *change.mime);
    return text.take();
}

std::vector<std::string> describe(const Plan &plan) {
    std::vector<std::string> lines;
    for (const Difference &each : differences(plan))
        lines.push_back(each.text());
    return lines;
}

} // namespace khttpd::control
