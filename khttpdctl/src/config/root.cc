// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/root.h"

#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/core.h>

namespace khttpd::config {
namespace {

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

/// The first part of @path that cannot be looked at, which may be all of it.
std::string obstacle(const std::string &path) {
    struct stat status;
    std::string part;
    for (const auto &name : std::filesystem::path{path}) {
        part = (std::filesystem::path{part} / name).string();
        if (stat(part.c_str(), &status) < 0)
            break;
    }
    return part;
}

Error no_root(const RootUse &root, const std::string &message, std::string hint) {
    return {ExitCode::no_root, fmt::format("{}: {}", root.key, message), std::move(hint), root.key};
}

} // namespace

Result<std::vector<std::string>> check_root(const RootUse &root, const Account &account) {
    const std::string &path = root.path;
    struct stat status;
    if (stat(path.c_str(), &status) < 0) {
        const std::string reason = std::strerror(errno);
        const std::string part = obstacle(path);
        return no_root(root,
                       part == path ? fmt::format("{}: {}", path, reason)
                                    : fmt::format("{}: {}: {}", path, part, reason),
                       "give a directory that exists");
    }
    if (!S_ISDIR(status.st_mode))
        return no_root(root, fmt::format("{} is not a directory", path),
                       "give the directory that holds the files");
    const auto permits = [&](mode_t bit) {
        return (bits_for(status, account) & bit) != 0 || has_access_list(path);
    };
    if (!permits(S_IXOTH))
        return no_root(
            root,
            fmt::format("{} cannot be searched by user {}, group {}: its mode is {:04o}, "
                        "user {}, group {}",
                        path, user_name(account.uid), group_name(account.gid),
                        status.st_mode & 07777u, user_name(status.st_uid),
                        group_name(status.st_gid)),
            fmt::format("chmod o+x '{}', or set server.user to a user that may", path));

    std::vector<std::string> warnings;
    if (root.listing && !permits(S_IROTH))
        warnings.push_back(fmt::format("{} cannot be read by user {}, so it will not be listed",
                                       path, user_name(account.uid)));
    struct stat top;
    if (stat("/", &top) == 0 && top.st_dev == status.st_dev && top.st_ino == status.st_ino)
        warnings.push_back(fmt::format(
            "{} is the whole file system: everything that user {} can read will be served", path,
            user_name(account.uid)));
    if (status.st_mode & S_IWOTH)
        warnings.push_back(
            fmt::format("{} is writable by everybody: anybody can put files on this server", path));
    return warnings;
}

} // namespace khttpd::config
