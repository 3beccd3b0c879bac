// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/account.h"

namespace khttpd::config {

/// A directory to serve files from, and why.
struct RootUse {
    std::string path; ///< absolute
    std::string key;  ///< the setting that says so, such as "server.root"
    bool listing;     ///< directories are listed, for which they have to be readable
};

/// Whether @account can search the directory. Success comes with warnings about a root that is
/// unwise; the failures are ExitCode::no_root. Access control lists are left to the kernel to
/// judge.
Result<std::vector<std::string>> check_root(const RootUse &root, const Account &account);

} // namespace khttpd::config
