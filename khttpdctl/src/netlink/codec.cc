// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/codec.h"

#include <linux/khttpd.h>

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "netlink/host_codec.h"
#include "netlink/mime_codec.h"
#include "netlink/nest.h"
#include "netlink/refusal.h"

namespace khttpd::netlink {
namespace {

constexpr auto server_policy = [] {
    Policy<KHTTPD_A_SERVER_MAX> policy{};
    policy[KHTTPD_A_SERVER_STATE] = u32;
    policy[KHTTPD_A_SERVER_GENERATION] = u64;
    policy[KHTTPD_A_SERVER_VERSION] = string;
    policy[KHTTPD_A_SERVER_ROOT] = string;
    policy[KHTTPD_A_SERVER_UID] = u32;
    policy[KHTTPD_A_SERVER_GID] = u32;
    policy[KHTTPD_A_SERVER_STARTED_NS] = u64;
    policy[KHTTPD_A_SERVER_DRAIN] = u32;
    return policy;
}();

constexpr auto listener_policy = [] {
    Policy<KHTTPD_A_LISTENER_MAX> policy{};
    policy[KHTTPD_A_LISTENER_ID] = u32;
    policy[KHTTPD_A_LISTENER_ADDR4] = u32;
    policy[KHTTPD_A_LISTENER_ADDR6] = address6;
    policy[KHTTPD_A_LISTENER_PORT] = u32;
    policy[KHTTPD_A_LISTENER_V6ONLY] = u32;
    for (const ListenerNumber &number : listener_numbers)
        policy[number.attribute] = u32;
    policy[KHTTPD_A_LISTENER_CONNECTIONS] = u32;
    policy[KHTTPD_A_LISTENER_DEVICE] = string;
    return policy;
}();

constexpr auto workqueue_policy = [] {
    Policy<KHTTPD_A_WORKQUEUE_MAX> policy{};
    policy[KHTTPD_A_WORKQUEUE_QUEUE] = u32;
    policy[KHTTPD_A_WORKQUEUE_FLAGS] = u32;
    policy[KHTTPD_A_WORKQUEUE_MAX_ACTIVE] = u32;
    policy[KHTTPD_A_WORKQUEUE_NAME] = string;
    return policy;
}();

/// Every attribute a u32.
template<int Max>
constexpr Policy<Max> all_u32() {
    Policy<Max> policy{};
    std::fill(policy.begin() + 1, policy.end(), u32);
    return policy;
}

constexpr auto timeouts_policy = all_u32<KHTTPD_A_TIMEOUTS_MAX>();
constexpr auto limits_policy = all_u32<KHTTPD_A_LIMITS_MAX>();
constexpr auto cache_policy = all_u32<KHTTPD_A_CACHE_MAX>();
constexpr auto compression_policy = all_u32<KHTTPD_A_COMPRESSION_MAX>();
constexpr auto log_policy = all_u32<KHTTPD_A_LOG_MAX>();

constexpr auto stats_policy = [] {
    Policy<KHTTPD_A_STATS_MAX> policy{};
    policy[KHTTPD_A_STATS_CPU] = u32;
    for (const int type :
         {KHTTPD_A_STATS_STARTED_NS, KHTTPD_A_STATS_NOW_NS, KHTTPD_A_STATS_GENERATION,
          KHTTPD_A_STATS_REQUESTS, KHTTPD_A_STATS_ACCEPTED, KHTTPD_A_STATS_CONNECTIONS,
          KHTTPD_A_STATS_BYTES_IN, KHTTPD_A_STATS_BYTES_OUT, KHTTPD_A_STATS_CACHE_HITS,
          KHTTPD_A_STATS_CACHE_MISSES, KHTTPD_A_STATS_CACHE_EVICTIONS, KHTTPD_A_STATS_CACHE_STALE,
          KHTTPD_A_STATS_FAST, KHTTPD_A_STATS_CACHE_ENTRIES, KHTTPD_A_STATS_CACHE_BYTES,
          KHTTPD_A_STATS_LOG_RECORDS, KHTTPD_A_STATS_LOG_LOST})
        policy[type] = u64;
    policy[KHTTPD_A_STATS_STATUS] = nest;
    policy[KHTTPD_A_STATS_REFUSED] = nest;
    policy[KHTTPD_A_STATS_LATENCY] = nest;
    return policy;
}();

constexpr auto status_policy = [] {
    Policy<KHTTPD_A_STATUS_COUNT_MAX> policy{};
    policy[KHTTPD_A_STATUS_COUNT_CODE] = u32;
    policy[KHTTPD_A_STATUS_COUNT_COUNT] = u64;
    return policy;
}();

constexpr auto refusal_policy = [] {
    Policy<KHTTPD_A_REFUSAL_COUNT_MAX> policy{};
    policy[KHTTPD_A_REFUSAL_COUNT_REASON] = u32;
    policy[KHTTPD_A_REFUSAL_COUNT_COUNT] = u64;
    return policy;
}();

constexpr auto bucket_policy = [] {
    Policy<KHTTPD_A_LATENCY_BUCKET_MAX> policy{};
    policy[KHTTPD_A_LATENCY_BUCKET_BELOW_NS] = u64;
    policy[KHTTPD_A_LATENCY_BUCKET_COUNT] = u64;
    return policy;
}();

void put_listener(Message &message, const Listener &listener) {
    message.nest(KHTTPD_A_CHANGE_LISTENER, [&] {
        const bool v6 = listener.address.is_v6();
        message.put_bytes(v6 ? KHTTPD_A_LISTENER_ADDR6 : KHTTPD_A_LISTENER_ADDR4,
                          listener.address.bytes(), v6 ? 16 : 4);
        message.put_u32(KHTTPD_A_LISTENER_PORT, listener.port);
        if (v6)
            message.put_u32(KHTTPD_A_LISTENER_V6ONLY, listener.v6only);
        // A module that is older may not know all of them; what it does not get is the default.
        for (const ListenerNumber &number : listener_numbers)
            if (listener.*number.value != number.otherwise)
                message.put_u32(number.attribute, listener.*number.value);
        if (!listener.device.empty())
            message.put_string(KHTTPD_A_LISTENER_DEVICE, listener.device);
    });
}

/// One nest for each group of numbers that belong together.
void put_numbers(Message &message, const std::vector<Change::Assignment> &assignments) {
    for (auto first = assignments.begin(); first != assignments.end();) {
        const std::string_view table = first->number->table();
        const auto last = std::find_if(first, assignments.end(), [&](const auto &assignment) {
            return assignment.number->table() != table;
        });
        message.nest(first->number->nest, [&] {
            if (first->number->queue)
                message.put_u32(KHTTPD_A_WORKQUEUE_QUEUE, *first->number->queue);
            for (auto each = first; each != last; ++each)
                message.put_u32(each->number->attribute, each->value);
        });
        first = last;
    }
}

/// The numbers of the nest of type @kind, for workqueues those of @queue.
template<int Max>
void take_numbers(Settings &settings, const Nest<Max> &nest, int kind,
                  std::optional<std::uint32_t> queue = {}) {
    for (const Number &number : numbers())
        if (number.nest == kind && number.queue == queue && nest.has(number.attribute))
            settings.*number.member = nest.number(number.attribute);
}

bool take_server(Server &server, nlattr *attribute) {
    const Nest<KHTTPD_A_SERVER_MAX> nest{attribute, server_policy};
    if (!nest.valid() || !nest.has(KHTTPD_A_SERVER_STATE) || !nest.has(KHTTPD_A_SERVER_GENERATION))
        return false;
    server.state = static_cast<khttpd_state>(nest.number(KHTTPD_A_SERVER_STATE));
    server.generation = nest.big(KHTTPD_A_SERVER_GENERATION);
    server.version = nest.text(KHTTPD_A_SERVER_VERSION);
    server.started_ns = nest.big(KHTTPD_A_SERVER_STARTED_NS);
    server.draining =
        server.state == KHTTPD_STATE_RUNNING && nest.number(KHTTPD_A_SERVER_DRAIN) != 0;
    server.settings.root = nest.text(KHTTPD_A_SERVER_ROOT);
    server.settings.uid = nest.number(KHTTPD_A_SERVER_UID);
    server.settings.gid = nest.number(KHTTPD_A_SERVER_GID);
    return true;
}

void take_workqueue_name(Server &server, nlattr *attribute) {
    const Nest<KHTTPD_A_WORKQUEUE_MAX> nest{attribute, workqueue_policy};
    const std::uint32_t queue = nest.number(KHTTPD_A_WORKQUEUE_QUEUE);
    if (nest.valid() && queue < server.workqueues.size())
        server.workqueues[queue] = nest.text(KHTTPD_A_WORKQUEUE_NAME);
}

bool take_settings(Settings &settings, nlattr *attribute) {
    switch (nla_type(attribute)) {
    case KHTTPD_A_MSG_WORKQUEUE: {
        const Nest<KHTTPD_A_WORKQUEUE_MAX> nest{attribute, workqueue_policy};
        take_numbers(settings, nest, KHTTPD_A_MSG_WORKQUEUE, nest.number(KHTTPD_A_WORKQUEUE_QUEUE));
        return nest.valid();
    }
    case KHTTPD_A_MSG_TIMEOUTS: {
        const Nest<KHTTPD_A_TIMEOUTS_MAX> nest{attribute, timeouts_policy};
        take_numbers(settings, nest, KHTTPD_A_MSG_TIMEOUTS);
        return nest.valid();
    }
    case KHTTPD_A_MSG_LIMITS: {
        const Nest<KHTTPD_A_LIMITS_MAX> nest{attribute, limits_policy};
        take_numbers(settings, nest, KHTTPD_A_MSG_LIMITS);
        return nest.valid();
    }
    case KHTTPD_A_MSG_CACHE: {
        const Nest<KHTTPD_A_CACHE_MAX> nest{attribute, cache_policy};
        take_numbers(settings, nest, KHTTPD_A_MSG_CACHE);
        return nest.valid();
    }
    case KHTTPD_A_MSG_COMPRESSION: {
        const Nest<KHTTPD_A_COMPRESSION_MAX> nest{attribute, compression_policy};
        take_numbers(settings, nest, KHTTPD_A_MSG_COMPRESSION);
        return nest.valid();
    }
    case KHTTPD_A_MSG_LOG: {
        const Nest<KHTTPD_A_LOG_MAX> nest{attribute, log_policy};
        take_numbers(settings, nest, KHTTPD_A_MSG_LOG);
        return nest.valid();
    }
    }
    return true;
}

bool take_count(Stats &stats, nlattr *attribute) {
    switch (nla_type(attribute)) {
    case KHTTPD_A_STATS_STATUS: {
        const Nest<KHTTPD_A_STATUS_COUNT_MAX> nest{attribute, status_policy};
        stats.status[nest.number(KHTTPD_A_STATUS_COUNT_CODE)] +=
            nest.big(KHTTPD_A_STATUS_COUNT_COUNT);
        return nest.valid();
    }
    case KHTTPD_A_STATS_REFUSED: {
        const Nest<KHTTPD_A_REFUSAL_COUNT_MAX> nest{attribute, refusal_policy};
        stats.refused[nest.number(KHTTPD_A_REFUSAL_COUNT_REASON)] +=
            nest.big(KHTTPD_A_REFUSAL_COUNT_COUNT);
        return nest.valid();
    }
    case KHTTPD_A_STATS_LATENCY: {
        const Nest<KHTTPD_A_LATENCY_BUCKET_MAX> nest{attribute, bucket_policy};
        stats.latency.push_back(
            {nest.big(KHTTPD_A_LATENCY_BUCKET_BELOW_NS), nest.big(KHTTPD_A_LATENCY_BUCKET_COUNT)});
        return nest.valid();
    }
    }
    return true;
}

/// The first attribute of @type at the top level.
nlattr *find(const Message &message, int type) {
    return nla_find(message.attributes(), message.attributes_length(), type);
}

/// Bytes for everything in a change but its lists without a narrow limit, and to spare.
constexpr std::size_t bytes_of_the_rest = 32 * 1024;

std::size_t bytes_for(const Change &change) {
    std::size_t sum = bytes_of_the_rest;
    if (change.hosts) {
        sum += NLA_ALIGN(host_bytes(change.hosts->site));
        for (const Host &host : change.hosts->vhosts)
            sum += NLA_ALIGN(host_bytes(host));
    }
    if (change.mime)
        sum += mime_bytes(*change.mime);
    return sum;
}

/// A list is replaced as a whole, and emptied where there is nothing to replace it with: no hosts
/// and no types are what the module has by itself.
void put_lists(Message &message, const Change &change) {
    const bool no_hosts = change.hosts && *change.hosts == Hosts{};
    const bool no_mime = change.mime && change.mime->empty();
    if (no_hosts || no_mime)
        message.put_u32(KHTTPD_A_CHANGE_CLEAR,
                        (no_hosts ? KHTTPD_LIST_VHOSTS : 0) | (no_mime ? KHTTPD_LIST_MIME : 0));
    if (change.hosts) {
        // Where it is as it is by itself, it needs no place among the virtual hosts.
        if (change.hosts->site != Host{})
            put_host(message, change.hosts->site);
        for (const Host &host : change.hosts->vhosts)
            put_host(message, host);
    }
    if (change.mime)
        put_mime(message, *change.mime);
}

} // namespace

Error malformed(const char *what) {
    return {ExitCode::bad_data, fmt::format("the khttpd module sent a malformed {}", what),
            version_hint};
}

Message encode_change(const Change &change) {
    Message message{KHTTPD_CMD_SERVER_SET, 0, bytes_for(change)};
    if (change.state || change.expect_generation || change.root || change.uid || change.gid ||
        change.drain) {
        message.nest(KHTTPD_A_CHANGE_SERVER, [&] {
            if (change.state)
                message.put_u32(KHTTPD_A_SERVER_STATE, *change.state);
            if (change.expect_generation)
                message.put_u64(KHTTPD_A_SERVER_EXPECT_GENERATION, *change.expect_generation);
            if (change.root)
                message.put_string(KHTTPD_A_SERVER_ROOT, *change.root);
            if (change.uid)
                message.put_u32(KHTTPD_A_SERVER_UID, *change.uid);
            if (change.gid)
                message.put_u32(KHTTPD_A_SERVER_GID, *change.gid);
            if (change.drain)
                message.put_u32(KHTTPD_A_SERVER_DRAIN, *change.drain);
        });
    }
    if (change.listeners)
        for (const Listener &listener : *change.listeners)
            put_listener(message, listener);
    put_numbers(message, change.numbers);
    put_lists(message, change);
    return message;
}

Result<Server> decode_server(const Message &message) {
    Server server;
    bool described = false;
    nlattr *attribute;
    int left;
    nla_for_each_attr(attribute, message.attributes(), message.attributes_length(), left) {
        if (nla_type(attribute) == KHTTPD_A_MSG_WORKQUEUE)
            take_workqueue_name(server, attribute);
        if (nla_type(attribute) == KHTTPD_A_MSG_SERVER) {
            if (!take_server(server, attribute))
                return malformed("description of the server");
            described = true;
        } else if (!take_settings(server.settings, attribute)) {
            return malformed("setting");
        }
    }
    if (!described)
        return malformed("description of the server");
    return server;
}

Result<OpenListener> decode_listener(const Message &message) {
    nlattr *attribute = find(message, KHTTPD_A_MSG_LISTENER);
    if (attribute == nullptr)
        return malformed("listener");
    const Nest<KHTTPD_A_LISTENER_MAX> nest{attribute, listener_policy};
    const bool v6 = nest.has(KHTTPD_A_LISTENER_ADDR6);
    if (!nest.valid() || (!v6 && !nest.has(KHTTPD_A_LISTENER_ADDR4)) ||
        !nest.has(KHTTPD_A_LISTENER_PORT))
        return malformed("listener");

    const nlattr *address = nest[v6 ? KHTTPD_A_LISTENER_ADDR6 : KHTTPD_A_LISTENER_ADDR4];
    OpenListener open;
    open.listener.address = Address::from_bytes(nla_data(address), v6);
    open.listener.port = nest.number(KHTTPD_A_LISTENER_PORT);
    open.listener.v6only = nest.number(KHTTPD_A_LISTENER_V6ONLY) != 0;
    for (const ListenerNumber &number : listener_numbers)
        open.listener.*number.value = nest.number(number.attribute, number.otherwise);
    open.listener.device = nest.text(KHTTPD_A_LISTENER_DEVICE);
    open.id = nest.number(KHTTPD_A_LISTENER_ID);
    open.connections = nest.number(KHTTPD_A_LISTENER_CONNECTIONS);
    return open;
}

Result<Host> decode_host(const Message &message) {
    Host host;
    nlattr *attribute = find(message, KHTTPD_A_MSG_VHOST);
    if (attribute == nullptr || !take_host(host, attribute))
        return malformed("virtual host");
    return host;
}

Result<MimeTable> decode_mime(const Message &message) {
    MimeTable table;
    nlattr *attribute = find(message, KHTTPD_A_MSG_MIME);
    if (attribute == nullptr || !take_mime(table, attribute))
        return malformed("media type");
    return table;
}

Result<Stats> decode_stats(const Message &message) {
    nlattr *attribute = find(message, KHTTPD_A_MSG_STATS);
    if (attribute == nullptr)
        return malformed("set of counters");
    const Nest<KHTTPD_A_STATS_MAX> nest{attribute, stats_policy};
    if (!nest.valid() || !nest.has(KHTTPD_A_STATS_NOW_NS))
        return malformed("set of counters");

    Stats stats{
        .started_ns = nest.big(KHTTPD_A_STATS_STARTED_NS),
        .now_ns = nest.big(KHTTPD_A_STATS_NOW_NS),
        .generation = nest.big(KHTTPD_A_STATS_GENERATION),
        .requests = nest.big(KHTTPD_A_STATS_REQUESTS),
        .accepted = nest.big(KHTTPD_A_STATS_ACCEPTED),
        .connections = nest.big(KHTTPD_A_STATS_CONNECTIONS),
        .cache_entries = nest.big(KHTTPD_A_STATS_CACHE_ENTRIES),
        .cache_bytes = nest.big(KHTTPD_A_STATS_CACHE_BYTES),
        .bytes_in = nest.big(KHTTPD_A_STATS_BYTES_IN),
        .bytes_out = nest.big(KHTTPD_A_STATS_BYTES_OUT),
        .cache_hits = nest.big(KHTTPD_A_STATS_CACHE_HITS),
        .cache_misses = nest.big(KHTTPD_A_STATS_CACHE_MISSES),
        .cache_evictions = nest.big(KHTTPD_A_STATS_CACHE_EVICTIONS),
        .cache_stale = nest.big(KHTTPD_A_STATS_CACHE_STALE),
        .fast = nest.big(KHTTPD_A_STATS_FAST),
        .log_records = nest.big(KHTTPD_A_STATS_LOG_RECORDS),
        .log_lost = nest.big(KHTTPD_A_STATS_LOG_LOST),
        .status = {},
        .refused = {},
        .latency = {},
    };
    nlattr *inner;
    int left;
    nla_for_each_nested(inner, attribute, left) {
        if (!take_count(stats, inner))
            return malformed("counter");
    }
    std::sort(stats.latency.begin(), stats.latency.end(), [](const Bucket &a, const Bucket &b) {
        // The unbounded bucket, whose bound reads 0, comes last.
        return a.below_ns - 1 < b.below_ns - 1;
    });
    return stats;
}

Result<LimitReached> decode_limit(const Message &message) {
    nlattr *attribute = find(message, KHTTPD_A_MSG_LIMIT);
    if (attribute == nullptr)
        return malformed("limit");
    const Nest<KHTTPD_A_REFUSAL_COUNT_MAX> nest{attribute, refusal_policy};
    if (!nest.valid() || !nest.has(KHTTPD_A_REFUSAL_COUNT_REASON))
        return malformed("limit");
    return LimitReached{nest.number(KHTTPD_A_REFUSAL_COUNT_REASON),
                        nest.big(KHTTPD_A_REFUSAL_COUNT_COUNT)};
}

} // namespace khttpd::netlink
