// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace khttpd::daemon {

// What systemd is told, by sd_notify(3); nothing happens where it did not start this process.

/// The service is up; @status is its one-line description.
void notify_ready(const std::string &status);
void notify_status(const std::string &status);
/// The service is going down.
void notify_stopping();
/// The service works.
void notify_watchdog();
/// Going down will take up to @time more.
void notify_patience(std::chrono::microseconds time);

/// How often systemd wants to hear that the service works; nothing where it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

} // namespace khttpd::daemon
