// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <string>

namespace khttpd {

/// Media types by extension, in lower case and without the dot in front. An empty table stands for
/// the one that is built into the module.
using MimeTable = std::map<std::string, std::string, std::less<>>;

} // namespace khttpd
