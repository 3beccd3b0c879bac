// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "netlink/extack.h"

namespace khttpd::netlink {

/// What to tell the user when the kernel answers @request with an error.
Error refusal(const Message &request, const Ack &ack);

} // namespace khttpd::netlink
