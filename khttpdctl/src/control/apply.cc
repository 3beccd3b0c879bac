// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/apply.h"

#include <fmt/core.h>

#include "config/account.h"

namespace khttpd::control {

Result<Plan> make_plan(netlink::Client &client, const Settings &want) {
    auto have = client.everything();
    if (!have)
        return have.error();
    Plan plan;
    plan.difference = difference(have->settings, want);
    plan.start = have->state != KHTTPD_STATE_RUNNING;
    plan.have = std::move(*have);
    return plan;
}

Result<netlink::Changed> carry_out(netlink::Client &client, const Plan &plan,
                                   const Settings &want) {
    Change change = plan.difference;
    change.state = KHTTPD_STATE_RUNNING;
    change.root = want.root;
    change.expect_generation = plan.have.generation;
    return client.change(change);
}

std::vector<std::string> describe(const Plan &plan) {
    const Settings &have = plan.have.settings;
    const Change &change = plan.difference;
    std::vector<std::string> lines;
    const auto add = [&](std::string_view key, const std::string &before,
                         const std::string &after) {
        const auto quoted = [](const std::string &text) { return text.empty() ? "none" : text; };
        lines.push_back(fmt::format("{}: {} -> {}", key, quoted(before), quoted(after)));
    };
    if (plan.start)
        add("state", std::string{state_name(plan.have.state)}, "running");
    if (change.root)
        add("server.root", have.root, *change.root);
    if (change.uid)
        add("server.user", config::user_name(have.uid), config::user_name(*change.uid));
    if (change.gid)
        add("server.group", config::group_name(have.gid), config::group_name(*change.gid));
    if (change.listeners)
        add("listener", endpoints(have.listeners), endpoints(*change.listeners));
    for (const auto &[number, value] : change.numbers)
        add(number->key, number_text(*number, have.*number->member), number_text(*number, value));
    return lines;
}

} // namespace khttpd::control
