// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace khttpd::daemon {

/// Sends the daemon's messages to the journal where systemd started it, else to standard error with
/// the time.
void set_up_log(bool verbose, bool quiet);

} // namespace khttpd::daemon
