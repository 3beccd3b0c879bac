// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/setting.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sstream>

#include <fmt/core.h>

#include "base/nearest.h"
#include "config/account.h"
#include "config/resolve.h"

namespace khttpd::config {
namespace {

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

/// Words between blanks or commas.
std::vector<std::string> split(std::string text) {
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream stream{text};
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

Result<std::uint32_t> parse_flags(const Number &number, const std::string &text) {
    std::uint32_t flags = 0;
    for (const std::string &word : split(text)) {
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
    for (const std::string &word : split(text)) {
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

Result<std::string> parse_root(const std::string &text) {
    std::error_code failure;
    std::filesystem::path path = std::filesystem::absolute(text, failure);
    // What ".." means after a symbolic link only the file system knows; other links are kept, so
    // that they can be turned to another directory later.
    if (std::find(path.begin(), path.end(), "..") != path.end())
        path = std::filesystem::weakly_canonical(path, failure);
    if (text.empty() || failure)
        return unusable("server.root", "a directory", text);
    path = path.lexically_normal();
    // A slash at the end says nothing; without it equal roots compare equal.
    if (!path.has_filename() && path != path.root_path())
        path = path.parent_path();
    if (path.native().size() > KHTTPD_PATH_MAX)
        return unusable("server.root", fmt::format("at most {} bytes", KHTTPD_PATH_MAX), text);
    return path.native();
}

/// A value for a key of [site].
Result<Setting> parse_site(const HostKey &key, const std::string &text) {
    Error wrong = unusable(key.key, key.expected, text);
    const std::string name{key.key};
    switch (key.kind) {
    case HostKey::Kind::flag:
        if (text != "true" && text != "false")
            return wrong;
        return Setting{name, text == "true"};
    case HostKey::Kind::word:
        if (!key.fits(text))
            return wrong;
        return Setting{name, text};
    case HostKey::Kind::list:
        break;
    }
    std::vector<std::string> words = split(text);
    const auto unfit = std::find_if_not(words.begin(), words.end(), key.fits);
    if (words.size() > key.max || unfit != words.end()) {
        if (unfit != words.end() && key.meant != nullptr)
            wrong.message += key.meant(*unfit);
        return wrong;
    }
    return Setting{name, std::move(words)};
}

template<typename Value>
Result<Setting> setting_of(std::string_view key, Result<Value> value) {
    if (!value)
        return value.error();
    return Setting{std::string{key}, std::move(*value)};
}

} // namespace

Result<void> check_key(std::string_view key) {
    const auto keys = all_keys();
    if (std::find(keys.begin(), keys.end(), key) != keys.end())
        return {};
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

HostValue host_value(const Setting &setting) {
    if (const auto *flag = std::get_if<bool>(&setting.value))
        return *flag;
    if (const auto *list = std::get_if<std::vector<std::string>>(&setting.value))
        return *list;
    return std::get<std::string>(setting.value);
}

void override(Config &config, const Setting &setting) {
    if (setting.key == "server.user")
        config.user = std::get<std::string>(setting.value);
    if (setting.key == "server.group")
        config.group = std::get<std::string>(setting.value);
    if (const auto queue = find_cpumask(setting.key))
        config.settings.cpumasks[*queue] = std::get<std::string>(setting.value);
    if (const HostKey *key = find_site_key(setting.key)) {
        config.site.values[std::string{key->leaf()}] = host_value(setting);
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
    if (key == "server.user")
        return config.user;
    if (config.group)
        return *config.group;
    const auto account = find_account(config.user, {});
    return account ? group_name(account->gid) : std::string{};
}

} // namespace khttpd::config
