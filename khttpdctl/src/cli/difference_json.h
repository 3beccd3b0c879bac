// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/json.h"
#include "control/apply.h"

namespace khttpd::cli {

/// The members that tell how the kernel differs from what the files want.
Json differences_json(const control::Plan &plan, const control::Wanted &wanted);

} // namespace khttpd::cli
