// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>
#include <vector>

#include "cli/json.h"
#include "control/apply.h"
#include "control/describe.h"

namespace khttpd::cli {

/// One of two configurations that are compared.
struct Side {
    std::string_view name; ///< of the member that has its values
    const config::Config &config;
};

/// The members that tell of @differences, from @before to @after.
Json differences_json(const std::vector<control::Difference> &differences, const Side &before,
                      const Side &after);

/// The members that tell how the kernel differs from what the files want.
Json differences_json(const control::Plan &plan, const control::Wanted &wanted);

} // namespace khttpd::cli
