// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_kernel.h"

#include <gtest/gtest.h>
#include <linux/khttpd.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "netlink/host_codec.h"
#include "netlink/mime_codec.h"

namespace khttpd::test {

using netlink::Ack;
using netlink::Answer;
using netlink::Message;

class FakeKernel::Source : public netlink::EventSource {
  public:
    explicit Source(FakeKernel &kernel) : kernel_(kernel) {}

    int fd() const override { return kernel_.ready_.get(); }

    Result<std::vector<netlink::Event>> read() override {
        eventfd_t count;
        (void)eventfd_read(kernel_.ready_.get(), &count);
        return std::exchange(kernel_.events_, {});
    }

  private:
    FakeKernel &kernel_;
};

class FakeKernel::Link : public netlink::Transport {
  public:
    explicit Link(FakeKernel &kernel) : kernel_(kernel) {}

    Result<Answer> exchange(Message &request) override { return kernel_.answer(request); }

    Result<std::unique_ptr<netlink::EventSource>> subscribe() override {
        return std::make_unique<Source>(kernel_);
    }

    Result<std::unique_ptr<netlink::LogSource>> open_log() override {
        return Error{ExitCode::os_error, "this kernel keeps no log", ""};
    }

  private:
    FakeKernel &kernel_;
};

namespace {

/// The attributes of every nest that a request has, besides the lists of a change.
constexpr int nest_max =
    std::max({static_cast<int>(KHTTPD_A_SERVER_MAX), static_cast<int>(KHTTPD_A_LISTENER_MAX),
              static_cast<int>(KHTTPD_A_WORKQUEUE_MAX), static_cast<int>(KHTTPD_A_TIMEOUTS_MAX),
              static_cast<int>(KHTTPD_A_LIMITS_MAX), static_cast<int>(KHTTPD_A_CACHE_MAX),
              static_cast<int>(KHTTPD_A_COMPRESSION_MAX), static_cast<int>(KHTTPD_A_FILTER_MAX)});

/// Reads a server-set the way the module would, without its checks.
Change parse_change(const Message &request) {
    Change change;
    nlattr *nest;
    int left;
    nla_for_each_attr(nest, request.attributes(), request.attributes_length(), left) {
        std::array<nlattr *, nest_max + 1> found{};
        if (nla_type(nest) < KHTTPD_A_CHANGE_CLEAR || nla_type(nest) > KHTTPD_A_CHANGE_MIME)
            nla_parse_nested(found.data(), nest_max, nest, nullptr);
        const auto u32 = [&](int type) { return nla_get_u32(found[type]); };
        switch (nla_type(nest)) {
        case KHTTPD_A_CHANGE_SERVER:
            if (found[KHTTPD_A_SERVER_STATE])
                change.state = static_cast<khttpd_state>(u32(KHTTPD_A_SERVER_STATE));
            if (found[KHTTPD_A_SERVER_EXPECT_GENERATION])
                change.expect_generation = nla_get_u64(found[KHTTPD_A_SERVER_EXPECT_GENERATION]);
            if (found[KHTTPD_A_SERVER_ROOT])
                change.root = nla_get_string(found[KHTTPD_A_SERVER_ROOT]);
            if (found[KHTTPD_A_SERVER_UID])
                change.uid = u32(KHTTPD_A_SERVER_UID);
            if (found[KHTTPD_A_SERVER_GID])
                change.gid = u32(KHTTPD_A_SERVER_GID);
            if (found[KHTTPD_A_SERVER_DRAIN])
                change.drain = u32(KHTTPD_A_SERVER_DRAIN) != 0;
            break;
        case KHTTPD_A_CHANGE_LISTENER: {
            const bool v6 = found[KHTTPD_A_LISTENER_ADDR6] != nullptr;
            const nlattr *address = found[v6 ? KHTTPD_A_LISTENER_ADDR6 : KHTTPD_A_LISTENER_ADDR4];
            if (!change.listeners)
                change.listeners.emplace();
            Listener &listener = change.listeners->emplace_back();
            listener.address = Address::from_bytes(nla_data(address), v6);
            listener.port = u32(KHTTPD_A_LISTENER_PORT);
            listener.v6only = v6 && u32(KHTTPD_A_LISTENER_V6ONLY) != 0;
            for (const ListenerNumber &number : listener_numbers)
                listener.*number.value =
                    found[number.attribute] ? u32(number.attribute) : number.otherwise;
            if (found[KHTTPD_A_LISTENER_DEVICE])
                listener.device = nla_get_string(found[KHTTPD_A_LISTENER_DEVICE]);
            break;
        }
        case KHTTPD_A_CHANGE_CLEAR:
            if (nla_get_u32(nest) & KHTTPD_LIST_VHOSTS)
                change.hosts.emplace();
            if (nla_get_u32(nest) & KHTTPD_LIST_MIME)
                change.mime.emplace();
            break;
        case KHTTPD_A_CHANGE_VHOST:
            if (!change.hosts)
                change.hosts.emplace();
            change.hosts->vhosts.emplace_back();
            EXPECT_TRUE(netlink::take_host(change.hosts->vhosts.back(), nest));
            if (change.hosts->vhosts.back().names.empty()) {
                change.hosts->site = std::move(change.hosts->vhosts.back());
                change.hosts->vhosts.pop_back();
            }
            break;
        case KHTTPD_A_CHANGE_MIME:
            if (!change.mime)
                change.mime.emplace();
            EXPECT_TRUE(netlink::take_mime(*change.mime, nest));
            break;
        default:
            for (const Number &number : numbers()) {
                const bool other_queue = number.queue && found[KHTTPD_A_WORKQUEUE_QUEUE] &&
                                         u32(KHTTPD_A_WORKQUEUE_QUEUE) != *number.queue;
                if (number.nest == nla_type(nest) && !other_queue && found[number.attribute])
                    change.numbers.push_back({&number, u32(number.attribute)});
            }
        }
    }
    return change;
}

/// Reads the filter of a connection-get or connection-kill.
ConnectionFilter parse_filter(const Message &request) {
    ConnectionFilter filter;
    nlattr *nest = nla_find(request.attributes(), request.attributes_length(), KHTTPD_A_MSG_FILTER);
    std::array<nlattr *, nest_max + 1> found{};
    if (nest == nullptr || nla_parse_nested(found.data(), nest_max, nest, nullptr) != 0) {
        ADD_FAILURE() << "no filter";
        return filter;
    }
    const auto u32 = [&](int type) {
        return found[type] ? std::optional{nla_get_u32(found[type])} : std::nullopt;
    };
    for (const int type : {KHTTPD_A_FILTER_ADDR4, KHTTPD_A_FILTER_ADDR6})
        if (found[type])
            filter.from = {
                Address::from_bytes(nla_data(found[type]), type == KHTTPD_A_FILTER_ADDR6),
                u32(KHTTPD_A_FILTER_PREFIX_LEN).value()};
    if (found[KHTTPD_A_FILTER_PORT_MIN] || found[KHTTPD_A_FILTER_PORT_MAX])
        filter.ports = {u32(KHTTPD_A_FILTER_PORT_MIN).value(),
                        u32(KHTTPD_A_FILTER_PORT_MAX).value()};
    filter.local_port = u32(KHTTPD_A_FILTER_LOCAL_PORT);
    filter.states = u32(KHTTPD_A_FILTER_STATES).value_or(0);
    if (found[KHTTPD_A_FILTER_MIN_AGE_MS])
        filter.min_age_ms = nla_get_u64(found[KHTTPD_A_FILTER_MIN_AGE_MS]);
    return filter;
}

bool matches(const ConnectionFilter &filter, const Connection &connection) {
    const auto &[from, ports, local_port, states, min_age_ms] = filter;
    return (!from || Block{connection.address, from->prefix}.first() == *from) &&
           (!ports || (connection.port >= ports->first && connection.port <= ports->last)) &&
           (!local_port || connection.local_port == *local_port) &&
           (states == 0 || (states & (1U << connection.state)) != 0) &&
           (!min_age_ms || connection.age_ms >= *min_age_ms);
}

} // namespace

FakeKernel::FakeKernel() : ready_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    server.generation = 1;
    server.version = KHTTPD_VERSION;
    server.settings.listeners.emplace_back();
}

