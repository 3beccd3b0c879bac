// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace khttpd::config {

/// A configuration that can be given to the kernel.
struct Verified {
    Settings settings; ///< complete, with uid and gid
    std::vector<std::string> warnings;
};

/// Checks what the files cannot tell of themselves: the accounts and the document root.
Result<Verified> verify(const Config &config);

/// Puts the place in the files before the message of @error, where its subject has one.
Error locate(Error error, const Config &config);

} // namespace khttpd::config
