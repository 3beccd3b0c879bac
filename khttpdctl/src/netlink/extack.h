// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <optional>
#include <string>

#include "netlink/message.h"

namespace khttpd::netlink {

/// The kernel's verdict on a request: an errno and what the extended acknowledgement says about it.
struct Ack {
    int error = 0;                             ///< positive errno; 0 is success
    std::string message;                       ///< with success, a warning
    std::optional<std::uint32_t> offset;       ///< of the attribute at fault, in the request
    std::optional<std::uint32_t> missing_type; ///< type of an attribute that should be there
    std::optional<std::uint32_t>
        missing_nest; ///< offset of the nest that lacks it; absent: top level
};

/// Reads an NLMSG_ERROR, or the NLMSG_DONE that ends a dump.
Ack parse_ack(const nlmsghdr *header);

/// The name of the attribute of @request that @ack complains of: of a server-set in the words of
/// the configuration file, such as "listener[1].port", "workqueue.hot.flags" or
/// "vhost[example.org].rule[/img].redirect", of others in those of the command line; empty where it
/// names none.
std::string attribute_at_fault(const Message &request, const Ack &ack);

} // namespace khttpd::netlink
