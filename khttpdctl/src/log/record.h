// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd_log.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace khttpd::log {

using Address = std::array<std::uint8_t, 16>; ///< one of IPv4 mapped

/// A request that was answered. The texts are what a client sent, so they may hold anything; they
/// stay where the record was decoded from.
struct Record {
    std::uint64_t time_ns = 0;       ///< since 1970
    std::uint64_t duration_ns = 0;   ///< from the first byte of the request
    std::uint64_t bytes = 0;         ///< of the response, with its head, as far as it was sent
    std::uint64_t content_bytes = 0; ///< the same without its head
    Address client{};
    Address local{};
    std::uint16_t client_port = 0;
    std::uint16_t local_port = 0;
    std::uint16_t status = 0;
    bool complete = true; ///< the connection lived to the end of the response
    bool cut = false;     ///< a text was longer than the module keeps
    std::string_view line;
    std::string_view host;
    std::string_view referer;
    std::string_view agent;
};

/// Appends the records of a batch, in their order; false where one cannot be understood, and then
/// those before it are there.
bool decode_records(std::span<const std::byte> batch, std::vector<Record> &records);

} // namespace khttpd::log
