// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/apply.h"

#include <algorithm>

#include <fmt/core.h>

#include "config/load.h"
#include "config/verify.h"
#include "control/cpumask.h"
#include "control/describe.h"
#include "netlink/host_codec.h"

namespace khttpd::control {
namespace {

/// A host goes into one attribute, whose length has 16 bits.
Result<void> check_sizes(const Hosts &hosts) {
    const auto check = [](const Host &host) -> Result<void> {
        const std::size_t bytes = netlink::host_bytes(host);
        if (bytes <= netlink::nest_bytes_max)
            return {};
        // The default host has no table that all of it stands in.
        const bool by_rules = host.names.empty() && !host.rules.empty();
        const std::string subject =
            by_rules ? rule_key(host.names, host.rules.back().prefix) : host.key();
        return Error{ExitCode::config,
                     fmt::format("{}: its rules and settings take {} bytes, but at most {} can be "
                                 "sent",
                                 host.key(), bytes, netlink::nest_bytes_max),
                     "give it fewer rules, or shorter ones", subject};
    };
    if (auto fits = check(hosts.site); !fits)
        return fits;
    for (const Host &host : hosts.vhosts)
        if (auto fits = check(host); !fits)
            return fits;
    return {};
}

Result<Wanted> complete(Result<config::Config> config, const config::Paths &paths) {
    if (!config)
        return config.error();
    auto verified = config::verify(*config);
    if (!verified)
        return verified.error();
    if (const auto fit = check_sizes(verified->settings.hosts); !fit)
        return config::locate(fit.error(), *config);
    return Wanted{std::move(*config), std::move(verified->settings), paths,
                  std::move(verified->warnings), std::move(verified->remarks)};
}

/// The request that carries @plan out.
Change request(const Plan &plan, const Settings &want) {
    Change change = plan.difference;
    change.state = KHTTPD_STATE_RUNNING;
    change.root = want.root;
    change.expect_generation = plan.have.generation;
    const auto &vhosts = want.hosts.vhosts;
    if (std::any_of(vhosts.begin(), vhosts.end(),
                    [](const Host &host) { return !host.root.empty(); }))
        change.hosts = want.hosts;
    return change;
}

} // namespace

Result<Wanted> read_files(const config::Paths &paths) {
    return complete(config::load(paths), paths);
}

Result<Wanted> read_file(const std::filesystem::path &file) {
    return complete(config::load_single(file), {});
}

void tell(const Wanted &wanted, const Messages &messages) {
    for (const std::string &warning : wanted.warnings)
        messages.warn(warning);
    for (const std::string &remark : wanted.remarks)
        messages.detail(remark);
}

Result<Plan> make_plan(netlink::Client &client, const Wanted &wanted) {
    auto have = read_server(client, wanted.paths);
    if (!have)
        return have.error();
    Plan plan;
    plan.difference = difference(have->settings, wanted.settings);
    plan.start = have->state != KHTTPD_STATE_RUNNING;
    plan.have = std::move(*have);
    return plan;
}

Result<void> check_generation(const Server &server, const std::optional<std::uint64_t> &expected) {
    if (!expected || server.generation == *expected)
        return {};
    return Error{ExitCode::temporary,
                 fmt::format("the server is of generation {}, not {}: somebody has changed it",
                             server.generation, *expected),
                 "'khttpdctl diff' shows how it differs from the files now"};
}

Result<Server> carry_out(netlink::Client &client, const Plan &plan, const Wanted &wanted,
                         const Messages &messages) {
    for (const std::string &line : describe(plan))
        messages.detail(line);
    if (!plan.changes())
        messages.detail("the kernel has this configuration already");
    auto changed = client.change(request(plan, wanted.settings));
    if (!changed) {
        if (!plan.start)
            messages.warn(unchanged);
        return config::locate(changed.error(), wanted.config);
    }
    if (!changed->warning.empty())
        messages.warn(changed->warning);
    if (const auto put = complete_with_cpumasks(client, wanted.paths, plan.have, changed->server,
                                                wanted.settings.cpumasks, messages.warn);
        !put)
        return config::locate(put.error(), wanted.config);
    return std::move(changed->server);
}

Result<void> apply(netlink::Client &client, const Wanted &wanted, const Messages &messages) {
    const auto plan = make_plan(client, wanted);
    if (!plan)
        return plan.error();
    if (const auto done = carry_out(client, *plan, wanted, messages); !done)
        return done.error();
    return {};
}

} // namespace khttpd::control
