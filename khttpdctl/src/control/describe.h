// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "control/apply.h"

namespace khttpd::control {

/// A setting that differs.
struct Difference {
    std::string key;
    std::string before; ///< in the kernel; empty for nothing
    std::string after;  ///< in the files

    /// "limits.fields: 100 -> 200"
    std::string text() const;
};

std::vector<Difference> differences(const Plan &plan);

/// Lines such as "limits.fields: 100 -> 200", one for each difference.
std::vector<std::string> describe(const Plan &plan);

} // namespace khttpd::control
