// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace khttpd {

/// An IPv4 or IPv6 address.
class Address {
  public:
    /// The IPv6 wildcard, [::].
    Address() = default;

    /// @text without brackets, as inet_pton(3) takes it; nothing where it is no address.
    static std::optional<Address> parse(std::string_view text);
    /// From 4 or 16 bytes in network order.
    static Address from_bytes(const void *bytes, bool v6);

    bool is_v6() const { return v6_; }

    /// 16 bytes for IPv6, of which IPv4 uses the first 4; network order.
    const std::uint8_t *bytes() const { return bytes_.data(); }

    std::string text() const;
    bool operator==(const Address &) const = default;

  private:
    bool v6_ = true;
    std::array<std::uint8_t, 16> bytes_{};
};

/// Where the server listens, as it is configured.
struct Listener {
    Address address;
    std::uint32_t port = KHTTPD_DEFAULT_PORT;
    bool v6only = false; ///< an IPv6 wildcard that leaves IPv4 alone
    std::uint32_t backlog = KHTTPD_DEFAULT_BACKLOG;

    /// "[::]:80" or "127.0.0.1:8080".
    std::string endpoint() const;
    bool operator==(const Listener &) const = default;
};

/// The inverse of Listener::endpoint(); nothing where @text is not an address with a port from 1 to
/// 65535.
std::optional<Listener> parse_endpoint(std::string_view text);

/// The endpoints with a blank between each two.
std::string endpoints(const std::vector<Listener> &listeners);

} // namespace khttpd
