// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/dashboard.h"
#include "cli/json.h"

namespace khttpd::cli {

/// Size and counters of the cache.
Json cache_json(const Stats &stats);

/// The statistics as --json shows them.
Json stats_json(const View &view);

} // namespace khttpd::cli
