// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <charconv>

#include <fmt/ostream.h>

#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/running.h"
#include "cli/set.h"
#include "config/duration.h"
#include "config/load.h"

namespace khttpd::cli {
namespace {

constexpr std::string_view unit = "-ms";

/// The timeouts, in the order of numbers().
std::vector<const Number *> timeouts() {
    std::vector<const Number *> list;
    for (const Number &number : numbers())
        if (number.table() == "timeouts")
            list.push_back(&number);
    return list;
}

/// "idle" of "timeouts.idle-ms".
std::string_view name_of(const Number &number) {
    return number.leaf().substr(0, number.leaf().size() - unit.size());
}

Result<const Number *> find(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Number *number : timeouts()) {
        if (name_of(*number) == name || number->leaf() == name)
            return number;
        names.push_back(name_of(*number));
    }
    return Error{ExitCode::usage,
                 fmt::format("there is no timeout '{}'{}", name, did_you_mean(name, names)),
                 fmt::format("the timeouts are: {}", fmt::join(names, ", "))};
}

/// Milliseconds in "2500", "2500ms", "15s" or "1m".
std::optional<std::int64_t> parse_time(std::string_view text) {
    if (const auto seconds = config::parse_duration(text))
        return *seconds <= KHTTPD_TIMEOUT_MAX_MS / 1000 ? std::optional{*seconds * 1000}
                                                        : std::nullopt;
    if (text.ends_with("ms"))
        text.remove_suffix(2);
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{count}
                                                                    : std::nullopt;
}

Result<config::Setting> parse(const std::string &text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos)
        return Error{ExitCode::usage, fmt::format("expected NAME=TIME, not '{}'", text),
                     "for example idle=15s"};
    const auto number = find(text.substr(0, equals));
    if (!number)
        return number.error();
    const auto time = parse_time(std::string_view{text}.substr(equals + 1));
    if (!time || *time < (*number)->min || *time > (*number)->max)
        return Error{ExitCode::usage,
                     fmt::format("{}: expected a time from {} to {} ms, not '{}'",
                                 name_of(**number), (*number)->min, (*number)->max,
                                 text.substr(equals + 1)),
                     "a time is a number of milliseconds, or such as 15s or 2m"};
    return config::Setting{std::string{(*number)->key}, static_cast<std::uint32_t>(*time)};
}

} // namespace

Result<int> timeout_show(const Context &context, const TimeoutShowOptions &options) {
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    const auto running = running_config(context);
    if (!running)
        return running.error();
    Json json = json_object();
    json["timeouts"] = Json::object();
    for (const Number *number : timeouts()) {
        const std::uint32_t saved = config->settings.*number->member;
        const std::uint32_t now = *running ? (*running)->settings.*number->member : saved;
        if (options.json)
            json["timeouts"][std::string{name_of(*number)}] = {
                {"saved_ms", saved}, {"running_ms", *running ? Json(now) : Json(nullptr)}};
        else
            fmt::print(context.out, "{:<7} {:>8} ms{}\n", name_of(*number), saved,
                       now != saved ? fmt::format("  # in the kernel: {} ms", now) : "");
    }
    if (options.json)
        fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

Result<int> timeout_set(const Context &context, const TimeoutSetOptions &options) {
    std::vector<config::Setting> settings;
    for (const std::string &text : options.values) {
        const auto setting = parse(text);
        if (!setting)
            return setting.error();
        if (std::any_of(settings.begin(), settings.end(),
                        [&](const config::Setting &other) { return other.key == setting->key; }))
            return Error{ExitCode::usage, fmt::format("{} is given twice", setting->key),
                         "once will do"};
        settings.push_back(*setting);
    }
    return set_all(context, options.edit, settings);
}

} // namespace khttpd::cli