std::unique_ptr<netlink::Transport> FakeKernel::connect() {
    return std::make_unique<Link>(*this);
}

void FakeKernel::refuse(std::uint8_t command, Ack ack) {
    refusal_.emplace(command, std::move(ack));
}

void FakeKernel::notify(netlink::Event event) {
    events_.push_back(std::move(event));
    eventfd_write(ready_.get(), 1);
}

Answer FakeKernel::answer(const Message &request) {
    ++requests;
    Answer answer;
    if (refusal_ && refusal_->first == request.command()) {
        answer.ack = refusal_->second;
        return answer;
    }
    switch (request.command()) {
    case KHTTPD_CMD_SERVER_GET:
        if (on_get)
            on_get();
        answer.messages.push_back(describe(KHTTPD_CMD_SERVER_GET));
        return answer;
    case KHTTPD_CMD_SERVER_SET:
        return change(request);
    case KHTTPD_CMD_LISTENER_GET:
        answer.interrupted = interrupted_dumps-- > 0;
        for (const Listener &listener : server.settings.listeners)
            answer.messages.push_back(describe(listener));
        return answer;
    case KHTTPD_CMD_VHOST_GET:
        answer.interrupted = interrupted_dumps-- > 0;
        if (server.settings.hosts.site != Host{})
            answer.messages.push_back(describe(server.settings.hosts.site));
        for (const Host &host : server.settings.hosts.vhosts)
            answer.messages.push_back(describe(host));
        return answer;
    case KHTTPD_CMD_MIME_GET:
        for (const auto &[extension, type] : server.settings.mime) {
            answer.messages.emplace_back(KHTTPD_CMD_MIME_GET, 0, 1024);
            netlink::put_mime(answer.messages.back(), {{extension, type}});
        }
        return answer;
    case KHTTPD_CMD_STATS_GET:
        answer.messages.push_back(describe_stats());
        return answer;
    case KHTTPD_CMD_CACHE_GET:
        for (const CacheEntry &entry : cache)
            answer.messages.push_back(describe(entry));
        return answer;
    case KHTTPD_CMD_CACHE_FLUSH:
        return flush(request);
    case KHTTPD_CMD_CONNECTION_GET:
        return list_connections(request);
    case KHTTPD_CMD_CONNECTION_KILL:
        return kill(request);
    }
    answer.ack.error = EOPNOTSUPP;
    return answer;
}

