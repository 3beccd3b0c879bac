// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "cli/json.h"
#include "config/toml.h"

namespace khttpd::cli {

/// What is said in a file, as JSON.
Json toml_json(const toml::node &node);

} // namespace khttpd::cli
