// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <netlink/handlers.h>
#include <netlink/socket.h>

#include <initializer_list>
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

/// A multicast group of a generic netlink family.
struct Group {
    const char *family;
    const char *name;
};

/// A socket that has joined @groups, does not block, and has room for a burst of messages while
/// this process is not running. @doing is for the error.
Result<Socket> open_listening_socket(const char *doing, std::initializer_list<Group> groups);

/// Callbacks for such a socket, on which nothing arrives in sequence.
Callbacks make_listening_callbacks();

/// Give everything that has arrived on such a socket to @callbacks. Returns whether the socket's
/// buffer ran over, so that messages are missing.
Result<bool> receive_all(const char *doing, nl_sock *socket, nl_cb *callbacks);

/// A failure of libnl's function for @doing; @code is what it returned, negative.
Error libnl_error(const char *doing, int code);

} // namespace khttpd::netlink
