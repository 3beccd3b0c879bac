// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/stats_prometheus.h"

#include <cstdint>
#include <iterator>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "base/version.h"
#include "stats/histogram.h"

namespace khttpd::cli {
namespace {

/// A label's value, between quotes.
std::string escaped(std::string_view value) {
    std::string result;
    for (const char byte : value) {
        if (byte == '\\' || byte == '"')
            result += '\\';
        if (byte == '\n')
            result += "\\n";
        else
            result += byte;
    }
    return result;
}

/// Writes one family of samples after another.
class Exposition {
  public:
    /// A family begins; @help has neither a backslash nor the end of a line.
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        fmt::format_to(end(), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
    }

    template<typename Number>
    void sample(Number value) {
        fmt::format_to(end(), "{} {}\n", name_, value);
    }

    /// A sample of the family, or of its part with that @suffix, for one value of one label.
    void sample(std::string_view label, std::string_view label_value, std::uint64_t value,
                std::string_view suffix = "") {
        fmt::format_to(end(), "{}{}{{{}=\"{}\"}} {}\n", name_, suffix, label, escaped(label_value),
                       value);
    }

    template<typename Number>
    void part(std::string_view suffix, Number value) {
        fmt::format_to(end(), "{}{} {}\n", name_, suffix, value);
    }

    void counter(std::string_view name, std::uint64_t value, std::string_view help) {
        family(name, "counter", help);
        sample(value);
    }

    template<typename Number>
    void gauge(std::string_view name, Number value, std::string_view help) {
        family(name, "gauge", help);
        sample(value);
    }

    std::string take() { return std::move(text_); }

  private:
    std::back_insert_iterator<std::string> end() { return std::back_inserter(text_); }

    std::string text_;
    std::string_view name_;
};

double seconds(std::uint64_t ns) {
    return static_cast<double>(ns) / 1e9;
}

// The bounds of the kernel's histogram, in ns.
constexpr std::uint64_t first_bound = std::uint64_t{1} << 10;
constexpr std::uint64_t last_bound = std::uint64_t{1} << 36;

/// The kernel counts no sum, so each bucket counts with its middle, which is off by an eighth at
/// most, and the last one, which has no end, with its beginning.
double latency_sum(const std::vector<Bucket> &buckets) {
    double sum = 0;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
        const std::uint64_t high = buckets[i].below_ns != 0 ? buckets[i].below_ns : last_bound;
        const std::uint64_t low =
            buckets[i].below_ns != 0 ? stats::lower_bound(buckets, i) : last_bound;
        sum += static_cast<double>(buckets[i].count) * (seconds(low) + seconds(high)) / 2;
    }
    return sum;
}

/// One bound for each doubling, a fourth of what the kernel has, and always the same ones.
void latency(Exposition &to, const std::vector<Bucket> &buckets) {
    to.family("khttpd_request_duration_seconds", "histogram",
              "Time from the first byte of a request to the last of its response going to TCP; "
              "the sum is estimated from the buckets.");
    std::uint64_t below = 0;
    auto bucket = buckets.begin();
    for (std::uint64_t bound = first_bound; bound <= last_bound; bound *= 2) {
        for (; bucket != buckets.end() && bucket->below_ns != 0 && bucket->below_ns <= bound;
             ++bucket)
            below += bucket->count;
        to.sample("le", fmt::to_string(seconds(bound)), below, "_bucket");
    }
    const std::uint64_t all = stats::total(buckets);
    to.sample("le", "+Inf", all, "_bucket");
    to.part("_sum", latency_sum(buckets));
    to.part("_count", all);
}

void traffic(Exposition &to, const Stats &stats) {
    to.gauge("khttpd_connections_active", stats.connections, "Connections that are open.");
    to.counter("khttpd_connections_accepted_total", stats.accepted, "Connections accepted.");
    to.counter("khttpd_received_bytes_total", stats.bytes_in, "Bytes received from clients.");
    to.counter("khttpd_sent_bytes_total", stats.bytes_out, "Bytes sent to clients.");
    to.family("khttpd_http_requests_total", "counter",
              "Requests by the status code of their response.");
    for (const auto &[code, count] : stats.status)
        to.sample("code", fmt::to_string(code), count);
    to.counter("khttpd_http_requests_fast_total", stats.fast,
               "Requests that were answered in the softirq that delivered them.");
}

/// All reasons, also those that were never met, so that the first time is seen as an increase.
void refusals(Exposition &to, const std::map<std::uint32_t, std::uint64_t> &refused) {
    std::map<std::string_view, std::uint64_t> by_name;
    for (std::uint32_t reason = 0; refusal_name(reason) != "other"; ++reason)
        by_name[refusal_name(reason)] = 0;
    for (const auto &[reason, count] : refused)
        by_name[refusal_name(reason)] += count;
    to.family("khttpd_refused_total", "counter",
              "Connections and requests that were refused, cut off or held up, by reason.");
    for (const auto &[name, count] : by_name)
        to.sample("reason", name, count);
}

void cache(Exposition &to, const Stats &stats) {
    to.gauge("khttpd_cache_entries", stats.cache_entries, "Responses in the cache.");
    to.gauge("khttpd_cache_bytes", stats.cache_bytes, "Memory that they take.");
    to.counter("khttpd_cache_hits_total", stats.cache_hits,
               "Requests that were answered from the cache.");
    to.counter("khttpd_cache_misses_total", stats.cache_misses,
               "Requests that could have been, but were not in it.");
    to.counter("khttpd_cache_evictions_total", stats.cache_evictions,
               "Responses that were dropped for want of room.");
    to.counter("khttpd_cache_stale_total", stats.cache_stale,
               "Responses that were dropped because something they depend on changed.");
}

void log(Exposition &to, const Stats &stats) {
    to.counter("khttpd_log_records_total", stats.log_records,
               "Records of the access log that were kept for its reader.");
    to.counter("khttpd_log_lost_total", stats.log_lost,
               "Records of the access log that were lost.");
}

/// What is measured against these, with them.
void limits(Exposition &to, const Settings &settings) {
    to.gauge("khttpd_connections_limit", settings.connections,
             "Connections that may be open at once.");
    to.gauge("khttpd_cache_limit_bytes", std::uint64_t{settings.cache_kbytes} * 1024,
             "Memory that the responses in the cache may take.");
}

} // namespace

std::string stats_prometheus(const View &view) {
    const khttpd_state state = view.server ? view.server->state : KHTTPD_STATE_STOPPED;
    Exposition to;
    to.gauge("khttpd_up", state == KHTTPD_STATE_RUNNING ? 1 : 0, "Whether the server runs.");
    to.gauge("khttpd_draining", view.server && view.server->draining ? 1 : 0,
             "Whether the server runs, but parts with its clients.");
    to.family("khttpd_build_info", "gauge", "The version of khttpdctl.");
    to.sample("version", tool_version(), 1);
    if (view.server && !view.server->version.empty()) {
        to.family("khttpd_module_info", "gauge", "The version of the module that is loaded.");
        to.sample("version", view.server->version, 1);
    }
    if (state == KHTTPD_STATE_STOPPED)
        return to.take();
    to.gauge("khttpd_uptime_seconds", seconds(view.stats.now_ns - view.stats.started_ns),
             "Time since the server was started.");
    to.gauge("khttpd_config_generation", view.stats.generation,
             "Changes of the configuration since the module was loaded.");
    traffic(to, view.stats);
    latency(to, view.stats.latency);
    refusals(to, view.stats.refused);
    cache(to, view.stats);
    log(to, view.stats);
    limits(to, view.server->settings);
    return to.take();
}

} // namespace khttpd::cli
