// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/result.h"
#include "model/cache.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// One message of the answer to cache-get.
Result<CacheEntry> decode_entry(const Message &message);
/// The cache-flush that asks for @flush.
Message encode_flush(const CacheFlush &flush);
/// The answer to cache-flush: how many entries went.
Result<std::uint32_t> decode_flush(const Message &message);

} // namespace khttpd::netlink
