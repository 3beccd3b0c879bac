// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace khttpd::doctor {

enum class Verdict {
    ok,
    warn, ///< it may become a failure, or could not be looked at
    fail, ///< it keeps the server from running
};

std::string_view verdict_name(Verdict verdict);

/// What one check has found.
struct Finding {
    std::string_view check;
    Verdict verdict = Verdict::ok;
    std::string text;
    std::vector<std::string> cures = {}; ///< commands, in the order to run them in
    ExitCode code = ExitCode::ok;        ///< of a failure: what fails with this
};

using Findings = std::vector<Finding>;

} // namespace khttpd::doctor
