// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "events/event.h"

namespace khttpd::daemon {

/// What the journal gets to know of @event besides its message, each as "FIELD=value"; see
/// khttpdctl-monitor(8).
std::vector<std::string> journal_fields(const events::Event &event);

} // namespace khttpd::daemon