Answer FakeKernel::change(const Message &request) {
    Answer answer;
    const Change change = parse_change(request);
    if (change.expect_generation && *change.expect_generation != server.generation) {
        answer.ack.error = ESTALE;
        return answer;
    }
    changes.push_back(change);
    Settings &settings = server.settings;
    settings.root = change.root.value_or(settings.root);
    settings.uid = change.uid.value_or(settings.uid);
    settings.gid = change.gid.value_or(settings.gid);
    settings.listeners = change.listeners.value_or(settings.listeners);
    settings.hosts = change.hosts.value_or(settings.hosts);
    settings.mime = change.mime.value_or(settings.mime);
    for (const auto &[number, value] : change.numbers)
        settings.*number->member = value;
    server.draining = change.drain.value_or(server.draining && !change.state);
    if (change.state == KHTTPD_STATE_RUNNING)
        server.state = KHTTPD_STATE_RUNNING;
    if (change.state == KHTTPD_STATE_STOPPED) {
        const bool again = server.state == KHTTPD_STATE_STOPPING;
        server.state = defer_stop && !again ? KHTTPD_STATE_STOPPING : KHTTPD_STATE_STOPPED;
    }
    ++server.generation;
    notify(netlink::ServerChanged{server});
    answer.messages.push_back(describe(KHTTPD_CMD_SERVER_SET));
    answer.ack.message = warning;
    return answer;
}

Answer FakeKernel::flush(const Message &request) {
    Answer answer;
    const auto text = [&](int type) -> std::optional<std::string> {
        const nlattr *found = nla_find(request.attributes(), request.attributes_length(), type);
        return found ? std::optional<std::string>{nla_get_string(found)} : std::nullopt;
    };
    const auto vhost = text(KHTTPD_A_FLUSH_VHOST);
    const auto prefix = text(KHTTPD_A_FLUSH_PREFIX);
    if (vhost == "nobody") {
        answer.ack.error = ENOENT;
        answer.ack.message = "no virtual host has this name";
        answer.ack.offset = NLMSG_HDRLEN + GENL_HDRLEN;
        return answer;
    }
    const auto flushed = std::erase_if(cache, [&](const CacheEntry &entry) {
        return (!vhost || entry.vhost == *vhost) && (!prefix || entry.path.starts_with(*prefix));
    });
    answer.messages.emplace_back(KHTTPD_CMD_CACHE_FLUSH);
    answer.messages.back().put_u32(KHTTPD_A_FLUSH_FLUSHED, static_cast<std::uint32_t>(flushed));
    return answer;
}

