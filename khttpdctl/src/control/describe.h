// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "control/apply.h"

namespace khttpd::control {

/// Lines such as "limits.fields: 100 -> 200", one for each difference.
std::vector<std::string> describe(const Plan &plan);

} // namespace khttpd::control
