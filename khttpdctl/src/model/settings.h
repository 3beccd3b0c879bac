// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd.h>

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/cpumask.h"
#include "model/host.h"
#include "model/listener.h"
#include "model/mime.h"

namespace khttpd {

/// Everything of a server that can be configured, in the kernel's terms; built with the defaults.
struct Settings {
    std::string root; ///< absolute path of the document root; empty while none is known
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<Listener> listeners;
    std::uint32_t hot_flags = 0; ///< mask of enum khttpd_queue_flag
    std::uint32_t hot_max_active = KHTTPD_DEFAULT_MAX_ACTIVE;
    std::uint32_t cold_flags = KHTTPD_QUEUE_FLAG_UNBOUND;
    std::uint32_t cold_max_active = KHTTPD_DEFAULT_MAX_ACTIVE;
    std::uint32_t head_ms = KHTTPD_DEFAULT_HEAD_MS;
    std::uint32_t idle_ms = KHTTPD_DEFAULT_IDLE_MS;
    std::uint32_t send_ms = KHTTPD_DEFAULT_SEND_MS;
    std::uint32_t linger_ms = KHTTPD_DEFAULT_LINGER_MS;
    std::uint32_t drain_ms = KHTTPD_DEFAULT_DRAIN_MS;
    std::uint32_t connections = KHTTPD_DEFAULT_CONNECTIONS;
    std::uint32_t line_bytes = KHTTPD_DEFAULT_LINE_BYTES;
    std::uint32_t head_bytes = KHTTPD_DEFAULT_HEAD_BYTES;
    std::uint32_t fields = KHTTPD_DEFAULT_FIELDS;
    std::uint32_t body_bytes = KHTTPD_DEFAULT_BODY_BYTES;
    std::uint32_t requests = KHTTPD_DEFAULT_REQUESTS;
    std::uint32_t client_connections = KHTTPD_DEFAULT_CLIENT_CONNECTIONS;
    std::uint32_t client_connects = KHTTPD_DEFAULT_CLIENT_CONNECTS;
    std::uint32_t client_requests = KHTTPD_DEFAULT_CLIENT_REQUESTS;
    std::uint32_t client_bytes = KHTTPD_DEFAULT_CLIENT_BYTES;
    std::uint32_t cache_kbytes = KHTTPD_DEFAULT_CACHE_KBYTES;
    std::uint32_t cache_body_bytes = KHTTPD_DEFAULT_CACHE_BODY_BYTES;
    std::uint32_t cache_fast = KHTTPD_DEFAULT_CACHE_FAST;                   ///< 0 or 1
    std::uint32_t compression_enabled = KHTTPD_DEFAULT_COMPRESSION_ENABLED; ///< 0 or 1
    std::uint32_t compression_min_bytes = KHTTPD_DEFAULT_COMPRESSION_MIN_BYTES;
    std::uint32_t compression_max_bytes = KHTTPD_DEFAULT_COMPRESSION_MAX_BYTES;
    std::uint32_t compression_level = KHTTPD_DEFAULT_COMPRESSION_LEVEL;
    std::uint32_t compression_at_once = KHTTPD_DEFAULT_COMPRESSION_AT_ONCE;
    std::uint32_t log_access = KHTTPD_DEFAULT_LOG_ACCESS; ///< enum khttpd_log_access
    std::uint32_t log_format = KHTTPD_DEFAULT_LOG_FORMAT; ///< enum khttpd_log_format
    std::uint32_t log_kbytes = KHTTPD_DEFAULT_LOG_KBYTES;
    CpuMasks cpumasks; ///< which the module does not know
    Hosts hosts;
    MimeTable mime;
};

/// A setting that is one number: its name in the files, its range, and its place in messages and in
/// Settings.
struct Number {
    /// How people write it.
    enum class Kind {
        integer,
        flags,  ///< names; a mask of enum khttpd_queue_flag
        toggle, ///< true or false; 1 or 0
        choice, ///< one of the names; its place among them
    };

    std::string_view key; ///< "timeouts.head-ms"
    std::uint32_t Settings::*member;
    std::uint32_t min;
    std::uint32_t max;
    int nest;                          ///< KHTTPD_A_CHANGE_*, which is KHTTPD_A_MSG_* too
    int attribute;                     ///< within the nest
    std::optional<khttpd_queue> queue; ///< which of the workqueue nests
    Kind kind = Kind::integer;
    std::span<const std::string_view> names = {}; ///< of a choice

    /// "timeouts" of "timeouts.head-ms".
    std::string_view table() const { return key.substr(0, key.rfind('.')); }

    /// "head-ms" of "timeouts.head-ms".
    std::string_view leaf() const { return key.substr(key.rfind('.') + 1); }
};

/// All of them; those of one nest stand together.
std::span<const Number> numbers();

/// Names of the workqueue flags, by bit number.
std::span<const std::string_view> flag_names();
/// The bit of the flag with that name.
std::optional<std::uint32_t> parse_flag(std::string_view name);
/// "unbound highpri", or "" for none.
std::string flags_text(std::uint32_t flags);
/// The value as people write it.
std::string number_text(const Number &number, std::uint32_t value);

/// What server-set is asked for; what is absent keeps its value in the kernel.
struct Change {
    struct Assignment {
        const Number *number;
        std::uint32_t value;
    };

    std::optional<khttpd_state> state;
    std::optional<std::uint64_t> expect_generation;
    std::optional<std::string> root;
    std::optional<std::uint32_t> uid;
    std::optional<std::uint32_t> gid;
    std::optional<bool> drain;
    std::optional<std::vector<Listener>> listeners;     ///< the whole list
    std::vector<Assignment> numbers;                    ///< in the order of numbers()
    std::array<std::optional<std::string>, 2> cpumasks; ///< by enum khttpd_queue; not for netlink
    std::optional<Hosts> hosts;                         ///< all of them
    std::optional<MimeTable> mime;                      ///< the whole table

    bool empty() const { return empty_for_kernel() && !cpumasks[0] && !cpumasks[1]; }

    /// Whether there is nothing to ask the module for.
    bool empty_for_kernel() const {
        return !state && !root && !uid && !gid && !drain && !listeners && numbers.empty() &&
               !hosts && !mime;
    }
};

/// What has to be changed to get from @have to @want; empty where they are equal.
Change difference(const Settings &have, const Settings &want);

/// A server as the kernel describes it.
struct Server {
    khttpd_state state = KHTTPD_STATE_STOPPED;
    bool draining = false; ///< it runs, but every response ends its connection
    std::uint64_t generation = 0;
    std::string version;                   ///< of the module
    std::uint64_t started_ns = 0;          ///< CLOCK_BOOTTIME; 0 while stopped
    std::array<std::string, 2> workqueues; ///< their names, by enum khttpd_queue
    Settings settings;                     ///< with the lists only where they were asked for
};

std::string_view state_name(khttpd_state state);

} // namespace khttpd