Answer FakeKernel::list_connections(const Message &request) {
    Answer answer;
    filter = parse_filter(request);
    for (const Connection &connection : connections)
        if (matches(filter, connection))
            answer.messages.push_back(describe(connection));
    return answer;
}

Answer FakeKernel::kill(const Message &request) {
    Answer answer;
    filter = parse_filter(request);
    const auto killed = std::erase_if(
        connections, [&](const Connection &connection) { return matches(filter, connection); });
    answer.messages.emplace_back(KHTTPD_CMD_CONNECTION_KILL);
    answer.messages.back().put_u32(KHTTPD_A_MSG_KILLED, static_cast<std::uint32_t>(killed));
    return answer;
}

Message FakeKernel::describe(const Connection &connection) const {
    Message message{KHTTPD_CMD_CONNECTION_GET};
    message.nest(KHTTPD_A_MSG_CONNECTION, [&] {
        const bool v6 = connection.address.is_v6();
        message.put_bytes(v6 ? KHTTPD_A_CONNECTION_ADDR6 : KHTTPD_A_CONNECTION_ADDR4,
                          connection.address.bytes(), v6 ? 16 : 4);
        message.put_u32(KHTTPD_A_CONNECTION_PORT, connection.port);
        message.put_u32(KHTTPD_A_CONNECTION_LOCAL_PORT, connection.local_port);
        message.put_u32(KHTTPD_A_CONNECTION_STATE, connection.state);
        message.put_u64(KHTTPD_A_CONNECTION_AGE_MS, connection.age_ms);
        message.put_u32(KHTTPD_A_CONNECTION_REQUESTS, connection.requests);
    });
    return message;
}

Message FakeKernel::describe(const CacheEntry &entry) const {
    Message message{KHTTPD_CMD_CACHE_GET};
    message.nest(KHTTPD_A_MSG_ENTRY, [&] {
        message.put_string(KHTTPD_A_ENTRY_VHOST, entry.vhost);
        message.put_string(KHTTPD_A_ENTRY_PATH, entry.path);
        if (!entry.coding.empty())
            message.put_string(KHTTPD_A_ENTRY_CODING, entry.coding);
        message.put_u32(KHTTPD_A_ENTRY_STATUS, entry.status);
        message.put_u32(KHTTPD_A_ENTRY_BYTES, entry.bytes);
    });
    return message;
}

Message FakeKernel::describe(std::uint8_t command) const {
    Message message{command};
    const Settings &settings = server.settings;
    message.nest(KHTTPD_A_MSG_SERVER, [&] {
        message.put_u32(KHTTPD_A_SERVER_STATE, server.state);
        message.put_u64(KHTTPD_A_SERVER_GENERATION, server.generation);
        message.put_string(KHTTPD_A_SERVER_VERSION, server.version);
        message.put_string(KHTTPD_A_SERVER_ROOT, settings.root);
        message.put_u32(KHTTPD_A_SERVER_UID, settings.uid);
        message.put_u32(KHTTPD_A_SERVER_GID, settings.gid);
        message.put_u64(KHTTPD_A_SERVER_STARTED_NS, server.started_ns);
        message.put_u32(KHTTPD_A_SERVER_DRAIN, server.draining);
    });
    const auto put_numbers = [&](int nest, std::optional<std::uint32_t> queue) {
        message.nest(nest, [&] {
            if (queue)
                message.put_u32(KHTTPD_A_WORKQUEUE_QUEUE, *queue);
            if (queue)
                message.put_string(KHTTPD_A_WORKQUEUE_NAME, server.workqueues[*queue]);
            for (const Number &number : numbers())
                if (number.nest == nest && number.queue == queue &&
                    !(nest == KHTTPD_A_MSG_LIMITS && number.attribute > last_limit))
                    message.put_u32(number.attribute, settings.*number.member);
        });
    };
    put_numbers(KHTTPD_A_MSG_WORKQUEUE, KHTTPD_QUEUE_HOT);
    put_numbers(KHTTPD_A_MSG_WORKQUEUE, KHTTPD_QUEUE_COLD);
    put_numbers(KHTTPD_A_MSG_TIMEOUTS, {});
    put_numbers(KHTTPD_A_MSG_LIMITS, {});
    if (has_cache) {
        put_numbers(KHTTPD_A_MSG_CACHE, {});
        put_numbers(KHTTPD_A_MSG_COMPRESSION, {});
        put_numbers(KHTTPD_A_MSG_LOG, {});
    }
    return message;
}

