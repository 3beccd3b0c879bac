// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/root.h"

namespace khttpd::config {

/// A configuration that can be given to the kernel.
struct Verified {
    Settings settings; ///< complete, with uid and gid and the media types
    std::vector<std::string> warnings;
    std::vector<std::string> remarks; ///< for those who want to know more
};

/// The document roots of the server and of the virtual hosts that have one.
std::vector<RootUse> roots_of(const Settings &settings);

/// Checks and adds what the files cannot tell of themselves: the accounts, the document roots and
/// the media types.
Result<Verified> verify(const Config &config);

/// Adds the types that are built in, with those of the file in their place, and those of the
/// configuration before all, and what there is to say of the file.
Result<void> add_mime(const Config &config, Verified &verified);

/// Where the files say something of @key, or else of what it is a part of; nullptr where they do
/// not.
const Source *find_source(const Config &config, std::string key);

/// Puts the place in the files before the message of @error, where its subject has one, or what the
/// subject is a part of.
Error locate(Error error, const Config &config);

} // namespace khttpd::config
