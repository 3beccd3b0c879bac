// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/stats_json.h"

#include <fmt/format.h>

#include "stats/histogram.h"

namespace khttpd::cli {
namespace {

Json latency_json(const std::vector<Bucket> &buckets) {
    Json json;
    json["count"] = stats::total(buckets);
    for (const auto &[name, share] : {std::pair{"p50_ns", 0.5}, std::pair{"p90_ns", 0.9},
                                      std::pair{"p99_ns", 0.99}, std::pair{"p99_9_ns", 0.999}}) {
        const auto quantile = stats::quantile(buckets, share);
        json[name] = quantile ? Json(static_cast<std::uint64_t>(quantile->ns)) : Json(nullptr);
    }
    json["buckets"] = Json::array();
    for (const Bucket &bucket : buckets)
        json["buckets"].push_back(
            {{"below_ns", bucket.below_ns != 0 ? Json(bucket.below_ns) : Json(nullptr)},
             {"count", bucket.count}});
    return json;
}

Json rates_json(const stats::Interval &interval) {
    Json json;
    json["seconds"] = interval.seconds;
    json["requests_per_second"] = interval.rate(interval.counts.requests);
    json["accepted_per_second"] = interval.rate(interval.counts.accepted);
    json["bytes_in_per_second"] = interval.rate(interval.counts.bytes_in);
    json["bytes_out_per_second"] = interval.rate(interval.counts.bytes_out);
    json["cache_hits_per_second"] = interval.rate(interval.counts.cache_hits);
    json["cache_misses_per_second"] = interval.rate(interval.counts.cache_misses);
    json["fast_per_second"] = interval.rate(interval.counts.fast);
    json["latency"] = latency_json(interval.counts.latency);
    return json;
}

} // namespace

Json cache_json(const Stats &stats) {
    return {{"entries", stats.cache_entries},     {"bytes", stats.cache_bytes},
            {"hits", stats.cache_hits},           {"misses", stats.cache_misses},
            {"evictions", stats.cache_evictions}, {"stale", stats.cache_stale}};
}

Json stats_json(const View &view) {
    const Stats &stats = view.stats;
    Json json = json_object();
    json["state"] = view.server ? Json(state_name(view.server->state)) : Json("unknown");
    json["draining"] = view.server && view.server->draining;
    json["generation"] = stats.generation;
    json["started_ns"] = stats.started_ns;
    json["now_ns"] = stats.now_ns;
    json["requests"] = stats.requests;
    json["accepted"] = stats.accepted;
    json["connections"] = stats.connections;
    json["bytes_in"] = stats.bytes_in;
    json["bytes_out"] = stats.bytes_out;
    json["cache"] = cache_json(stats);
    json["fast"] = stats.fast;
    json["log"] = {{"records", stats.log_records}, {"lost", stats.log_lost}};
    json["status"] = Json::object();
    for (const auto &[code, count] : stats.status)
        json["status"][fmt::to_string(code)] = count;
    json["refused"] = Json::object();
    for (const auto &[reason, count] : stats.refused) {
        // Reasons that are newer than this program share a name.
        Json &sum = json["refused"][std::string{refusal_name(reason)}];
        sum = count + (sum.is_null() ? 0 : sum.get<std::uint64_t>());
    }
    json["latency"] = latency_json(stats.latency);
    json["interval"] = view.now ? rates_json(*view.now) : Json(nullptr);
    return json;
}

} // namespace khttpd::cli
