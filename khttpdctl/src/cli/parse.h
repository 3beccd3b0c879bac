// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/context.h"

namespace khttpd::cli {

/// Understands the command line, runs its command, reports what failed, and returns the exit
/// status.
int run(int argc, const char *const *argv, Context &context);

} // namespace khttpd::cli
