// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "cli/commands.h"
#include "config/rule_setting.h"
#include "config/setting.h"

namespace khttpd::cli {

/// Gives several keys their values at once; numbers in the order of numbers().
Result<int> set_all(const Context &context, const EditOptions &options,
                    const std::vector<config::Setting> &settings);

/// Gives a rule of the default host, or something in it, a value.
Result<int> set_rule(const Context &context, const SetOptions &options, const config::RuleKey &key);

} // namespace khttpd::cli
