// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "events/event.h"

namespace khttpd::daemon {

/// Sends the daemon's messages to the journal where systemd started it, else to standard error with
/// the time.
void set_up_log(bool verbose, bool quiet);

/// Tells of @event by @message, in the journal with its fields; @warn: somebody ought to look.
void log_event(const events::Event &event, const std::string &message, bool warn);

} // namespace khttpd::daemon
