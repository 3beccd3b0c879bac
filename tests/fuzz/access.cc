// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with blocks of addresses, "+" in front of those that are allowed and "-" of those
// that are not, such as "+192.0.2.0/24", up to an empty one; then lines with addresses of clients.
#include "fuzz.h"

#include <arpa/inet.h>

#include <bitset>
#include <optional>
#include <vector>

extern "C" {
#include "access.h"
}

namespace {

using Bits = std::bitset<8 * HTTP_ADDRESS_LEN>;

struct Address {
    u8 octets[HTTP_ADDRESS_LEN];
};

std::optional<Address> address(std::string_view text) {
    const std::string terminated(text.substr(0, text.find('\0')));
    const char *in_front = text.find(':') == text.npos ? "::ffff:" : "";
    Address address{};

    if (inet_pton(AF_INET6, (in_front + terminated).c_str(), address.octets) != 1)
        return std::nullopt;
    return address;
}

std::optional<http_block> block(std::string_view line) {
    const size_t slash = line.find('/');
    const auto first = line.size() > 1 ? address(line.substr(1, slash - 1)) : std::nullopt;

    if (!first)
        return std::nullopt;
    http_block block = {.address = {}, .len = 128, .deny = line[0] == '-'};
    std::copy(std::begin(first->octets), std::end(first->octets), block.address);
    if (slash != line.npos)
        block.len =
            static_cast<u8>(std::strtoul(std::string(line.substr(slash + 1)).c_str(), nullptr, 10));
    return block;
}

// From the first on, as the address is written.
Bits bits(const u8 *octets) {
    Bits bits;

    for (size_t i = 0; i < bits.size(); i++)
        bits[i] = octets[i / 8] >> (7 - i % 8) & 1;
    return bits;
}

// Whether an address is one of IPv4 that is mapped, bit by bit.
bool mapped(const Bits &bits) {
    for (size_t i = 0; i < HTTP_ADDRESS_MAPPED_BITS; i++)
        if (bits[i] != (i >= 80))
            return false;
    return true;
}

bool contains(const http_block &block, const u8 *client) {
    const Bits ours = bits(block.address), theirs = bits(client);

    for (size_t i = 0; i < block.len; i++)
        if (ours[i] != theirs[i])
            return false;
    return !mapped(theirs) || block.len >= HTTP_ADDRESS_MAPPED_BITS;
}

// The same by looking at every block.
bool expected(const std::vector<http_block> &blocks, const u8 *client) {
    const http_block *best = nullptr;
    bool closed = false;

    for (const http_block &block : blocks) {
        closed = closed || !block.deny;
        if (contains(block, client) &&
            (!best || block.len > best->len || (block.len == best->len && block.deny)))
            best = &block;
    }
    return best ? !best->deny : !closed;
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    std::vector<http_block> blocks;
    Input input(data, size);

    for (std::string_view line = input.line(); !line.empty(); line = input.line()) {
        auto given = block(line);

        if (!given || given->len > 128) {
            ENSURE(!given || !http_block_valid(&*given));
            continue;
        }
        http_block masked = *given;
        http_block_mask(&masked);
        for (size_t i = 0; i < 128; i++)
            ENSURE(bits(masked.address)[i] == (i < given->len && bits(given->address)[i]));
        ENSURE(http_block_valid(&masked));
        ENSURE(http_block_valid(&*given) == (bits(masked.address) == bits(given->address)));
        blocks.push_back(masked);
    }

    std::vector<http_block> sorted(blocks.size()), backwards(blocks.size());
    http_access access = {.blocks = sorted.data(), .nr = 0, .closed = false};
    http_access other = {.blocks = backwards.data(), .nr = 0, .closed = false};
    for (size_t i = 0; i < blocks.size(); i++) {
        http_access_add(&access, &blocks[i]);
        http_access_add(&other, &blocks[blocks.size() - 1 - i]);
    }
    ENSURE(http_access_equal(&access, &access));
    while (!input.empty()) {
        const auto client = address(input.line());

        if (!client)
            continue;
        ENSURE(http_access_allows(&access, client->octets) == expected(blocks, client->octets));
        ENSURE(http_access_allows(&other, client->octets) == expected(blocks, client->octets));
    }
    return 0;
}
