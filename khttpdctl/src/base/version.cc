// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/version.h"

namespace khttpd {

// The one file that is compiled anew when nothing but the version changes.
std::string_view tool_version() {
    return KHTTPD_VERSION;
}

} // namespace khttpd
