// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/describe.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "config/account.h"
#include "config/host_config.h"

namespace khttpd::control {
namespace {

/// Collects the lines.
class Description {
  public:
    void add(const std::string &key, const std::string &before, const std::string &after) {
        const auto quoted = [](const std::string &text) { return text.empty() ? "none" : text; };
        if (before != after)
            lines_.push_back(fmt::format("{}: {} -> {}", key, quoted(before), quoted(after)));
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

    std::vector<std::string> take() { return std::move(lines_); }

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
                lines_.push_back(fmt::format("{}: removed", rule_key(want.names, rule.prefix)));
        for (const Rule &rule : want.rules) {
            const Rule *before = find_rule(have, rule);
            if (before == nullptr || *before != rule)
                lines_.push_back(fmt::format("{}: {}", rule_key(want.names, rule.prefix),
                                             before == nullptr ? "added" : "changed"));
        }
    }

    std::vector<std::string> lines_;
};

std::string extent(const MimeTable &table) {
    return table.empty() ? "built in" : fmt::format("{} extensions", table.size());
}

} // namespace

std::vector<std::string> describe(const Plan &plan) {
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
    if (change.hosts)
        text.add_hosts(have.hosts, *change.hosts);
    std::vector<std::string> lines = text.take();
    // The numbers can be the same while the types are others.
    if (change.mime)
        lines.push_back(
            fmt::format("mime.types: {} -> {}", extent(have.mime), extent(*change.mime)));
    return lines;
}

} // namespace khttpd::control
