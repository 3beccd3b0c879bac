// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"

namespace khttpd::config {

/// The user and the group that files are read as.
struct Account {
    uid_t uid;
    gid_t gid;
};

/// Looks up @user and @group, each a name or a number in digits; without a group, the user's
/// primary group. ExitCode::config with a subject where one does not exist or is user 0.
Result<Account> find_account(const std::string &user, const std::optional<std::string> &group);

/// The name of a user or group, or its number where it has no name.
std::string user_name(uid_t uid);
std::string group_name(gid_t gid);

} // namespace khttpd::config
