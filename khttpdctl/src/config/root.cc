// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/root.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

namespace khttpd::config {
namespace {

constexpr mode_t read_and_search = S_IROTH | S_IXOTH;

/// The permission bits that count for @account, as the last three.
mode_t bits_for(const struct stat &status, const Account &account) {
    if (status.st_uid == account.uid)
        return status.st_mode >> 6;
    if (status.st_gid == account.gid)
        return status.st_mode >> 3;
    return status.st_mode;
}

bool has_access_list(const std::string &path) {
    return getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

Error no_root(const std::string &message, std::string hint) {
    return {ExitCode::no_root, "server.root: " + message, std::move(hint), "server.root"};
}

} // namespace

Result<std::vector<std::string>> check_root(const std::string &root, const Account &account) {
    struct stat status;
    if (stat(root.c_str(), &status) < 0)
        return no_root(fmt::format("{}: {}", root, std::strerror(errno)),
                       "give a directory that exists");
    if (!S_ISDIR(status.st_mode))
        return no_root(fmt::format("{} is not a directory", root),
                       "give the directory that holds the files");
    if ((bits_for(status, account) & read_and_search) != read_and_search && !has_access_list(root))
        return no_root(fmt::format("{} cannot be read by user {}, group {}", root,
                                   user_name(account.uid), group_name(account.gid)),
                       fmt::format("chmod o+rx '{}', or set server.user to a user that may", root));

    std::vector<std::string> warnings;
    struct stat top;
    if (stat("/", &top) == 0 && top.st_dev == status.st_dev && top.st_ino == status.st_ino)
        warnings.push_back(fmt::format(
            "{} is the whole file system: everything that user {} can read will be served", root,
            user_name(account.uid)));
    if (status.st_mode & S_IWOTH)
        warnings.push_back(
            fmt::format("{} is writable by everybody: anybody can put files on this server", root));
    return warnings;
}

} // namespace khttpd::config
