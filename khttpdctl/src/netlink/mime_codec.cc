// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/mime_codec.h"

#include <map>
#include <string_view>
#include <vector>

#include "netlink/nest.h"

namespace khttpd::netlink {
namespace {

constexpr auto mime_policy = [] {
    Policy<KHTTPD_A_MIME_MAX> policy{};
    policy[KHTTPD_A_MIME_TYPE] = string;
    policy[KHTTPD_A_MIME_EXTENSION] = string;
    return policy;
}();

std::map<std::string_view, std::vector<std::string_view>> by_type(const MimeTable &table) {
    std::map<std::string_view, std::vector<std::string_view>> types;
    for (const auto &[extension, type] : table)
        types[type].push_back(extension);
    return types;
}

} // namespace

std::size_t mime_bytes(const MimeTable &table) {
    std::size_t sum = 0;
    for (const auto &[type, extensions] : by_type(table)) {
        sum += NLA_HDRLEN + string_bytes(type);
        for (const std::string_view extension : extensions)
            sum += string_bytes(extension);
    }
    return sum;
}

void put_mime(Message &message, const MimeTable &table) {
    for (const auto &[type, extensions] : by_type(table))
        message.nest(KHTTPD_A_CHANGE_MIME, [&, &type = type, &extensions = extensions] {
            message.put_string(KHTTPD_A_MIME_TYPE, std::string{type});
            for (const std::string_view extension : extensions)
                message.put_string(KHTTPD_A_MIME_EXTENSION, std::string{extension});
        });
}

bool take_mime(MimeTable &table, nlattr *attribute) {
    const Nest<KHTTPD_A_MIME_MAX> nest{attribute, mime_policy};
    if (!nest.valid() || !nest.has(KHTTPD_A_MIME_TYPE))
        return false;
    for (std::string &extension : texts_of(attribute, KHTTPD_A_MIME_EXTENSION))
        table[std::move(extension)] = nest.text(KHTTPD_A_MIME_TYPE);
    return true;
}

} // namespace khttpd::netlink
