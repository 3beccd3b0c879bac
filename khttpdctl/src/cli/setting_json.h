// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

#include "cli/json.h"
#include "config/config.h"

namespace khttpd::cli {

/// The value of @key, which config::check_key() knows, in its own type; null where there is none.
Json setting_json(const config::Config &config, std::string_view key);

/// Puts the settings of a listener into @json.
void put_listener(Json &json, const Listener &listener);

} // namespace khttpd::cli
