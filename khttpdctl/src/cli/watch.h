// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/commands.h"

namespace khttpd::cli {

/// Shows the statistics again and again: redrawn in place on a terminal, else line by line.
Result<int> watch(const Context &context, const StatsOptions &options);

} // namespace khttpd::cli
