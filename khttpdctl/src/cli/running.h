// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "cli/context.h"

namespace khttpd::cli {

/// The settings of the running server in the form of a configuration; nothing while none runs.
Result<std::optional<config::Config>> running_config(const Context &context);

} // namespace khttpd::cli
