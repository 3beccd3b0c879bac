// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/setting.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <sstream>

#include <fmt/core.h>

#include "base/nearest.h"
#include "base/text.h"
#include "config/account.h"
#include "config/error_page.h"
#include "config/protocol.h"
#include "config/resolve.h"
#include "config/rule_setting.h"
#include "config/vhost_setting.h"

namespace khttpd::config {
namespace {

/// What the keys of error pages and of the types of extensions begin with.
constexpr std::string_view error_pages = "site.error-pages.";
constexpr std::string_view mime_types = "mime.types";

Error unusable(std::string_view key, std::string_view expected, const std::string &text) {
    return {ExitCode::usage, fmt::format("{}: expected {}, not '{}'", key, expected, text),
            fmt::format("khttpd.conf(5) describes {}", key), std::string{key}};
}

Result<std::uint32_t> parse_number(const Number &number, const std::string &text) {
    std::uint32_t value = 0;
    const char *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data(), last, value);
    if (error != std::errc{} || end != last || value < number.min || value > number.max)
        return unusable(number.key, expected_range(number), text);
    return value;
}

Result<std::uint32_t> parse_flags(const Number &number, const std::string &text) {
    std::uint32_t flags = 0;
    for (const std::string &word : words_in(text)) {
        const auto flag = parse_flag(word);
        if (!flag)
            return Error{ExitCode::usage,
                         fmt::format("{}: unknown flag '{}'{}", number.key, word,
                                     did_you_mean(word, flag_names())),
                         fmt::format("the flags are: {}", flags_text(number.max)),
                         std::string{number.key}};
        flags |= *flag;
    }
    if (number.queue == KHTTPD_QUEUE_COLD)
        flags |= KHTTPD_QUEUE_FLAG_UNBOUND;
    return flags;
}

Result<std::uint32_t> parse_toggle(const Number &number, const std::string &text) {
    if (text != "true" && text != "false")
        return unusable(number.key, "true or false", text);
    return text == "true" ? 1 : 0;
}

Result<std::uint32_t> parse_choice(const Number &number, const std::string &text) {
    if (const auto place = find_choice(number, text))
        return *place;
    return unusable(number.key, expected_choice(number), text);
}

Result<std::uint32_t> parse_value(const Number &number, const std::string &text) {
    switch (number.kind) {
    case Number::Kind::flags:
        return parse_flags(number, text);
    case Number::Kind::toggle:
        return parse_toggle(number, text);
    case Number::Kind::choice:
        return parse_choice(number, text);
    case Number::Kind::integer:
        break;
    }
    return parse_number(number, text);
}

Result<std::vector<Listener>> parse_listeners(const std::string &text, const Config &config) {
    constexpr std::string_view expected = "one or more of ADDRESS:PORT or [ADDRESS]:PORT";
    std::vector<Listener> listeners;
    for (const std::string &word : words_in(text)) {
        const auto parsed = parse_endpoint(word);
        if (!parsed)
            return unusable("listener", expected, word);
        if (std::any_of(listeners.begin(), listeners.end(), [&](const Listener &other) {
                return other.endpoint() == parsed->endpoint();
            }))
            return unusable("listener", "every listener once", word);
        const auto &known = config.settings.listeners;
        const auto same = std::find_if(known.begin(), known.end(), [&](const Listener &other) {
            return other.endpoint() == parsed->endpoint();
        });
        listeners.push_back(same != known.end() ? *same : *parsed);
    }
    if (listeners.empty() || listeners.size() > KHTTPD_LISTENERS_MAX)
        return unusable("listener", expected, text);
    return listeners;
}

/// @text as an absolute path; nothing where that cannot be.
std::optional<std::filesystem::path> absolute_path(const std::string &text) {
    std::error_code failure;
    std::filesystem::path path = std::filesystem::absolute(text, failure);
    // What ".." means after a symbolic link only the file system knows; other links are kept, so
    // that they can be turned to another directory later.
    if (std::find(path.begin(), path.end(), "..") != path.end())
        path = std::filesystem::weakly_canonical(path, failure);
    if (text.empty() || failure)
        return std::nullopt;
    return path.lexically_normal();
}

Result<std::string> parse_root(const std::string &text) {
    const auto absolute = absolute_path(text);
    if (!absolute)
        return unusable("server.root", "a directory", text);
    std::filesystem::path path = *absolute;
    // A slash at the end says nothing; without it equal roots compare equal.
    if (!path.has_filename() && path != path.root_path())
        path = path.parent_path();
    if (path.native().size() > KHTTPD_PATH_MAX)
        return unusable("server.root", fmt::format("at most {} bytes", KHTTPD_PATH_MAX), text);
    return path.native();
}

Result<std::string> parse_mime_file(const std::string &text) {
    const auto path = absolute_path(text);
    if (!path)
        return unusable(mime_file_key, "a file", text);
    return path->native();
}

/// A value for a key of [site].
Result<Setting> parse_site(const HostKey &key, const std::string &text) {
    auto value = parse_host_value(key.key, key, text);
    if (!value)
        return value.error();
    return std::visit(
        [&](auto &one) {
            return Setting{std::string{key.key}, std::move(one)};
        },
        *value);
}

/// Why @key, which is written like one, is none of the type of an extension.
Error no_extension(std::string_view key) {
    key.remove_prefix(std::min(mime_types.size() + 1, key.size()));
    return {ExitCode::usage,
            fmt::format("{}: expected an extension in lower case and without a dot in front, as in "
                        "mime.types.txt, not '{}'",
                        mime_types, printable(key)),
            "khttpd.conf(5) describes mime.types"};
}

template<typename Value>
Result<Setting> setting_of(std::string_view key, Result<Value> value) {
    if (!value)
        return value.error();
    return Setting{std::string{key}, std::move(*value)};
}

} // namespace

