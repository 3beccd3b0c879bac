// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/client.h"

#include <linux/khttpd.h>

#include "netlink/refusal.h"

namespace khttpd::netlink {
namespace {

/// How often a dump is begun anew that a change interrupted.
constexpr int dump_attempts = 5;

Error no_answer() {
    return {ExitCode::bad_data, "the khttpd module acknowledged the request, but did not answer it",
            version_hint};
}

} // namespace

Result<Answer> Client::ask(Message &request) {
    if (!request.complete())
        return Error{
            ExitCode::config, "the configuration is too large for one netlink message",
            "a virtual host with all its rules has room for 65535 bytes, and a type with all "
            "its extensions, too"};
    auto answer = transport_->exchange(request);
    if (answer && answer->ack.error != 0)
        return refusal(request, answer->ack);
    return answer;
}

Result<Server> Client::server() {
    Message request{KHTTPD_CMD_SERVER_GET};
    const auto answer = ask(request);
    if (!answer)
        return answer.error();
    return answer->messages.empty() ? no_answer() : decode_server(answer->messages.front());
}

template<typename T>
Result<std::vector<T>> Client::dump(std::uint8_t command, Result<T> (*decode)(const Message &),
                                    const std::function<void(Message &)> &fill) {
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        Message request{command, NLM_F_DUMP};
        if (fill)
            fill(request);
        const auto answer = ask(request);
        if (!answer)
            return answer.error();
        if (answer->interrupted)
            continue;
        std::vector<T> all;
        for (const Message &message : answer->messages) {
            auto each = decode(message);
            if (!each)
                return each.error();
            all.push_back(std::move(*each));
        }
        return all;
    }
    return Error{ExitCode::temporary, "the configuration keeps changing while it is being read",
                 "try again when nobody else is changing it"};
}

Result<std::vector<OpenListener>> Client::listeners() {
    return dump(KHTTPD_CMD_LISTENER_GET, decode_listener);
}

Result<Hosts> Client::hosts() {
    auto all = dump(KHTTPD_CMD_VHOST_GET, decode_host);
    if (!all)
        return all.error();
    Hosts hosts;
    for (Host &host : *all) {
        if (host.names.empty())
            hosts.site = std::move(host);
        else
            hosts.vhosts.push_back(std::move(host));
    }
    sort_hosts(hosts.vhosts);
    return hosts;
}

Result<MimeTable> Client::mime() {
    auto types = dump(KHTTPD_CMD_MIME_GET, decode_mime);
    if (!types)
        return types.error();
    MimeTable table;
    // Of the same extension the type that comes last counts.
    for (const MimeTable &each : *types)
        for (const auto &[extension, type] : each)
            table[extension] = type;
    return table;
}

Result<Server> Client::server_with_listeners() {
    auto result = server();
    if (!result)
        return result;
    const auto open = listeners();
    if (!open)
        return open.error();
    for (const OpenListener &each : *open)
        result->settings.listeners.push_back(each.listener);
    return result;
}

Result<Server> Client::everything() {
    auto result = server_with_listeners();
    if (!result)
        return result;
    auto all_hosts = hosts();
    if (!all_hosts)
        return all_hosts.error();
    auto table = mime();
    if (!table)
        return table.error();
    result->settings.hosts = std::move(*all_hosts);
    result->settings.mime = std::move(*table);
    return result;
}

Result<Stats> Client::stats() {
    Message request{KHTTPD_CMD_STATS_GET};
    const auto answer = ask(request);
    if (!answer)
        return answer.error();
    return answer->messages.empty() ? no_answer() : decode_stats(answer->messages.front());
}

Result<std::vector<CacheEntry>> Client::cache() {
    return dump(KHTTPD_CMD_CACHE_GET, decode_entry);
}

Result<std::uint32_t> Client::flush_cache(const CacheFlush &flush) {
    Message request = encode_flush(flush);
    const auto answer = ask(request);
    if (!answer)
        return answer.error();
    return answer->messages.empty() ? no_answer() : decode_flush(answer->messages.front());
}

Result<std::vector<Connection>> Client::connections(const ConnectionFilter &filter) {
    return dump<Connection>(KHTTPD_CMD_CONNECTION_GET, decode_connection,
                            [&](Message &request) { put_filter(request, filter); });
}

Result<std::uint32_t> Client::kill_connections(const ConnectionFilter &filter) {
    Message request{KHTTPD_CMD_CONNECTION_KILL};
    put_filter(request, filter);
    const auto answer = ask(request);
    if (!answer)
        return answer.error();
    return answer->messages.empty() ? no_answer() : decode_killed(answer->messages.front());
}

Result<Changed> Client::change(const Change &change) {
    Message request = encode_change(change);
    const auto answer = ask(request);
    if (!answer)
        return answer.error();
    if (answer->messages.empty())
        return no_answer();
    auto server = decode_server(answer->messages.front());
    if (!server)
        return server.error();
    return Changed{std::move(*server), answer->ack.message};
}

} // namespace khttpd::netlink
