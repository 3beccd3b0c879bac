// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "config/protocol.h"

namespace khttpd::config {

/// "vhost[NAME].REST", taken apart whatever the parts are.
struct VhostPath {
    std::string_view name;
    std::string_view rest;
};

std::optional<VhostPath> split_vhost(std::string_view key);

/// Something of a virtual host that is no rule, "vhost[example.org].listing".
struct VhostKey {
    std::string name; ///< of the host, as the key has it
    std::string leaf; ///< "names", "root", "error-pages.404", or one of host_keys()
};

/// Whether @key is written like one.
bool is_like_vhost(std::string_view key);

/// Takes @key apart; nothing where it is none.
std::optional<VhostKey> find_vhost_key(std::string_view key);

/// Fails with ExitCode::usage, and the likely key, unless @key, which is written like one, is one.
Result<void> check_vhost_key(std::string_view key);

/// The keys of what @host says itself, its rules among them.
std::vector<std::string> given_vhost_keys(const HostConfig &host);

/// Those of all that it could say, but error pages and rules.
std::vector<std::string> all_vhost_keys(const HostConfig &host);

/// @text as the files have a name of a host: with brackets around an IPv6 address, which the
/// command line need not have, and CLI11 takes away where there can be several names.
std::string host_name(std::string_view text);

/// Understands @words as the names of a host; ExitCode::usage where they cannot be.
Result<std::vector<std::string>> parse_host_names(const std::vector<std::string> &words);

/// The one of @hosts, of the kernel or of the files, that a request for @name is for; nullptr where
/// there is none.
template<typename T>
const T *find_vhost(const std::vector<T> &hosts, std::string_view name) {
    // Keys mostly have the first name of their host, and an exact name counts before all others.
    const auto first = std::find_if(hosts.begin(), hosts.end(),
                                    [&](const T &host) { return host.names.front() == name; });
    if (first != hosts.end())
        return &*first;
    std::vector<std::span<const std::string>> names;
    for (const T &host : hosts)
        names.emplace_back(host.names);
    const auto place = find_host(names, host_name(name));
    return place ? &hosts[*place] : nullptr;
}

/// That there is no virtual host of that name.
Error missing_vhost(std::string_view name);

/// What counts for @key in @settings, inherited or not; nothing where that is none.
std::optional<HostValue> vhost_value(const Settings &settings, const VhostKey &key);

/// What becomes of @host with the value @text for @key; ExitCode::usage where it is none. No @text
/// takes away what the host says, and so does an empty one where that is no value of its own.
Result<HostConfig> changed_vhost(HostConfig host, const VhostKey &key,
                                 const std::optional<std::string> &text);

} // namespace khttpd::config
