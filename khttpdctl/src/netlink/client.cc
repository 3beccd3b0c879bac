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
            "khttpdctl and the module may be of different versions: see 'khttpdctl version'"};
}

} // namespace

Result<Answer> Client::ask(Message &request) {
    if (!request.complete())
        return Error{ExitCode::config, "the configuration is too large for one netlink message",
                     "shorten the document root or the list of listeners"};
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

Result<std::vector<OpenListener>> Client::listeners() {
    for (int attempt = 0; attempt < dump_attempts; ++attempt) {
        Message request{KHTTPD_CMD_LISTENER_GET, NLM_F_DUMP};
        const auto answer = ask(request);
        if (!answer)
            return answer.error();
        if (answer->interrupted)
            continue;
        std::vector<OpenListener> listeners;
        for (const Message &message : answer->messages) {
            auto listener = decode_listener(message);
            if (!listener)
                return listener.error();
            listeners.push_back(std::move(*listener));
        }
        return listeners;
    }
    return Error{ExitCode::temporary, "the configuration keeps changing while it is being read",
                 "try again when nobody else is changing it"};
}

Result<Server> Client::everything() {
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

Result<Stats> Client::stats() {
    Message request{KHTTPD_CMD_STATS_GET};
    const auto answer = ask(request);
    if (!answer)
        return answer.error();
    return answer->messages.empty() ? no_answer() : decode_stats(answer->messages.front());
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
