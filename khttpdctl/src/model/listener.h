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
    std::uint32_t sockets = 0;        ///< that listen there; 0 is one for each CPU
    std::uint32_t defer_accept_s = 0; ///< wait so long for a request before accepting
    std::uint32_t fast_open = 0;      ///< pending requests of TCP Fast Open
    std::uint32_t send_bytes = 0;     ///< buffer of a connection; 0 leaves it to TCP
    std::uint32_t receive_bytes = 0;  ///< the same
    std::string device;               ///< network device that alone is listened on; empty: all

    /// "[::]:80", "127.0.0.1:8080" or "[fe80::1]%eth0:80".
    std::string endpoint() const;
    bool operator==(const Listener &) const = default;
};

/// A number of a listener that has a name, a bound and a default.
struct ListenerNumber {
    std::string_view name; ///< as in the file
    int attribute;         ///< as over netlink
    std::uint32_t Listener::*value;
    std::uint32_t min;
    std::uint32_t max;
    std::uint32_t otherwise; ///< the default
};

inline constexpr std::array<ListenerNumber, 6> listener_numbers{{
    {"backlog", KHTTPD_A_LISTENER_BACKLOG, &Listener::backlog, 1, KHTTPD_BACKLOG_MAX,
     KHTTPD_DEFAULT_BACKLOG},
    {"sockets", KHTTPD_A_LISTENER_SOCKETS, &Listener::sockets, 0, KHTTPD_SOCKETS_MAX, 0},
    {"defer-accept-s", KHTTPD_A_LISTENER_DEFER_ACCEPT_S, &Listener::defer_accept_s, 0,
     KHTTPD_DEFER_ACCEPT_S_MAX, 0},
    {"fast-open", KHTTPD_A_LISTENER_FAST_OPEN, &Listener::fast_open, 0, KHTTPD_BACKLOG_MAX, 0},
    {"send-bytes", KHTTPD_A_LISTENER_SEND_BYTES, &Listener::send_bytes, 0, KHTTPD_BUFFER_BYTES_MAX,
     0},
    {"receive-bytes", KHTTPD_A_LISTENER_RECEIVE_BYTES, &Listener::receive_bytes, 0,
     KHTTPD_BUFFER_BYTES_MAX, 0},
}};

/// The one with a name; nullptr if there is none.
const ListenerNumber *find_listener_number(std::string_view name);

/// Whether a network device can have that name.
bool is_device_name(std::string_view text);

/// The inverse of Listener::endpoint(); nothing where @text is not an address with a port from 1 to
/// 65535.
std::optional<Listener> parse_endpoint(std::string_view text);

/// The endpoints with a blank between each two.
std::string endpoints(const std::vector<Listener> &listeners);

} // namespace khttpd
