// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/cpumask.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "base/unique_fd.h"
#include "config/file.h"

namespace khttpd::control {
namespace {

std::filesystem::path file_of(const config::Paths &paths, const std::string &workqueue) {
    return paths.workqueues / workqueue / "cpumask";
}

Error refused(const std::string &key, const std::string &mask, int error) {
    const bool denied = config::is_denied(error);
    const bool hidden = error == ENOENT;
    return {denied   ? ExitCode::permission
            : hidden ? ExitCode::unavailable
                     : ExitCode::os_error,
            fmt::format("{}: cannot be {}: {}", key, mask, std::strerror(error)),
            denied   ? "only root can do this (try sudo)"
            : hidden ? "the kernel shows a workqueue only with the flags unbound and sysfs"
                     : "give a hexadecimal mask of CPUs that this machine has",
            key};
}

Result<void> write_mask(const std::filesystem::path &file, const std::string &key,
                        const std::string &mask) {
    const UniqueFd fd{::open(file.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!fd || ::write(fd.get(), mask.data(), mask.size()) < 0)
        return refused(key, mask, errno);
    return {};
}

/// Makes the server of that @generation what it was @before. What did not run then is stopped; what
/// it is to be is told with the next start.
Result<void> take_back(netlink::Client &client, const config::Paths &paths, const Server &before,
                       std::uint64_t generation) {
    const auto now = client.everything();
    if (!now)
        return now.error();
    Change change;
    if (before.state == KHTTPD_STATE_RUNNING)
        change = difference(now->settings, before.settings);
    else
        change.state = KHTTPD_STATE_STOPPED;
    if (change.empty_for_kernel())
        return put_cpumasks(paths, *now, before.settings.cpumasks);
    change.expect_generation = generation;
    const auto changed = client.change(change);
    if (!changed)
        return changed.error();
    return put_cpumasks(paths, changed->server, before.settings.cpumasks);
}

} // namespace

CpuMasks read_cpumasks(const config::Paths &paths, const Server &server) {
    CpuMasks masks;
    for (std::size_t queue = 0; queue < masks.size(); ++queue) {
        if (server.workqueues[queue].empty())
            continue;
        const auto content = config::read_file(file_of(paths, server.workqueues[queue]));
        if (content && *content)
            masks[queue] = canonical_cpumask(**content).value_or("");
    }
    return masks;
}

Result<Server> read_server(netlink::Client &client, const config::Paths &paths) {
    auto server = client.everything();
    if (server)
        server->settings.cpumasks = read_cpumasks(paths, *server);
    return server;
}

Result<void> complete_with_cpumasks(netlink::Client &client, const config::Paths &paths,
                                    const Server &before, const Server &after,
                                    const CpuMasks &wanted,
                                    const std::function<void(const std::string &)> &warn) {
    const auto put = put_cpumasks(paths, after, wanted);
    if (put)
        return {};
    if (const auto back = take_back(client, paths, before, after.generation); !back)
        warn(fmt::format("all else was applied, and could not be taken back: {}",
                         back.error().message));
    else
        warn("the change was taken back: the server is as it was");
    return put.error();
}

Result<void> put_cpumasks(const config::Paths &paths, const Server &server,
                          const CpuMasks &wanted) {
    const CpuMasks have = read_cpumasks(paths, server);
    for (std::size_t queue = 0; queue < wanted.size(); ++queue)
        if (!wanted[queue].empty() && wanted[queue] != have[queue])
            if (const auto written = write_mask(file_of(paths, server.workqueues[queue]),
                                                std::string{cpumask_keys[queue]}, wanted[queue]);
                !written)
                return written.error();
    return {};
}

} // namespace khttpd::control
