// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "cli/json.h"
#include "events/event.h"

namespace khttpd::cli {

/// What happened at @time.
Json event_json(const events::Event &event, const std::string &time);

} // namespace khttpd::cli
