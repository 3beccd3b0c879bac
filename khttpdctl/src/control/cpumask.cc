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
