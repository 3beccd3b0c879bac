// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace khttpd::config {

/// A key with a value for it, as set takes it from the command line.
struct Setting {
    std::string key;
    std::variant<std::string, std::uint32_t, std::vector<Listener>> value;
};

/// Understands @text as a value for @key; ExitCode::usage where it is none. A relative server.root
/// is made absolute, and listeners that @config has already keep their other properties.
Result<Setting> parse_setting(std::string_view key, const std::string &text, const Config &config);

/// Fails with ExitCode::usage, and the likely key, unless @key is one of all_keys().
Result<void> check_key(std::string_view key);

/// The value of @key, one of all_keys(), as parse_setting() would take it; empty where there is
/// none.
std::string value_text(const Config &config, std::string_view key);

} // namespace khttpd::config
