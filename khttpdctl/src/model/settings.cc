// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/settings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace khttpd {
namespace {

constexpr std::uint32_t any = std::numeric_limits<std::uint32_t>::max();

constexpr std::array<std::string_view, 7> names_of_flags = {
    "unbound", "highpri", "cpu-intensive", "freezable", "mem-reclaim", "power-efficient", "sysfs",
};

constexpr std::uint32_t all_flags = (1U << names_of_flags.size()) - 1;

constexpr std::array<std::string_view, 3> names_of_access = {"none", "file", "journal"};
constexpr std::array<std::string_view, 2> names_of_format = {"combined", "json"};

constexpr Number table[] = {
    {"workqueue.hot.flags", &Settings::hot_flags, 0, all_flags, KHTTPD_A_CHANGE_WORKQUEUE,
     KHTTPD_A_WORKQUEUE_FLAGS, KHTTPD_QUEUE_HOT, Number::Kind::flags},
    {"workqueue.hot.max-active", &Settings::hot_max_active, 0, KHTTPD_MAX_ACTIVE_MAX,
     KHTTPD_A_CHANGE_WORKQUEUE, KHTTPD_A_WORKQUEUE_MAX_ACTIVE, KHTTPD_QUEUE_HOT},
    {"workqueue.cold.flags", &Settings::cold_flags, 0, all_flags, KHTTPD_A_CHANGE_WORKQUEUE,
     KHTTPD_A_WORKQUEUE_FLAGS, KHTTPD_QUEUE_COLD, Number::Kind::flags},
    {"workqueue.cold.max-active", &Settings::cold_max_active, 0, KHTTPD_MAX_ACTIVE_MAX,
     KHTTPD_A_CHANGE_WORKQUEUE, KHTTPD_A_WORKQUEUE_MAX_ACTIVE, KHTTPD_QUEUE_COLD},
    {"timeouts.head-ms", &Settings::head_ms, KHTTPD_TIMEOUT_MIN_MS, KHTTPD_TIMEOUT_MAX_MS,
     KHTTPD_A_CHANGE_TIMEOUTS, KHTTPD_A_TIMEOUTS_HEAD_MS, std::nullopt},
    {"timeouts.idle-ms", &Settings::idle_ms, KHTTPD_TIMEOUT_MIN_MS, KHTTPD_TIMEOUT_MAX_MS,
     KHTTPD_A_CHANGE_TIMEOUTS, KHTTPD_A_TIMEOUTS_IDLE_MS, std::nullopt},
    {"timeouts.send-ms", &Settings::send_ms, KHTTPD_TIMEOUT_MIN_MS, KHTTPD_TIMEOUT_MAX_MS,
     KHTTPD_A_CHANGE_TIMEOUTS, KHTTPD_A_TIMEOUTS_SEND_MS, std::nullopt},
    {"timeouts.linger-ms", &Settings::linger_ms, KHTTPD_TIMEOUT_MIN_MS, KHTTPD_TIMEOUT_MAX_MS,
     KHTTPD_A_CHANGE_TIMEOUTS, KHTTPD_A_TIMEOUTS_LINGER_MS, std::nullopt},
    {"timeouts.drain-ms", &Settings::drain_ms, 0, KHTTPD_TIMEOUT_MAX_MS, KHTTPD_A_CHANGE_TIMEOUTS,
     KHTTPD_A_TIMEOUTS_DRAIN_MS, std::nullopt},
    {"limits.connections", &Settings::connections, 1, KHTTPD_CONNECTIONS_MAX,
     KHTTPD_A_CHANGE_LIMITS, KHTTPD_A_LIMITS_CONNECTIONS, std::nullopt},
    {"limits.line-bytes", &Settings::line_bytes, KHTTPD_LINE_BYTES_MIN, KHTTPD_HEAD_BYTES_MAX,
     KHTTPD_A_CHANGE_LIMITS, KHTTPD_A_LIMITS_LINE_BYTES, std::nullopt},
    {"limits.head-bytes", &Settings::head_bytes, KHTTPD_HEAD_BYTES_MIN, KHTTPD_HEAD_BYTES_MAX,
     KHTTPD_A_CHANGE_LIMITS, KHTTPD_A_LIMITS_HEAD_BYTES, std::nullopt},
    {"limits.fields", &Settings::fields, 1, KHTTPD_FIELDS_MAX, KHTTPD_A_CHANGE_LIMITS,
     KHTTPD_A_LIMITS_FIELDS, std::nullopt},
    {"limits.body-bytes", &Settings::body_bytes, 0, any, KHTTPD_A_CHANGE_LIMITS,
     KHTTPD_A_LIMITS_BODY_BYTES, std::nullopt},
    {"limits.requests", &Settings::requests, 0, any, KHTTPD_A_CHANGE_LIMITS,
     KHTTPD_A_LIMITS_REQUESTS, std::nullopt},
    {"limits.client-connections", &Settings::client_connections, 0, KHTTPD_CONNECTIONS_MAX,
     KHTTPD_A_CHANGE_LIMITS, KHTTPD_A_LIMITS_CLIENT_CONNECTIONS, std::nullopt},
    {"limits.client-connects", &Settings::client_connects, 0, KHTTPD_CLIENT_RATE_MAX,
     KHTTPD_A_CHANGE_LIMITS, KHTTPD_A_LIMITS_CLIENT_CONNECTS, std::nullopt},
    {"limits.client-requests", &Settings::client_requests, 0, KHTTPD_CLIENT_RATE_MAX,
     KHTTPD_A_CHANGE_LIMITS, KHTTPD_A_LIMITS_CLIENT_REQUESTS, std::nullopt},
    {"limits.client-bytes", &Settings::client_bytes, 0, any, KHTTPD_A_CHANGE_LIMITS,
     KHTTPD_A_LIMITS_CLIENT_BYTES, std::nullopt},
    {"cache.kbytes", &Settings::cache_kbytes, 0, any, KHTTPD_A_CHANGE_CACHE, KHTTPD_A_CACHE_KBYTES,
     std::nullopt},
    {"cache.body-bytes", &Settings::cache_body_bytes, 0, KHTTPD_CACHE_BODY_BYTES_MAX,
     KHTTPD_A_CHANGE_CACHE, KHTTPD_A_CACHE_BODY_BYTES, std::nullopt},
    {"cache.fast", &Settings::cache_fast, 0, 1, KHTTPD_A_CHANGE_CACHE, KHTTPD_A_CACHE_FAST,
     std::nullopt, Number::Kind::toggle},
    {"compression.enabled", &Settings::compression_enabled, 0, 1, KHTTPD_A_CHANGE_COMPRESSION,
     KHTTPD_A_COMPRESSION_ENABLED, std::nullopt, Number::Kind::toggle},
    {"compression.min-bytes", &Settings::compression_min_bytes, 0, KHTTPD_COMPRESSION_BYTES_MAX,
     KHTTPD_A_CHANGE_COMPRESSION, KHTTPD_A_COMPRESSION_MIN_BYTES, std::nullopt},
    {"compression.max-bytes", &Settings::compression_max_bytes, 0, KHTTPD_COMPRESSION_BYTES_MAX,
     KHTTPD_A_CHANGE_COMPRESSION, KHTTPD_A_COMPRESSION_MAX_BYTES, std::nullopt},
    {"compression.level", &Settings::compression_level, 1, KHTTPD_COMPRESSION_LEVEL_MAX,
     KHTTPD_A_CHANGE_COMPRESSION, KHTTPD_A_COMPRESSION_LEVEL, std::nullopt},
    {"compression.at-once", &Settings::compression_at_once, 1, KHTTPD_COMPRESSIONS_MAX,
     KHTTPD_A_CHANGE_COMPRESSION, KHTTPD_A_COMPRESSION_AT_ONCE, std::nullopt},
    {"log.access", &Settings::log_access, 0, names_of_access.size() - 1, KHTTPD_A_CHANGE_LOG,
     KHTTPD_A_LOG_ACCESS, std::nullopt, Number::Kind::choice, names_of_access},
    {"log.format", &Settings::log_format, 0, names_of_format.size() - 1, KHTTPD_A_CHANGE_LOG,
     KHTTPD_A_LOG_FORMAT, std::nullopt, Number::Kind::choice, names_of_format},
    {"log.kbytes", &Settings::log_kbytes, KHTTPD_LOG_KBYTES_MIN, KHTTPD_LOG_KBYTES_MAX,
     KHTTPD_A_CHANGE_LOG, KHTTPD_A_LOG_KBYTES, std::nullopt},
};

} // namespace

