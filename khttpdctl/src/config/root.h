// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/account.h"

namespace khttpd::config {

/// Whether @account can read and search the directory @root, an absolute path. Success comes with
/// warnings about a root that is unwise; the failures are ExitCode::no_root. Access control lists
/// are left to the kernel to judge.
Result<std::vector<std::string>> check_root(const std::string &root, const Account &account);

} // namespace khttpd::config