Result<HostValue> parse_host_value(std::string_view name, const HostKey &key,
                                   const std::string &text) {
    Error wrong = unusable(name, key.expected, text);
    switch (key.kind) {
    case HostKey::Kind::flag:
        if (text != "true" && text != "false")
            return wrong;
        return HostValue{text == "true"};
    case HostKey::Kind::word:
        if (!key.fits(text))
            return wrong;
        return HostValue{text};
    case HostKey::Kind::list:
        break;
    }
    std::vector<std::string> words = words_in(text);
    const auto unfit = std::find_if_not(words.begin(), words.end(), key.fits);
    if (words.size() > key.max || unfit != words.end()) {
        if (unfit != words.end() && key.meant != nullptr)
            wrong.message += key.meant(*unfit);
        return wrong;
    }
    return HostValue{std::move(words)};
}

Result<std::string> parse_error_page(std::string_view name, const std::string &text) {
    if (!is_error_page_or_none(text))
        return unusable(name, expected_error_page, text);
    return text;
}

std::vector<std::string> words_in(std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream stream{text};
    return {std::istream_iterator<std::string>{stream}, {}};
}

Result<void> check_key(std::string_view key) {
    auto keys = all_keys();
    if (std::find(keys.begin(), keys.end(), key) != keys.end() || find_error_page(key) ||
        find_mime_extension(key))
        return {};
    if (is_like_rule(key))
        return check_rule_key(key);
    if (is_like_vhost(key))
        return check_vhost_key(key);
    if (key == mime_types || key.starts_with(fmt::format("{}.", mime_types)))
        return no_extension(key);
    if (key.starts_with(error_pages))
        return Error{ExitCode::usage,
                     fmt::format("site.error-pages: expected {}, not '{}'", expected_error_status,
                                 key.substr(error_pages.size())),
                     "khttpd.conf(5) describes site.error-pages"};
    const std::string_view leaf = key.substr(key.rfind('.') + 1);
    const std::string page = fmt::format("{}{}", error_pages, leaf);
    if (parse_error_status(leaf))
        keys.push_back(page);
    return Error{ExitCode::usage, fmt::format("unknown key '{}'{}", key, did_you_mean(key, keys)),
                 "'khttpdctl get' lists all keys"};
}

Result<Setting> parse_setting(std::string_view key, const std::string &text, const Config &config) {
    if (const auto known = check_key(key); !known)
        return known.error();
    if (key == "server.root")
        return setting_of(key, parse_root(text));
    if (key == "listener")
        return setting_of(key, parse_listeners(text, config));
    if (const Number *number = find_number(key))
        return setting_of(key, parse_value(*number, text));
    if (find_cpumask(key)) {
        if (!is_cpumask_or_none(text))
            return unusable(key, expected_cpumask, text);
        return Setting{std::string{key}, canonical_cpumask(text).value_or("")};
    }
    if (const HostKey *site = find_site_key(key))
        return parse_site(*site, text);
    if (find_error_page(key))
        return setting_of(key, parse_error_page(key, text));
    if (key == mime_file_key)
        return setting_of(key, parse_mime_file(text));
    if (text.empty())
        return unusable(key, "a name", text);
    return Setting{std::string{key}, text};
}

