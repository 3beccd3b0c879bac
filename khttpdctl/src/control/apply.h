// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "netlink/client.h"

namespace khttpd::control {

/// What stands between the kernel and what the files want.
struct Plan {
    Server have; ///< with listeners
    Change difference;
    bool start = false; ///< the server does not run yet

    /// Whether carrying it out would change what the server does.
    bool changes() const { return start || !difference.empty(); }
};

/// Reads the kernel's side and compares.
Result<Plan> make_plan(netlink::Client &client, const Settings &want);

/// Carries @plan out in one request: all of it or nothing. The root goes along even where its path
/// is the same, because another directory may have that path by now. ExitCode::temporary where
/// somebody changed the server since the plan was made.
Result<netlink::Changed> carry_out(netlink::Client &client, const Plan &plan, const Settings &want);

/// Lines such as "limits.fields: 100 -> 200", one for each difference.
std::vector<std::string> describe(const Plan &plan);

} // namespace khttpd::control
