// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/netns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "base/nearest.h"
#include "base/unique_fd.h"

namespace khttpd::host {
namespace {

constexpr const char *own_namespace = "/proc/self/ns/net";

bool is_name(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && text.find('/') == text.npos;
}

} // namespace

Error NetworkNamespaces::not_found(const std::string &name) const {
    std::vector<std::string> names;
    std::error_code failure;
    std::filesystem::directory_iterator each{directory_, failure};
    for (; !failure && each != std::filesystem::directory_iterator{}; each.increment(failure))
        names.push_back(each->path().filename().string());
    const std::vector<std::string_view> views{names.begin(), names.end()};
    return {ExitCode::no_root,
            fmt::format("there is no network namespace '{}'{}", name, did_you_mean(name, views)),
            fmt::format("'ip netns add {}' makes one", name)};
}

Result<void> NetworkNamespaces::enter(const std::string &name) const {
    if (!is_name(name))
        return Error{ExitCode::usage, fmt::format("'{}' cannot be a network namespace", name),
                     "'ip netns list' shows those that there are"};
    const std::string path = directory_ / name;
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd && errno == ENOENT)
        return not_found(name);
    if (!fd)
        return Error{errno == EACCES ? ExitCode::permission : ExitCode::os_error,
                     fmt::format("cannot open {}: {}", path, std::strerror(errno))};
    if (is_own(name) || ::setns(fd.get(), CLONE_NEWNET) == 0)
        return {};
    if (errno == EINVAL)
        return Error{ExitCode::no_root, fmt::format("{} is no network namespace", path),
                     fmt::format("'ip netns delete {}' removes what is left of it", name)};
    if (errno == EPERM)
        return Error{ExitCode::permission,
                     fmt::format("entering the network namespace '{}' needs CAP_SYS_ADMIN", name),
                     "only root can do this (try sudo)"};
    return Error{ExitCode::os_error, fmt::format("cannot enter the network namespace '{}': {}",
                                                 name, std::strerror(errno))};
}

bool NetworkNamespaces::is_own(const std::string &name) const {
    struct stat named;
    struct stat own;
    return ::stat((directory_ / name).c_str(), &named) == 0 && ::stat(own_namespace, &own) == 0 &&
           named.st_dev == own.st_dev && named.st_ino == own.st_ino;
}

} // namespace khttpd::host
