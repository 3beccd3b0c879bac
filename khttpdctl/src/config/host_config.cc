// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/host_config.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/access.h"
#include "config/protocol.h"

namespace khttpd::config {
namespace {

using Kind = HostKey::Kind;

bool is_symlinks(std::string_view text) {
    return parse_symlinks(text).has_value();
}

bool is_charset_or_none(std::string_view text) {
    return text.empty() || is_charset(text);
}

constexpr HostKey table[] = {
    {"site.index", Kind::list, "names of files", is_file_name, KHTTPD_INDEXES_MAX},
    {"site.listing", Kind::flag, "true or false", nullptr},
    {"site.dot-files", Kind::flag, "true or false", nullptr},
    {"site.siblings", Kind::flag, "true or false", nullptr},
    {"site.server-field", Kind::flag, "true or false", nullptr},
    {"site.inode-tag", Kind::flag, "true or false", nullptr},
    {"site.symlinks", Kind::word, "\"beneath\", \"owner\" or \"none\"", is_symlinks},
    {"site.charset", Kind::word, "a charset such as \"utf-8\", or \"\" for none",
     is_charset_or_none},
    {"site.default-type", Kind::word, "a media type such as \"text/plain\"", is_media_type},
    {"site.allow", Kind::list, blocks_expected, is_block, KHTTPD_BLOCKS_MAX, meant_block},
    {"site.deny", Kind::list, blocks_expected, is_block, KHTTPD_BLOCKS_MAX, meant_block},
};

} // namespace

std::span<const HostKey> host_keys() {
    return table;
}

const HostKey *find_host_key(std::string_view leaf) {
    const auto *found = std::find_if(std::begin(table), std::end(table),
                                     [&](const HostKey &key) { return key.leaf() == leaf; });
    return found != std::end(table) ? found : nullptr;
}

void assign(Host &host, const HostKey &key, const HostValue &value) {
    if (key.kind == Kind::flag) {
        const std::uint32_t option = *parse_host_option(key.leaf());
        host.options = std::get<bool>(value) ? host.options | option : host.options & ~option;
    } else if (key.leaf() == "index") {
        host.indexes = std::get<std::vector<std::string>>(value);
    } else if (key.leaf() == "allow") {
        host.allow = blocks_of(std::get<std::vector<std::string>>(value));
    } else if (key.leaf() == "deny") {
        host.deny = blocks_of(std::get<std::vector<std::string>>(value));
    } else if (key.leaf() == "symlinks") {
        host.symlinks = *parse_symlinks(std::get<std::string>(value));
    } else if (key.leaf() == "charset") {
        host.charset = std::get<std::string>(value);
    } else {
        host.default_type = std::get<std::string>(value);
    }
}

HostValue value_of(const Host &host, const HostKey &key) {
    if (key.kind == Kind::flag)
        return (host.options & *parse_host_option(key.leaf())) != 0;
    if (key.leaf() == "index")
        return host.indexes;
    if (key.leaf() == "allow")
        return words_of(host.allow);
    if (key.leaf() == "deny")
        return words_of(host.deny);
    if (key.leaf() == "symlinks")
        return std::string{symlinks_names()[host.symlinks]};
    return key.leaf() == "charset" ? host.charset : host.default_type;
}

std::string text_of(const HostValue &value) {
    if (const auto *flag = std::get_if<bool>(&value))
        return *flag ? "true" : "false";
    if (const auto *list = std::get_if<std::vector<std::string>>(&value))
        return fmt::format("{}", fmt::join(*list, " "));
    return std::get<std::string>(value);
}

} // namespace khttpd::config
