// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <vector>

#include "cli/edit.h"
#include "config/setting.h"

namespace khttpd::cli {

/// Gives several keys their values at once; numbers in the order of numbers().
Result<int> set_all(const Context &context, const EditOptions &options,
                    const std::vector<config::Setting> &settings);

} // namespace khttpd::cli
