// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/block.h"

namespace khttpd {

/// A field that is added to responses.
struct Field {
    std::string name;
    std::string value;
    bool operator==(const Field &) const = default;
};

/// What is different beneath a path. Of several rules that match, the kernel applies the one with
/// the longest prefix alone.
struct Rule {
    std::string prefix; ///< begins with a slash
    std::vector<Field> fields;
    std::vector<std::string> remove; ///< names of fields that are left out
    std::optional<std::string> cache_control;
    std::optional<std::uint32_t> expires_s;
    std::optional<bool> listing;
    std::optional<std::string> redirect;
    std::optional<std::uint32_t> redirect_status;
    std::optional<std::vector<std::string>> origins; ///< whose scripts may read the responses
    std::optional<std::vector<Block>> allow;         ///< in the place of Host::allow
    std::optional<std::vector<Block>> deny;          ///< in the place of Host::deny
    std::optional<bool> readiness;                   ///< 503 while the server drains
    bool operator==(const Rule &) const = default;
};

/// What the configuration calls a host with @names: "site" for the default host, which has none,
/// and "vhost[NAME]" with the first name for another.
std::string host_key(const std::vector<std::string> &names);
/// What it calls a rule of that host: "rule[/PREFIX]" or "vhost[NAME].rule[/PREFIX]".
std::string rule_key(const std::vector<std::string> &names, std::string_view prefix);

/// A host whose files are served; built with the defaults.
struct Host {
    std::vector<std::string> names; ///< empty: the host that serves what no name matches
    std::string root;               ///< empty: the document root of the server
    std::vector<std::string> indexes = {"index.html"};
    std::uint32_t options = KHTTPD_DEFAULT_VHOST_OPTIONS; ///< mask of enum khttpd_vhost_option
    khttpd_symlinks symlinks = KHTTPD_SYMLINKS_BENEATH;
    std::string charset = "utf-8"; ///< empty: none is told
    std::string default_type = "application/octet-stream";
    std::map<std::uint32_t, std::string> error_pages; ///< path relative to the root, by status
    std::vector<Rule> rules;
    std::vector<Block> allow; ///< clients that are answered; empty: all that are not denied
    std::vector<Block> deny;  ///< clients that are not, unless a longer prefix allows them

    std::string key() const { return host_key(names); }

    bool lists() const { return options & KHTTPD_VHOST_OPTION_LISTING; }

    bool operator==(const Host &) const = default;
};

/// All hosts of a server.
struct Hosts {
    Host site;                ///< the default host
    std::vector<Host> vhosts; ///< in the order of their first names
    bool operator==(const Hosts &) const = default;
};

/// Brings virtual hosts, whose order means nothing, into the one that makes equal lists equal.
void sort_hosts(std::vector<Host> &vhosts);

/// Names of the options of a host, by bit number.
std::span<const std::string_view> host_option_names();
/// The bit of the option with that name.
std::optional<std::uint32_t> parse_host_option(std::string_view name);

/// Names of enum khttpd_symlinks, by number.
std::span<const std::string_view> symlinks_names();
std::optional<khttpd_symlinks> parse_symlinks(std::string_view name);

} // namespace khttpd