std::span<const Number> numbers() {
    return table;
}

std::span<const std::string_view> flag_names() {
    return names_of_flags;
}

std::optional<std::uint32_t> parse_flag(std::string_view name) {
    const auto found = std::find(names_of_flags.begin(), names_of_flags.end(), name);
    if (found == names_of_flags.end())
        return std::nullopt;
    return 1U << (found - names_of_flags.begin());
}

std::string flags_text(std::uint32_t flags) {
    std::vector<std::string_view> set;
    for (std::size_t bit = 0; bit < names_of_flags.size(); ++bit)
        if (flags & (1U << bit))
            set.push_back(names_of_flags[bit]);
    return fmt::format("{}", fmt::join(set, " "));
}

std::string number_text(const Number &number, std::uint32_t value) {
    switch (number.kind) {
    case Number::Kind::flags:
        return flags_text(value);
    case Number::Kind::toggle:
        return value != 0 ? "true" : "false";
    case Number::Kind::choice:
        if (value < number.names.size())
            return std::string{number.names[value]};
        break;
    case Number::Kind::integer:
        break;
    }
    return fmt::to_string(value);
}

Change difference(const Settings &have, const Settings &want) {
    Change change;
    if (have.root != want.root)
        change.root = want.root;
    if (have.uid != want.uid)
        change.uid = want.uid;
    if (have.gid != want.gid)
        change.gid = want.gid;
    // The order of listeners means nothing, so a different order is no difference.
    if (!std::is_permutation(have.listeners.begin(), have.listeners.end(), want.listeners.begin(),
                             want.listeners.end()))
        change.listeners = want.listeners;
    for (const Number &number : numbers())
        if (have.*number.member != want.*number.member)
            change.numbers.push_back({&number, want.*number.member});
    for (std::size_t queue = 0; queue < want.cpumasks.size(); ++queue)
        if (!want.cpumasks[queue].empty() && have.cpumasks[queue] != want.cpumasks[queue])
            change.cpumasks[queue] = want.cpumasks[queue];
    if (have.hosts != want.hosts)
        change.hosts = want.hosts;
    if (have.mime != want.mime)
        change.mime = want.mime;
    return change;
}

std::string_view state_name(khttpd_state state) {
    switch (state) {
    case KHTTPD_STATE_STOPPED:
        return "stopped";
    case KHTTPD_STATE_RUNNING:
        return "running";
    case KHTTPD_STATE_STOPPING:
        return "stopping";
    }
    return "unknown";
}

} // namespace khttpd
