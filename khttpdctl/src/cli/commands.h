// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/context.h"
#include "cli/edit.h"
#include "model/cache.h"

namespace khttpd::cli {

// Each command with what its arguments say. A value is the exit status of the process; an error is
// reported by the caller and gives its own.

struct ApplyOptions {
    bool dry_run = false;
    std::optional<std::uint64_t> expect_generation;
    bool json = false;
};

Result<int> apply(const Context &context, const ApplyOptions &options);

struct DiffOptions {
    bool json = false;
};

/// 0 where the running server has what the files say, else 1.
Result<int> diff(const Context &context, const DiffOptions &options);

struct ShowConfigOptions {
    bool running = false; ///< what the running server has, instead of what the files say
    bool json = false;
};

Result<int> show_config(const Context &context, const ShowConfigOptions &options);

struct SetOptions {
    std::string key;
    std::string value;
    EditOptions edit;
};

Result<int> set(const Context &context, const SetOptions &options);

struct UnsetOptions {
    std::string key;
    bool json = false;
};

/// Leaves a key to the files that are not this program's, and to what it is by itself.
Result<int> unset(const Context &context, const UnsetOptions &options);

struct GetOptions {
    std::string key; ///< empty for all
    bool json = false;
};

Result<int> get(const Context &context, const GetOptions &options);

Result<int> start(const Context &context);

struct StopOptions {
    bool now = false; ///< cut off what the server would let come to its end
};

Result<int> stop(const Context &context, const StopOptions &options);

struct DrainOptions {
    std::string grace = "5s";
    std::string timeout = "60s";
    bool wait = true;
    bool off = false; ///< end it instead
};

/// Has the running server part with its clients, and waits until it has.
Result<int> drain(const Context &context, const DrainOptions &options);

struct StatusOptions {
    bool json = false;
};

Result<int> status(const Context &context, const StatusOptions &options);

struct ListenerAddOptions {
    std::string endpoint; ///< "ADDRESS:PORT"
    Listener listener;    ///< its settings, without what the endpoint says
    EditOptions edit;
};

Result<int> listener_add(const Context &context, const ListenerAddOptions &options);

struct ListenerDelOptions {
    std::string endpoint;
    EditOptions edit;
};

Result<int> listener_del(const Context &context, const ListenerDelOptions &options);

struct ListenerListOptions {
    bool json = false;
};

Result<int> listener_list(const Context &context, const ListenerListOptions &options);

struct WqShowOptions {
    bool json = false;
};

Result<int> wq_show(const Context &context, const WqShowOptions &options);

struct WqSetOptions {
    std::string queue; ///< "hot" or "cold"
    std::optional<std::string> flags;
    std::optional<std::string> max_active;
    std::optional<std::string> cpumask;
    EditOptions edit;
};

Result<int> wq_set(const Context &context, const WqSetOptions &options);

struct TimeoutShowOptions {
    bool json = false;
};

Result<int> timeout_show(const Context &context, const TimeoutShowOptions &options);

struct TimeoutSetOptions {
    std::vector<std::string> values; ///< "NAME=TIME"
    EditOptions edit;
};

Result<int> timeout_set(const Context &context, const TimeoutSetOptions &options);

struct VhostAddOptions {
    std::vector<std::string> names;
    std::string root;                ///< empty for that of the server
    std::vector<std::string> values; ///< "KEY=VALUE", with the keys of [site]
    EditOptions edit;
};

Result<int> vhost_add(const Context &context, const VhostAddOptions &options);

struct VhostDelOptions {
    std::string name; ///< any of its names
    EditOptions edit;
};

Result<int> vhost_del(const Context &context, const VhostDelOptions &options);

struct VhostListOptions {
    bool json = false;
};

Result<int> vhost_list(const Context &context, const VhostListOptions &options);

struct CacheStatsOptions {
    bool json = false;
};

Result<int> cache_stats(const Context &context, const CacheStatsOptions &options);

struct CacheListOptions {
    bool json = false;
};

Result<int> cache_list(const Context &context, const CacheListOptions &options);

struct CacheFlushOptions {
    CacheFlush flush;
    bool json = false;
};

Result<int> cache_flush(const Context &context, const CacheFlushOptions &options);

/// Which connections are meant, all where nothing is said.
struct ConnectionsOptions {
    std::optional<std::string> from; ///< "ADDRESS[/BITS]"
    std::optional<std::string> port; ///< "N[-M]"
    std::optional<std::string> local_port;
    std::optional<std::string> state; ///< "STATE[,STATE...]"
    std::optional<std::string> older_than;
    bool json = false;
};

Result<int> connections(const Context &context, const ConnectionsOptions &options);

/// Ends them; unless @all is said, something else has to say which.
Result<int> connections_kill(const Context &context, const ConnectionsOptions &options, bool all);

struct MimeOptions {
    std::string name; ///< of a file, or an extension; empty for the whole table
    bool json = false;
};

Result<int> mime(const Context &context, const MimeOptions &options);

struct StatsOptions {
    std::optional<std::chrono::milliseconds> interval; ///< watch
    std::uint64_t count = 0;                           ///< samples to watch; 0 is no end
    bool json = false;
    bool prometheus = false; ///< print this format instead
};

Result<int> stats(const Context &context, const StatsOptions &options);

struct MonitorOptions {
    std::uint64_t count = 0; ///< events to wait for; 0 is no end
    bool json = false;
};

/// Tells what happens to the server, until interrupted or until the module goes.
Result<int> monitor(const Context &context, const MonitorOptions &options);

inline constexpr double default_bench_seconds = 10;

struct BenchOptions {
    std::string url;
    std::uint32_t connections = 16;
    std::uint32_t threads = 1;
    std::uint32_t pipeline = 1;
    std::uint32_t idle = 0;
    bool keep_alive = true;
    std::optional<std::uint64_t> requests;
    std::optional<double> seconds;    ///< default_bench_seconds where requests are not given either
    double timeout = 10;              ///< seconds
    std::vector<std::string> headers; ///< "NAME: VALUE"
    bool json = false;
};

/// Asks a web server, which need not be khttpd, again and again.
Result<int> bench(const Context &context, const BenchOptions &options);

struct LogOptions {
    std::string file;         ///< instead of the service's
    std::uint64_t lines = 10; ///< of the end to begin with
    bool follow = false;
};

/// Shows the access log.
Result<int> log(const Context &context, const LogOptions &options);

struct CheckOptions {
    std::string file; ///< this one alone, instead of the installed ones
    bool json = false;
};

Result<int> check(const Context &context, const CheckOptions &options);

struct DoctorOptions {
    bool json = false;
};

/// Looks at everything that the server needs, and names what is wrong with the command that cures
/// it.
Result<int> doctor(const Context &context, const DoctorOptions &options);

struct CompletionOptions {
    std::string shell; ///< one of completion_shells
};

Result<int> completion(const Context &context, const CompletionOptions &options);

struct VersionOptions {
    bool json = false;
};

Result<int> version(const Context &context, const VersionOptions &options);

Result<int> daemon(const Context &context);

} // namespace khttpd::cli
