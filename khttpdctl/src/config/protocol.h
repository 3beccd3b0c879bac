// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/mime.h"

namespace khttpd::config {

// What the module accepts of words in its configuration. The answers are those of the module's own
// functions, which this program links, together with the limits of the netlink interface.

/// "example.org", "*.example.org", an IPv4 address or an IPv6 address in brackets.
bool is_host_name(std::string_view text);
/// Which of the hosts with these @names, a list each, a request for @host is for.
std::optional<std::size_t> find_host(std::span<const std::span<const std::string>> names,
                                     std::string_view host);
/// Name of a file, without a slash.
bool is_file_name(std::string_view text);
/// A path from the document root on, with a slash in front.
bool is_prefix(std::string_view text);
/// The path of a file beneath the document root, with a slash in front.
bool is_file_path(std::string_view text);
bool is_media_type(std::string_view text);
bool is_charset(std::string_view text);
bool is_field_value(std::string_view text);
bool is_redirect_target(std::string_view text);
bool is_redirect_status(std::int64_t status);
bool is_origin(std::string_view text);
/// Extension of a file name, in lower case and without the dot in front.
bool is_extension(std::string_view text);

/// The bit of a field that the server sends by itself and can leave out; 0 for any other name.
std::uint32_t removable_field(std::string_view name);
/// Whether a rule may add a field of that name; @removed has the bits of those that it leaves out.
bool may_add_field(std::string_view name, std::uint32_t removed);

/// The table that the module has by itself.
MimeTable built_in_mime();
/// What the module finds types in that has @table: that one, where @table is empty.
MimeTable mime_in_use(MimeTable table);

} // namespace khttpd::config