bool is_cpumask_or_none(std::string_view text) {
    return text.empty() || canonical_cpumask(text).has_value();
}

const HostKey *find_site_key(std::string_view key) {
    return key.starts_with("site.") ? find_host_key(key.substr(key.find('.') + 1)) : nullptr;
}

std::optional<std::uint32_t> find_error_page(std::string_view key) {
    return key.starts_with(error_pages) ? parse_error_status(key.substr(error_pages.size()))
                                        : std::nullopt;
}

std::optional<std::string> find_mime_extension(std::string_view key) {
    if (!key.starts_with(fmt::format("{}.", mime_types)))
        return std::nullopt;
    const std::string_view extension = key.substr(mime_types.size() + 1);
    return is_extension(extension) ? std::optional<std::string>{extension} : std::nullopt;
}

std::vector<std::string> given_keys(const Config &config) {
    const auto fixed = all_keys();
    std::vector<std::string> keys{fixed.begin(), fixed.end()};
    for (const auto &[status, path] : config.site.error_pages)
        keys.push_back(fmt::format("{}{}", error_pages, status));
    for (const Rule &rule : config.site.rules)
        keys.push_back(rule_key({}, rule.prefix));
    for (const HostConfig &host : config.vhosts)
        for (std::string &key : given_vhost_keys(host))
            keys.push_back(std::move(key));
    for (const auto &[extension, type] : config.mime_types)
        keys.push_back(fmt::format("{}.{}", mime_types, extension));
    return keys;
}

void assign(HostConfig &host, const Setting &setting) {
    if (const auto status = find_error_page(setting.key))
        return assign_error_page(host, *status, std::get<std::string>(setting.value));
    HostValue &value = host.values[std::string{find_site_key(setting.key)->leaf()}];
    if (const auto *flag = std::get_if<bool>(&setting.value))
        value = *flag;
    else if (const auto *list = std::get_if<std::vector<std::string>>(&setting.value))
        value = *list;
    else
        value = std::get<std::string>(setting.value);
}

void override(Config &config, const Setting &setting) {
    if (const Number *number = find_number(setting.key))
        config.settings.*number->member = std::get<std::uint32_t>(setting.value);
    if (setting.key == "listener")
        config.settings.listeners = std::get<std::vector<Listener>>(setting.value);
    if (setting.key == "server.root")
        config.settings.root = std::get<std::string>(setting.value);
    if (setting.key == "server.user")
        config.user = std::get<std::string>(setting.value);
    if (setting.key == "server.group")
        config.group = std::get<std::string>(setting.value);
    if (const auto queue = find_cpumask(setting.key))
        config.settings.cpumasks[*queue] = std::get<std::string>(setting.value);
    if (setting.key == mime_file_key)
        config.mime_file = std::get<std::string>(setting.value);
    if (find_site_key(setting.key) != nullptr || find_error_page(setting.key)) {
        assign(config.site, setting);
        // One scalar makes no rule or name wrong that was right.
        Diagnostics none;
        resolve_hosts(config, none);
    }
}

std::string value_text(const Config &config, std::string_view key) {
    if (const Number *number = find_number(key))
        return number_text(*number, config.settings.*number->member);
    if (key == "server.root")
        return config.settings.root;
    if (key == "listener")
        return endpoints(config.settings.listeners);
    if (const HostKey *site = find_site_key(key))
        return text_of(value_of(config.settings.hosts.site, *site));
    if (const auto queue = find_cpumask(key))
        return config.settings.cpumasks[*queue];
    if (const auto status = find_error_page(key)) {
        const auto page = config.site.error_pages.find(*status);
        return page != config.site.error_pages.end() ? page->second : std::string{};
    }
    if (const auto rule = find_rule_key(key)) {
        const HostConfig *host = host_of(config, *rule);
        return host != nullptr ? rule_text(*host, *rule) : std::string{};
    }
    if (const auto vhost = find_vhost_key(key)) {
        const auto value = vhost_value(config.settings, *vhost);
        return value ? text_of(*value) : std::string{};
    }
    if (const auto extension = find_mime_extension(key)) {
        const auto type = config.mime_types.find(*extension);
        return type != config.mime_types.end() ? type->second : std::string{};
    }
    if (key == mime_file_key)
        return config.mime_file;
    if (key == "server.user")
        return config.user;
    if (config.group)
        return *config.group;
    const auto account = find_account(config.user, {});
    return account ? group_name(account->gid) : std::string{};
}

} // namespace khttpd::config
