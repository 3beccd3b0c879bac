// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/block.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/core.h>

namespace khttpd {
namespace {

std::uint32_t bits_of(const Address &address) {
    return address.is_v6() ? 128 : 32;
}

} // namespace

std::optional<Block> Block::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    Block block{*address, bits_of(*address)};
    if (slash == std::string_view::npos)
        return block;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + slash + 1, last, block.prefix);
    if (error != std::errc{} || end != last || block.prefix > bits_of(*address))
        return std::nullopt;
    return block;
}

Block Block::first() const {
    std::array<std::uint8_t, 16> bytes{};
    for (std::uint32_t i = 0; i < bits_of(address) / 8; ++i) {
        const std::uint32_t kept = prefix > 8 * i ? std::min(prefix - 8 * i, 8U) : 0;
        bytes[i] = static_cast<std::uint8_t>(address.bytes()[i] & (0xff00U >> kept));
    }
    return {Address::from_bytes(bytes.data(), address.is_v6()), prefix};
}

std::string Block::text() const {
    return prefix == bits_of(address) ? address.text()
                                      : fmt::format("{}/{}", address.text(), prefix);
}

} // namespace khttpd
