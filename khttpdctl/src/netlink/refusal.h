// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "netlink/extack.h"

namespace khttpd::netlink {

/// The hint where khttpdctl and the module do not understand each other.
inline constexpr char version_hint[] =
    "khttpdctl and the module may be of different versions: see 'khttpdctl version'";

/// What to tell the user when the kernel answers @request with an error.
Error refusal(const Message &request, const Ack &ack);

} // namespace khttpd::netlink
