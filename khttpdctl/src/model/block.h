// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "model/listener.h"

namespace khttpd {

/// A block of addresses: those that begin with the same bits.
struct Block {
    Address address;          ///< the first of them
    std::uint32_t prefix = 0; ///< bits in common: up to 32 for IPv4, 128 for IPv6

    /// "192.0.2.0/24", or an address, which stands for itself alone. The bits behind the prefix may
    /// be any, see first().
    static std::optional<Block> parse(std::string_view text);

    /// The same block, the bits behind its prefix 0, as it is to be written.
    Block first() const;

    /// As parse() takes it, without a prefix of all bits.
    std::string text() const;

    bool operator==(const Block &) const = default;
};

} // namespace khttpd
