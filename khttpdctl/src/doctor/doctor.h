// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "doctor/finding.h"
#include "doctor/machine.h"

namespace khttpd::doctor {

/// Everything that the server needs, in the order in which it needs it. Changes nothing, and loads
/// no module.
Findings examine(const Machine &machine);

/// That of the first failure, or ExitCode::ok.
ExitCode outcome(const Findings &findings);

} // namespace khttpd::doctor
