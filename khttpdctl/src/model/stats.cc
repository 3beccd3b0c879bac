// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/stats.h"

#include <linux/khttpd.h>

namespace khttpd {

std::string_view refusal_name(std::uint32_t reason) {
    switch (reason) {
    case KHTTPD_REFUSAL_LIMIT:
        return "limit";
    case KHTTPD_REFUSAL_MEMORY:
        return "memory";
    case KHTTPD_REFUSAL_HEAD_TIMEOUT:
        return "head-timeout";
    case KHTTPD_REFUSAL_IDLE_TIMEOUT:
        return "idle-timeout";
    case KHTTPD_REFUSAL_SEND_TIMEOUT:
        return "send-timeout";
    case KHTTPD_REFUSAL_LINGER_TIMEOUT:
        return "linger-timeout";
    case KHTTPD_REFUSAL_RESET:
        return "reset";
    case KHTTPD_REFUSAL_TRUNCATED:
        return "truncated";
    case KHTTPD_REFUSAL_STOP:
        return "stop";
    case KHTTPD_REFUSAL_EVICTED:
        return "evicted";
    case KHTTPD_REFUSAL_CLIENT_CONNECTIONS:
        return "client-connections";
    case KHTTPD_REFUSAL_CLIENT_CONNECTS:
        return "client-connects";
    case KHTTPD_REFUSAL_CLIENT_REQUESTS:
        return "client-requests";
    case KHTTPD_REFUSAL_CLIENT_BYTES:
        return "client-bytes";
    case KHTTPD_REFUSAL_DENIED:
        return "denied";
    case KHTTPD_REFUSAL_KILLED:
        return "killed";
    }
    return "other";
}

} // namespace khttpd
