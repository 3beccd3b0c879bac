// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/account.h"

#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace khttpd::config {
namespace {

std::optional<std::uint32_t> as_number(const std::string &text) {
    std::uint32_t number = 0;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, number);
    // All ones is what the kernel calls "no id".
    if (error != std::errc{} || end != last || number == std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    return number;
}

Error unknown(const char *key, const std::string &name) {
    return {ExitCode::config, fmt::format("{}: '{}' does not exist", key, name),
            "give a user and a group of this system, by name or number", key};
}

/// A group for a user that is known as a number alone.
Error no_group(const std::string &user) {
    return {ExitCode::config, fmt::format("server.group: user {} has no primary group", user),
            "set server.group as well", "server.user"};
}

} // namespace

Result<Account> find_account(const std::string &user, const std::optional<std::string> &group) {
    const auto uid = as_number(user);
    const passwd *entry = uid ? getpwuid(*uid) : getpwnam(user.c_str());
    if (entry == nullptr && !uid)
        return unknown("server.user", user);
    Account account{entry != nullptr ? entry->pw_uid : *uid, 0};
    if (account.uid == 0)
        return Error{ExitCode::config,
                     "server.user: files are never read as root, to whom nothing is forbidden",
                     "give an unprivileged user, such as www-data", "server.user"};
    if (!group) {
        if (entry == nullptr)
            return no_group(user);
        account.gid = entry->pw_gid;
    } else if (const auto gid = as_number(*group)) {
        account.gid = *gid;

    } else if (const struct group *found = getgrnam(group->c_str())) {
        account.gid = found->gr_gid;
    } else {

        return unknown("server.group", *group);
    }
    return account;
}

std::string user_name(uid_t uid) {
    const passwd *entry = getpwuid(uid);
    return entry != nullptr ? entry->pw_name : fmt::to_string(uid);
}

std::string group_name(gid_t gid) {
    const group *entry = getgrgid(gid);
    return entry != nullptr ? entry->gr_name : fmt::to_string(gid);
}

} // namespace khttpd::config
