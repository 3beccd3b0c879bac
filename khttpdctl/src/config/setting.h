// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
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

/// Understands @text as a value for @key; ExitCode::usage where it is none. A relative path of the
/// machine is made absolute, and listeners that @config has already keep their other properties.
Result<Setting> parse_setting(std::string_view key, const std::string &text, const Config &config);

/// The same for a key that [site] and [[vhost]] have alike; @name is what it is called.
Result<HostValue> parse_host_value(std::string_view name, const HostKey &key,
                                   const std::string &text);

/// The same for an error page that is called @name; empty for none.
Result<std::string> parse_error_page(std::string_view name, const std::string &text);

/// Gives @host the value of @setting, of a key of [site].
void assign(HostConfig &host, const Setting &setting);

/// Gives @config the value of @setting, before what the files say, and the virtual hosts what they
/// inherit of it.
void override(Config &config, const Setting &setting);

/// The words of a list, with blanks or commas between them.
std::vector<std::string> words_in(std::string text);

/// What a mask of CPUs is in the files.
inline constexpr std::string_view expected_cpumask =
    "a hexadecimal mask of CPUs such as \"f\", or \"\" to leave it to the kernel";
bool is_cpumask_or_none(std::string_view text);

/// The key of the file that the media types stand in.
inline constexpr std::string_view mime_file_key = "mime.file";

/// Fails with ExitCode::usage, and the likely key, unless @key is one of all_keys() or that of an
/// error page, a rule or something in one, something of a virtual host, or the type of an
/// extension.
Result<void> check_key(std::string_view key);

/// The key of [site] with that full name, such as "site.listing", or nullptr.
const HostKey *find_site_key(std::string_view key);

/// The status in a key such as "site.error-pages.404".
std::optional<std::uint32_t> find_error_page(std::string_view key);

/// The extension in a key such as "mime.types.txt", whose media type that is.
std::optional<std::string> find_mime_extension(std::string_view key);

/// all_keys(), and those of the error pages, rules, virtual hosts and types of extensions that
/// @config has; of virtual hosts those for which they have a value of their own.
std::vector<std::string> given_keys(const Config &config);

/// The value of @key, which check_key() knows, as parse_setting() would take it; empty where there
/// is none.
std::string value_text(const Config &config, std::string_view key);

} // namespace khttpd::config
