// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/notify.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

#include <fmt/core.h>

namespace khttpd::daemon {
namespace {

/// @status as one line: a path may have line ends, which would be further fields of the message.
std::string status_field(std::string status) {
    std::replace(status.begin(), status.end(), '\n', ' ');
    return "STATUS=" + status;
}

} // namespace

void notify_ready(const std::string &status) {
    sd_notify(0, fmt::format("READY=1\n{}", status_field(status)).c_str());
}

void notify_status(const std::string &status) {
    sd_notify(0, status_field(status).c_str());
}

void notify_stopping() {
    sd_notify(0, "STOPPING=1\nSTATUS=stopping");
}

void notify_watchdog() {
    sd_notify(0, "WATCHDOG=1");
}

void notify_patience(std::chrono::microseconds time) {
    sd_notify(0, fmt::format("EXTEND_TIMEOUT_USEC={}", time.count()).c_str());
}

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t usec = 0;
    if (sd_watchdog_enabled(0, &usec) <= 0)
        return std::nullopt;
    return std::chrono::microseconds{usec};
}

} // namespace khttpd::daemon
