// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>

#include "model/mime.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// Bytes that put_mime() writes.
std::size_t mime_bytes(const MimeTable &table);

/// Puts @table as nests of the top level, one for each type.
void put_mime(Message &message, const MimeTable &table);

/// Adds what such a nest says to @table. False where it is malformed.
bool take_mime(MimeTable &table, nlattr *nest);

} // namespace khttpd::netlink
