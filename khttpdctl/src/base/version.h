// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace khttpd {

/// This program's own version, which dkms.conf gives: that of the module beside it in a release.
std::string_view tool_version();

} // namespace khttpd
