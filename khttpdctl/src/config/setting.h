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
    std::variant<std::string, std::uint32_t, std::vector<Listener>, bool, std::vector<std::string>>
        value;
};

/// Understands @text as a value for @key; ExitCode::usage where it is none. A relative server.root
/// is made absolute, and listeners that @config has already keep their other properties.
Result<Setting> parse_setting(std::string_view key, const std::string &text, const Config &config);

/// @setting, of a key of [site], as a value for a host.
HostValue host_value(const Setting &setting);

/// Gives @config the value of an account or of the default host, before what the files say, and the
/// virtual hosts what they inherit of it.
void override(Config &config, const Setting &setting);

/// What a mask of CPUs is in the files.
inline constexpr std::string_view expected_cpumask =
    "a hexadecimal mask of CPUs such as \"f\", or \"\" to leave it to the kernel";
bool is_cpumask_or_none(std::string_view text);

/// Fails with ExitCode::usage, and the likely key, unless @key is one of all_keys().
Result<void> check_key(std::string_view key);

/// The key of [site] with that full name, such as "site.listing", or nullptr.
const HostKey *find_site_key(std::string_view key);

/// The value of @key, one of all_keys(), as parse_setting() would take it; empty where there is
/// none.
std::string value_text(const Config &config, std::string_view key);

} // namespace khttpd::config
