// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <tuple>

#include <fmt/ostream.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/stats_json.h"
#include "cli/units.h"

namespace khttpd::cli {
namespace {

void print_line(std::ostream &out, std::string_view name, const std::string &value) {
    fmt::print(out, "{:<9} {}\n", name, value);
}

void print_stats(std::ostream &out, const Stats &stats, std::uint64_t room) {
    const std::uint64_t asked = stats.cache_hits + stats.cache_misses;
    print_line(out, "responses", grouped(stats.cache_entries));
    print_line(out, "memory",
               fmt::format("{} of {}", bytes(static_cast<double>(stats.cache_bytes)),
                           bytes(static_cast<double>(room))));
    print_line(out, "hits",
               fmt::format("{}, {}", grouped(stats.cache_hits), percent(stats.cache_hits, asked)));
    print_line(
        out, "misses",
        fmt::format("{}, {}", grouped(stats.cache_misses), percent(stats.cache_misses, asked)));
    print_line(out, "evicted", grouped(stats.cache_evictions));
    print_line(out, "stale", grouped(stats.cache_stale));
    print_line(out, "fast",
               fmt::format("{}, {} of all requests", grouped(stats.fast),
                           percent(stats.fast, stats.requests)));
}

Json entry_json(const CacheEntry &entry) {
    return {{"vhost", entry.vhost},
            {"path", entry.path},
            {"coding", entry.coding.empty() ? Json(nullptr) : Json(entry.coding)},
            {"status", entry.status},
            {"bytes", entry.bytes}};
}

} // namespace

Result<int> cache_stats(const Context &context, const CacheStatsOptions &options) {
    auto client = context.client();
    if (!client)
        return client.error();
    const auto server = client->server();
    if (!server)
        return server.error();
    const auto stats = client->stats();
    if (!stats)
        return stats.error();

    const std::uint64_t room = 1024 * std::uint64_t{server->settings.cache_kbytes};
    if (!options.json) {
        print_stats(context.out, *stats, room);
        return 0;
    }
    Json json = json_object();
    json["max_bytes"] = room;
    json.update(cache_json(*stats));
    json["fast"] = stats->fast;
    json["requests"] = stats->requests;
    fmt::print(context.out, "{}\n", json_text(json));
    return 0;
}

Result<int> cache_list(const Context &context, const CacheListOptions &options) {
    auto client = context.client();
    if (!client)
        return client.error();
    auto entries = client->cache();
    if (!entries)
        return entries.error();
    // The kernel has them in no order.
    std::sort(entries->begin(), entries->end(), [](const CacheEntry &a, const CacheEntry &b) {
        return std::tie(a.vhost, a.path, a.coding) < std::tie(b.vhost, b.path, b.coding);
    });

    if (options.json) {
        Json json = json_object();
        json["entries"] = Json::array();
        for (const CacheEntry &entry : *entries)
            json["entries"].push_back(entry_json(entry));
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    for (const CacheEntry &entry : *entries)
        fmt::print(context.out, "{:>9} {} {:<7} {} {}\n", grouped(entry.bytes), entry.status,
                   entry.coding.empty() ? "-" : printable(entry.coding),
                   entry.vhost.empty() ? "(default)" : printable(entry.vhost),
                   printable(entry.path));
    return 0;
}

Result<int> cache_flush(const Context &context, const CacheFlushOptions &options) {
    auto client = context.client();
    if (!client)
        return client.error();
    const auto flushed = client->flush_cache(options.flush);
    if (!flushed)
        return flushed.error();
    if (options.json) {
        Json json = json_object();
        json["flushed"] = *flushed;
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    context.say(
        fmt::format("{} {} dropped", grouped(*flushed), *flushed == 1 ? "response" : "responses"));
    return 0;
}

} // namespace khttpd::cli