Message FakeKernel::describe(const Listener &listener) const {
    Message message{KHTTPD_CMD_LISTENER_GET};
    message.nest(KHTTPD_A_MSG_LISTENER, [&] {
        const bool v6 = listener.address.is_v6();
        message.put_u32(KHTTPD_A_LISTENER_ID, 7);
        message.put_bytes(v6 ? KHTTPD_A_LISTENER_ADDR6 : KHTTPD_A_LISTENER_ADDR4,
                          listener.address.bytes(), v6 ? 16 : 4);
        message.put_u32(KHTTPD_A_LISTENER_PORT, listener.port);
        message.put_u32(KHTTPD_A_LISTENER_V6ONLY, listener.v6only);
        for (const ListenerNumber &number : listener_numbers)
            message.put_u32(number.attribute, listener.*number.value);
        if (!listener.device.empty())
            message.put_string(KHTTPD_A_LISTENER_DEVICE, listener.device);
        message.put_u32(KHTTPD_A_LISTENER_CONNECTIONS, 3);
    });
    return message;
}

Message FakeKernel::describe(const Host &host) const {
    Message message{KHTTPD_CMD_VHOST_GET, 0, 128 * 1024};
    netlink::put_host(message, host);
    EXPECT_TRUE(message.complete());
    return message;
}

Message FakeKernel::describe_stats() const {
    Message message{KHTTPD_CMD_STATS_GET};
    message.nest(KHTTPD_A_MSG_STATS, [&] {
        message.put_u64(KHTTPD_A_STATS_STARTED_NS, stats.started_ns);
        message.put_u64(KHTTPD_A_STATS_NOW_NS, stats.now_ns);
        message.put_u64(KHTTPD_A_STATS_GENERATION, server.generation);
        message.put_u64(KHTTPD_A_STATS_REQUESTS, stats.requests);
        message.put_u64(KHTTPD_A_STATS_ACCEPTED, stats.accepted);
        message.put_u64(KHTTPD_A_STATS_CONNECTIONS, stats.connections);
        message.put_u64(KHTTPD_A_STATS_BYTES_IN, stats.bytes_in);
        message.put_u64(KHTTPD_A_STATS_BYTES_OUT, stats.bytes_out);
        if (has_cache) {
            message.put_u64(KHTTPD_A_STATS_CACHE_HITS, stats.cache_hits);
            message.put_u64(KHTTPD_A_STATS_CACHE_MISSES, stats.cache_misses);
            message.put_u64(KHTTPD_A_STATS_CACHE_EVICTIONS, stats.cache_evictions);
            message.put_u64(KHTTPD_A_STATS_CACHE_STALE, stats.cache_stale);
            message.put_u64(KHTTPD_A_STATS_FAST, stats.fast);
            message.put_u64(KHTTPD_A_STATS_CACHE_ENTRIES, stats.cache_entries);
            message.put_u64(KHTTPD_A_STATS_CACHE_BYTES, stats.cache_bytes);
            message.put_u64(KHTTPD_A_STATS_LOG_RECORDS, stats.log_records);
            message.put_u64(KHTTPD_A_STATS_LOG_LOST, stats.log_lost);
        }
        for (const auto &[code, count] : stats.status)
            message.nest(KHTTPD_A_STATS_STATUS, [&, code = code, count = count] {
                message.put_u32(KHTTPD_A_STATUS_COUNT_CODE, code);
                message.put_u64(KHTTPD_A_STATUS_COUNT_COUNT, count);
            });
        for (const auto &[reason, count] : stats.refused)
            message.nest(KHTTPD_A_STATS_REFUSED, [&, reason = reason, count = count] {
                message.put_u32(KHTTPD_A_REFUSAL_COUNT_REASON, reason);
                message.put_u64(KHTTPD_A_REFUSAL_COUNT_COUNT, count);
            });
        for (const Bucket &bucket : stats.latency)
            message.nest(KHTTPD_A_STATS_LATENCY, [&] {
                message.put_u64(KHTTPD_A_LATENCY_BUCKET_BELOW_NS, bucket.below_ns);
                message.put_u64(KHTTPD_A_LATENCY_BUCKET_COUNT, bucket.count);
            });
    });
    return message;
}

} // namespace khttpd::test
