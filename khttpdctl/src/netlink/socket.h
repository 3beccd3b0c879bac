// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <netlink/handlers.h>
#include <netlink/socket.h>

#include <memory>

#include "base/result.h"

namespace khttpd::netlink {

struct FreeSocket {
    void operator()(nl_sock *socket) const { nl_socket_free(socket); }
};

using Socket = std::unique_ptr<nl_sock, FreeSocket>;

struct PutCallbacks {
    void operator()(nl_cb *callbacks) const { nl_cb_put(callbacks); }
};

using Callbacks = std::unique_ptr<nl_cb, PutCallbacks>;

/// A generic netlink socket.
Result<Socket> open_socket();

/// Callbacks that let everything pass, to be overridden.
Callbacks make_callbacks();

/// A failure of libnl's function for @doing; @code is what it returned, negative.
Error libnl_error(const char *doing, int code);

} // namespace khttpd::netlink
