// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/listener.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "base/port.h"

namespace khttpd {

std::optional<Address> Address::parse(std::string_view text) {
    const std::string terminated{text};
    Address address;
    for (const bool v6 : {false, true}) {
        address.v6_ = v6;
        if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated.c_str(), address.bytes_.data()) == 1)
            return address;
    }
    return std::nullopt;
}

Address Address::from_bytes(const void *bytes, bool v6) {
    Address address;
    address.v6_ = v6;
    std::memcpy(address.bytes_.data(), bytes, v6 ? 16 : 4);
    return address;
}

std::string Address::text() const {
    char text[INET6_ADDRSTRLEN];
    return inet_ntop(v6_ ? AF_INET6 : AF_INET, bytes_.data(), text, sizeof(text));
}

const ListenerNumber *find_listener_number(std::string_view name) {
    const auto *found =
        std::find_if(listener_numbers.begin(), listener_numbers.end(),
                     [&](const ListenerNumber &number) { return number.name == name; });
    return found != listener_numbers.end() ? found : nullptr;
}

std::string Listener::endpoint() const {
    const std::string on = device.empty() ? "" : fmt::format("%{}", device);
    return address.is_v6() ? fmt::format("[{}]{}:{}", address.text(), on, port)
                           : fmt::format("{}{}:{}", address.text(), on, port);
}

bool is_device_name(std::string_view text) {
    return !text.empty() && text.size() <= KHTTPD_DEVICE_MAX && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return c > ' ' && c != '/' && c != ':' && c != '\x7f'; });
}

std::optional<Listener> parse_endpoint(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    std::string_view device;
    if (const auto percent = host.find('%'); percent != std::string_view::npos) {
        device = host.substr(percent + 1);
        host = host.substr(0, percent);
        if (!is_device_name(device))
            return std::nullopt;
    }

    const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
    if (bracketed)
        host = host.substr(1, host.size() - 2);
    const auto address = Address::parse(host);
    if (!address || address->is_v6() != bracketed)
        return std::nullopt;

    const auto number = parse_port(port);
    if (!number)
        return std::nullopt;
    return Listener{.address = *address, .port = *number, .device = std::string{device}};
}

std::string endpoints(const std::vector<Listener> &listeners) {
    std::vector<std::string> texts;
    std::transform(listeners.begin(), listeners.end(), std::back_inserter(texts),
                   [](const Listener &listener) { return listener.endpoint(); });
    return fmt::format("{}", fmt::join(texts, " "));
}

} // namespace khttpd
