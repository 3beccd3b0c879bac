// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/vhost_setting.h"

#include <fmt/core.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/error_page.h"
#include "config/setting.h"

namespace khttpd::config {
namespace {

constexpr std::string_view opening = "vhost[";
constexpr std::string_view error_pages = "error-pages.";

Error wrong(std::string message) {
    return {ExitCode::usage, std::move(message), "khttpd.conf(5) describes virtual hosts"};
}

std::string text_of(const VhostKey &key) {
    return fmt::format("{}.{}", host_key({key.name}), key.leaf);
}

/// What a virtual host can be given beside error pages and rules.
std::vector<std::string_view> leaves() {
    std::vector<std::string_view> list = {"names", "root"};
    for (const HostKey &key : host_keys())
        list.push_back(key.leaf());
    return list;
}

std::optional<std::uint32_t> find_status(std::string_view leaf) {
    return leaf.starts_with(error_pages) ? parse_error_status(leaf.substr(error_pages.size()))
                                         : std::nullopt;
}

bool is_leaf(std::string_view text) {
    const auto list = leaves();
    return std::find(list.begin(), list.end(), text) != list.end() || find_status(text);
}

std::vector<std::string> keys_of(const HostConfig &host,
                                 const std::vector<std::string_view> &some_leaves) {
    std::vector<std::string> keys;
    for (const std::string_view leaf : some_leaves)
        keys.push_back(fmt::format("{}.{}", host_key(host.names), leaf));
    return keys;
}

/// Whether nothing at all is to be judged as a value for @key, and not that it is to have none.
bool takes_nothing(const VhostKey &key) {
    const HostKey *known = find_host_key(key.leaf);
    if (known == nullptr)
        return key.leaf == "names";
    return known->kind == HostKey::Kind::list ||
           (known->kind == HostKey::Kind::word && known->fits(""));
}

/// Takes away what @host says of @key.
Result<void> take_away(HostConfig &host, const VhostKey &key) {
    if (key.leaf == "names")
        return Error{ExitCode::usage, fmt::format("{}: a virtual host has a name", text_of(key)),
                     "'khttpdctl vhost del' removes the host"};
    if (key.leaf == "root")
        host.root.clear();
    else if (const auto status = find_status(key.leaf))
        host.error_pages.erase(*status);
    else
        host.values.erase(key.leaf);
    return {};
}

Result<void> put_names(HostConfig &host, const std::string &text) {
    auto names = parse_host_names(words_in(text));
    if (!names)
        return names.error();
    host.names = std::move(*names);
    return {};
}

Result<void> put_root(HostConfig &host, const std::string &text) {
    auto root = parse_setting("server.root", text, {});
    if (!root)
        return root.error();
    host.root = std::move(std::get<std::string>(root->value));
    return {};
}

Result<void> put_error_page(HostConfig &host, const VhostKey &key, const std::string &text) {
    const auto page = parse_error_page(text_of(key), text);
    if (!page)
        return page.error();
    assign_error_page(host, *find_status(key.leaf), *page);
    return {};
}

Result<void> put_value(HostConfig &host, const VhostKey &key, const std::string &text) {
    auto value = parse_host_value(text_of(key), *find_host_key(key.leaf), text);
    if (!value)
        return value.error();
    host.values.insert_or_assign(key.leaf, std::move(*value));
    return {};
}

Result<void> put(HostConfig &host, const VhostKey &key, const std::string &text) {
    if (key.leaf == "names")
        return put_names(host, text);
    if (key.leaf == "root")
        return put_root(host, text);
    return find_status(key.leaf) ? put_error_page(host, key, text) : put_value(host, key, text);
}

} // namespace

std::optional<VhostPath> split_vhost(std::string_view key) {
    // An address has brackets of its own, but no name has a dot behind one.
    const auto end = key.find("].");
    if (!is_like_vhost(key) || end == std::string_view::npos)
        return std::nullopt;
    return VhostPath{key.substr(opening.size(), end - opening.size()), key.substr(end + 2)};
}

bool is_like_vhost(std::string_view key) {
    return key.starts_with(opening);
}

std::optional<VhostKey> find_vhost_key(std::string_view key) {
    const auto parts = split_vhost(key);
    if (!parts || parts->name.empty() || !is_leaf(parts->rest))
        return std::nullopt;
    return VhostKey{std::string{parts->name}, std::string{parts->rest}};
}

Result<void> check_vhost_key(std::string_view key) {
    if (find_vhost_key(key))
        return {};
    const auto parts = split_vhost(key);
    if (!parts || parts->name.empty())
        return wrong(fmt::format("{}: expected a name and a key of a virtual host, as in "
                                 "vhost[example.org].listing",
                                 printable(key)));
    if (parts->rest.starts_with(error_pages))
        return wrong(fmt::format("{}: expected {} behind error-pages", printable(key),
                                 expected_error_status));
    const std::string_view meant = nearest(parts->rest, leaves());
    return wrong(fmt::format(
        "unknown key '{}'{}", printable(key),
        meant.empty()
            ? ""
            : fmt::format("; did you mean '{}.{}'?", host_key({std::string{parts->name}}), meant)));
}

std::vector<std::string> given_vhost_keys(const HostConfig &host) {
    std::vector<std::string_view> given = {"names"};
    if (!host.root.empty())
        given.push_back("root");
    for (const auto &[leaf, value] : host.values)
        given.push_back(leaf);
    std::vector<std::string> keys = keys_of(host, given);
    for (const auto &[status, path] : host.error_pages)
        keys.push_back(fmt::format("{}.{}{}", host_key(host.names), error_pages, status));
    for (const Rule &rule : host.rules)
        keys.push_back(rule_key(host.names, rule.prefix));
    return keys;
}

std::vector<std::string> all_vhost_keys(const HostConfig &host) {
    return keys_of(host, leaves());
}

std::string host_name(std::string_view text) {
    const auto address = Address::parse(text);
    return address && address->is_v6() ? fmt::format("[{}]", text) : std::string{text};
}

Result<std::vector<std::string>> parse_host_names(const std::vector<std::string> &words) {
    constexpr std::string_view hint = "khttpd.conf(5) describes the names of virtual hosts";
    std::vector<std::string> names;
    for (const std::string &word : words) {
        const std::string name = host_name(word);
        if (!is_host_name(name))
            return Error{ExitCode::usage,
                         fmt::format("expected a host name or address in lower case, or \"*.\" and "
                                     "a host name, not '{}'",
                                     printable(name)),
                         std::string{hint}};
        if (std::find(names.begin(), names.end(), name) != names.end())
            return Error{ExitCode::usage, fmt::format("'{}' is given twice", name), "once will do"};
        names.push_back(name);
    }
    if (names.empty() || names.size() > KHTTPD_HOSTS_MAX)
        return Error{
            ExitCode::usage,
            fmt::format("expected 1 to {} names of a host, not {}", KHTTPD_HOSTS_MAX, names.size()),
            std::string{hint}};
    return names;
}

Error missing_vhost(std::string_view name) {
    return {ExitCode::no_root, fmt::format("there is no virtual host {}", printable(name)),
            "'khttpdctl vhost add' adds one, 'khttpdctl vhost list' shows those of the server"};
}

std::optional<HostValue> vhost_value(const Settings &settings, const VhostKey &key) {
    const Host *host = find_vhost(settings.hosts.vhosts, key.name);
    if (host == nullptr)
        return std::nullopt;
    if (key.leaf == "names")
        return host->names;
    if (key.leaf == "root")
        return host->root.empty() ? settings.root : host->root;
    if (const HostKey *known = find_host_key(key.leaf))
        return value_of(*host, *known);
    const auto page = host->error_pages.find(*find_status(key.leaf));
    return page != host->error_pages.end() ? std::optional<HostValue>{"/" + page->second}
                                           : std::nullopt;
}

Result<HostConfig> changed_vhost(HostConfig host, const VhostKey &key,
                                 const std::optional<std::string> &text) {
    const bool takes_away = !text || (text->empty() && !takes_nothing(key));
    if (const auto done = takes_away ? take_away(host, key) : put(host, key, *text); !done)
        return done.error();
    return host;
}

} // namespace khttpd::config
