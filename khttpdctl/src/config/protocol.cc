// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/protocol.h"

#include <linux/khttpd.h>

#include <algorithm>
#include <utility>
#include <vector>

extern "C" {
#include "mime.h"
#include "rule.h"
#include "vhost.h"
}

namespace khttpd::config {
namespace {

/// Whether @valid accepts @text, and it is no longer than @max.
bool fits(std::string_view text, std::size_t max, bool (*valid)(const char *, u32)) {
    return text.size() <= max && valid(text.data(), static_cast<u32>(text.size()));
}

} // namespace

bool is_host_name(std::string_view text) {
    return fits(text, KHTTPD_HOST_MAX, http_vhost_name_valid);
}

std::optional<std::size_t> find_host(std::span<const std::span<const std::string>> names,
                                     std::string_view host) {
    std::vector<http_vhost_name> sorted;
    for (std::size_t place = 0; place < names.size(); ++place)
        for (const std::string &name : names[place])
            sorted.push_back({name.data(), static_cast<u32>(name.size()), static_cast<u32>(place)});
    std::sort(sorted.begin(), sorted.end(), [](const http_vhost_name &a, const http_vhost_name &b) {
        return http_vhost_compare(&a, &b) < 0;
    });
    const int found = http_vhost_find(sorted.data(), static_cast<u32>(sorted.size()), host.data(),
                                      static_cast<u32>(host.size()));
    return found >= 0 ? std::optional{static_cast<std::size_t>(found)} : std::nullopt;
}

bool is_file_name(std::string_view text) {
    return fits(text, KHTTPD_NAME_MAX, http_rule_name_valid);
}

bool is_prefix(std::string_view text) {
    return fits(text, KHTTPD_PATH_MAX, http_rule_prefix_valid);
}

bool is_file_path(std::string_view text) {
    return text.starts_with('/') && fits(text.substr(1), KHTTPD_PATH_MAX, http_rule_path_valid);
}

bool is_media_type(std::string_view text) {
    return fits(text, KHTTPD_NAME_MAX, http_rule_type_valid);
}

bool is_charset(std::string_view text) {
    return fits(text, KHTTPD_NAME_MAX, http_rule_charset_valid);
}

bool is_field_value(std::string_view text) {
    return fits(text, KHTTPD_VALUE_MAX, http_rule_value_valid);
}

bool is_redirect_target(std::string_view text) {
    return fits(text, KHTTPD_VALUE_MAX, http_rule_target_valid);
}

bool is_redirect_status(std::int64_t status) {
    return status > 0 && status < 600 && http_rule_redirect_status_valid(static_cast<u32>(status));
}

bool is_origin(std::string_view text) {
    return fits(text, KHTTPD_VALUE_MAX, http_rule_origin_valid);
}

bool is_extension(std::string_view text) {
    return fits(text, KHTTPD_EXTENSION_MAX, http_rule_extension_valid);
}

std::uint32_t removable_field(std::string_view name) {
    return http_rule_hide(name.data(), static_cast<u32>(name.size()));
}

bool may_add_field(std::string_view name, std::uint32_t removed) {
    return name.size() <= KHTTPD_NAME_MAX &&
           http_rule_field_allowed(name.data(), static_cast<u32>(name.size()),
                                   static_cast<u8>(removed));
}

MimeTable built_in_mime() {
    MimeTable table;
    for (u32 i = 0; i < http_mime_built_in.nr; ++i)
        table.emplace(http_mime_built_in.entries[i].extension, http_mime_built_in.entries[i].type);
    return table;
}

MimeTable mime_in_use(MimeTable table) {
    return table.empty() ? built_in_mime() : std::move(table);
}

} // namespace khttpd::config
