// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/host_config.h"

namespace khttpd::config {

/// What a value for an error page is, for messages, and whether @text is one.
inline constexpr std::string_view expected_error_page =
    "the path of a file from the document root on, which begins with a slash, or \"\" for none";
bool is_error_page_or_none(std::string_view text);

/// What the status of an error is, for messages, and @text as one.
inline constexpr std::string_view expected_error_status = "a status code from 400 to 599";
std::optional<std::uint32_t> parse_error_status(std::string_view text);

/// Has @host send the file at @path with errors of that @status, or none where it is empty.
void assign_error_page(HostConfig &host, std::uint32_t status, const std::string &path);

} // namespace khttpd::config
