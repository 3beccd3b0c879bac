// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "cli/dashboard.h"

namespace khttpd::cli {

/// The statistics in Prometheus' text format, version 0.0.4. Of a server that does not run there is
/// little more than that, as counters at zero would look like a restart.
std::string stats_prometheus(const View &view);

} // namespace khttpd::cli
