// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
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

/// What entries of a kind there are.
struct Kind {
    const char *name;
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
};

enum KindIndex { files, codings, redirects, errors, kinds };

KindIndex kind_of(const CacheEntry &entry) {
    if (entry.status >= 400)
        return errors;
    if (entry.status >= 300)
        return redirects;
    return entry.coding.empty() ? files : codings;
}

using Kinds = std::array<Kind, kinds>;

/// By kind, what the kernel tells to administrators alone; nothing for others.
Result<std::optional<Kinds>> count_kinds(netlink::Client &client) {
    const auto entries = client.cache();
    if (!entries) {
        if (entries.error().code == ExitCode::permission)
            return std::optional<Kinds>{};
        return entries.error();
    }
    Kinds count = {Kind{"files"}, Kind{"codings"}, Kind{"redirects"}, Kind{"errors"}};
    for (const CacheEntry &entry : *entries) {
        Kind &kind = count[kind_of(entry)];
        kind.entries++;
        kind.bytes += entry.bytes;
    }
    return std::optional<Kinds>{count};
}

Json kinds_json(const std::optional<Kinds> &count) {
    if (!count)
        return nullptr;
    Json json = Json::object();
    for (const Kind &kind : *count)
        json[kind.name] = {{"entries", kind.entries}, {"bytes", kind.bytes}};
    return json;
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

    const auto by_kind = count_kinds(*client);
    if (!by_kind)
        return by_kind.error();

    const std::uint64_t room = 1024 * std::uint64_t{server->settings.cache_kbytes};
    if (!options.json) {
        print_stats(context.out, *stats, room);
        if (*by_kind)
            for (const Kind &kind : **by_kind)
                print_line(context.out, kind.name,
                           fmt::format("{}, {}", grouped(kind.entries),
                                       bytes(static_cast<double>(kind.bytes))));
        return 0;
    }
    Json json = json_object();
    json["max_bytes"] = room;
    json.update(cache_json(*stats));
    json["fast"] = stats->fast;
    json["requests"] = stats->requests;
    json["kinds"] = kinds_json(*by_kind);
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
