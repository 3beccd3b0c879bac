// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/dashboard.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/core.h>

#include "base/text.h"
#include "cli/line.h"
#include "cli/units.h"
#include "events/event.h"
#include "stats/histogram.h"

extern "C" {
#include "status.h"
}

namespace khttpd::cli {
namespace {

constexpr std::size_t name_width = 28;
constexpr std::size_t value_width = 15;
constexpr std::size_t bar_width = 24;
constexpr std::size_t histogram_rows = 12;
constexpr std::size_t spark_name_width = 14;
constexpr std::size_t spark_width = 60;

struct Key {
    char key;
    std::string_view name;
};

/// By section, in the order of their enum.
constexpr std::array<Key, 6> section_keys = {{{'a', "all"},
                                              {'t', "traffic"},
                                              {'l', "latency"},
                                              {'r', "responses"},
                                              {'c', "cache"},
                                              {'x', "refused"}}};

/// What @status means, short enough for its column.
std::string_view reason_phrase(std::uint32_t status) {
    return status == 431 ? "Fields Too Large"
                         : http_status_reason(static_cast<std::uint16_t>(status));
}

Style status_style(std::uint32_t status) {
    return status >= 500 ? Style::bad : status >= 400 ? Style::caution : Style::good;
}

Style state_style(khttpd_state state) {
    switch (state) {
    case KHTTPD_STATE_RUNNING:
        return Style::good;
    case KHTTPD_STATE_STOPPING:
        return Style::caution;
    case KHTTPD_STATE_STOPPED:
        break;
    }
    return Style::bad;
}

/// The state in one word.
std::string_view state_of(const View &view) {
    if (!view.server)
        return "unknown";
    return events::state_of(*view.server).state;
}

/// A horizontal bar for @share, 0 to 1.
std::string bar(double share, bool unicode) {
    if (!unicode)
        return std::string(static_cast<std::size_t>(std::lround(share * bar_width)), '#');
    static constexpr std::array<const char *, 8> eighths = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto length = static_cast<std::size_t>(std::lround(share * bar_width * 8));
    std::string text;
    for (std::size_t i = 0; i < length / 8; ++i)
        text += "█";
    return text + eighths[length % 8];
}

/// A line of characters, each as high as its value, of which there are @values.
std::string sparkline(const std::vector<double> &values, bool unicode) {
    static constexpr std::array<const char *, 8> blocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static constexpr std::array<const char *, 8> letters = {"_", ".", ":", "-", "=", "+", "*", "#"};
    const double most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    std::string text;
    for (const double value : values) {
        const long level = most > 0 ? std::lround(value / most * 7) : 0;
        text += (unicode ? blocks : letters)[static_cast<std::size_t>(level)];
    }
    return text;
}

std::string quantile_text(const std::optional<stats::Quantile> &quantile) {
    if (!quantile)
        return "-";
    return (quantile->at_least ? ">" : "") + nanoseconds(quantile->ns);
}

/// Neighbouring buckets put together until few enough are left to show.
std::vector<Bucket> coarser(std::vector<Bucket> buckets) {
    while (buckets.size() > histogram_rows) {
        std::vector<Bucket> merged;
        for (std::size_t i = 0; i < buckets.size(); i += 2) {
            merged.push_back(buckets[i]);
            if (i + 1 < buckets.size())
                merged.back() = {buckets[i + 1].below_ns, buckets[i].count + buckets[i + 1].count};
        }
        buckets = std::move(merged);
    }
    return buckets;
}

/// Writes the display, section by section.
class Page {
  public:
    Page(const View &view, const Look &look)
        : view_(view), look_(look), average_(stats::since_start(view.stats)) {}

    std::vector<std::string> write() {
        head();
        if (view_.server && view_.server->state != KHTTPD_STATE_STOPPED) {
            // The most telling first: a short screen cuts the end off.
            if (shown(Section::traffic)) {
                traffic();
                minute();
            }
            if (shown(Section::latency))
                latency();
            if (shown(Section::responses))
                responses();
            if (shown(Section::cache))
                cache();
            if (shown(Section::refused)) {
                log();
                endings();
            }
            if (shown(Section::latency))
                histogram();
        }
        return std::move(lines_);
    }

  private:
    bool shown(Section section) const {
        return look_.section == Section::all || look_.section == section;
    }

    void none_yet() { line(Line{"  none yet", Style::label}); }

    void line(const Line &line) { lines_.push_back(line.text(look_.columns, look_.color)); }

    void section(const char *name, const char *last_column) {
        line({});
        Line heading;
        heading.left(name, name_width, Style::title).right("total", value_width, Style::label);
        if (view_.live)
            heading.right("now", value_width, Style::label);
        heading.right(last_column, value_width, Style::label);
        line(heading);
    }

    /// The column of what happens now: @text of the interval, if there is one.
    template<typename Text>
    void now_column(Line &row, Text text) {
        if (view_.live)
            row.right(view_.now ? text(*view_.now) : "-", value_width);
    }

    void head() {
        Line title{"khttpd", Style::title};
        if (!view_.server) {
            line(title.add("  no answer", Style::bad));
            line(Line{printable(view_.problem)});
            return;
        }
        const Server &server = *view_.server;
        if (!server.version.empty())
            title.add(" " + printable(server.version));
        title.add("  ").add(std::string{state_name(server.state)}, state_style(server.state));
        if (server.state == KHTTPD_STATE_STOPPED) {
            line(title);
            if (!view_.problem.empty())
                line(Line{printable(view_.problem)});
            return;
        }
        if (average_)
            title.add(" for " + age(static_cast<std::uint64_t>(average_->seconds)));
        if (server.draining)
            title.add("  draining", Style::caution);
        title.add(fmt::format("  generation {}", server.generation), Style::label);
        line(title);
        line(Line{printable(server.settings.root)}
                 .add("  on  ", Style::label)
                 .add(endpoints(server.settings.listeners)));
        if (view_.live)
            keys();
    }

    void keys() {
        Line row;
        for (std::size_t i = 0; i < section_keys.size(); ++i)
            row.add(fmt::format("{} {}", section_keys[i].key, section_keys[i].name),
                    i == static_cast<std::size_t>(look_.section) ? Style::title : Style::label)
                .add("  ");
        line(row.add("q quit", Style::label));
    }

    void traffic() {
        section("Traffic", "average");
        using Count = std::uint64_t Stats::*;
        const auto row = [&](const char *name, Count count, auto total, auto rate) {
            Line row;
            row.left(name, name_width).right(total(view_.stats.*count), value_width);
            const auto per_second = [&](const stats::Interval &interval) {
                return rate(interval.rate(interval.counts.*count)) + "/s";
            };
            now_column(row, per_second);
            line(row.right(average_ ? per_second(*average_) : "-", value_width));
        };
        const auto size = [](std::uint64_t number) { return bytes(static_cast<double>(number)); };
        row("  requests", &Stats::requests, grouped, rounded);
        row("  connections", &Stats::accepted, grouped, rounded);
        row("  received", &Stats::bytes_in, size, bytes);
        row("  sent", &Stats::bytes_out, size, bytes);
        line(Line{}
                 .left("  open connections", name_width)
                 .right(grouped(view_.stats.connections), value_width));
    }

    /// The course of the last minute, as much of it as fits.
    void minute() {
        if (view_.minute.empty())
            return;
        line({});
        line(Line{"Last minute", Style::title});
        const auto row = [&](const char *name, double stats::Moment::*value, auto text,
                             const char *unit) {
            const std::size_t others = spark_name_width + value_width;
            const std::size_t room = look_.columns > others ? look_.columns - others : 0;
            const std::size_t count = std::min({room, spark_width, view_.minute.size()});
            std::vector<double> values;
            for (std::size_t i = view_.minute.size() - count; i < view_.minute.size(); ++i)
                values.push_back(view_.minute[i].*value);
            const double most =
                values.empty() ? 0 : *std::max_element(values.begin(), values.end());
            line(Line{}
                     .left(name, spark_name_width)
                     .left(sparkline(values, look_.unicode), std::min(room, spark_width),
                           Style::good)
                     .add(" max " + text(most) + unit, Style::label));
        };
        row("  requests", &stats::Moment::requests, rounded, "/s");
        row("  sent", &stats::Moment::bytes_out, bytes, "/s");
        const auto whole = [](double number) {
            return grouped(static_cast<std::uint64_t>(number));
        };
        row("  open", &stats::Moment::connections, whole, "");
    }

    void responses() {
        section("Responses", "share");
        std::uint64_t sum = 0;
        for (const auto &[status, count] : view_.stats.status)
            sum += count;
        for (const auto &[status, count] : view_.stats.status) {
            Line row;
            row.add("  ").left(fmt::format("{} {}", status, reason_phrase(status)), name_width - 2,
                               status_style(status));
            row.right(grouped(count), value_width);
            now_column(row, [status = status](const stats::Interval &interval) {
                const auto found = interval.counts.status.find(status);
                const bool known = found != interval.counts.status.end();
                return rounded(interval.rate(known ? found->second : 0)) + "/s";
            });
            line(row.right(percent(count, sum), value_width));
        }
        if (view_.stats.status.empty())
            none_yet();
    }

    /// A row of the cache: @share, of something that is more, stands behind the rate.
    void cache_row(const char *name, std::uint64_t Stats::*count, const std::string &share) {
        Line row;
        row.left(name, name_width).right(grouped(view_.stats.*count), value_width);
        now_column(row, [count](const stats::Interval &interval) {
            return rounded(interval.rate(interval.counts.*count)) + "/s";
        });
        line(row.right(share, value_width));
    }

    void cache() {
        const Stats &stats = view_.stats;
        const std::uint64_t asked = stats.cache_hits + stats.cache_misses;
        if (asked == 0 && stats.cache_entries == 0 && look_.section != Section::cache)
            return;
        section("Cache", "share");
        cache_row("  hits", &Stats::cache_hits, percent(stats.cache_hits, asked));
        cache_row("  misses", &Stats::cache_misses, percent(stats.cache_misses, asked));
        cache_row("  fast, of all requests", &Stats::fast, percent(stats.fast, stats.requests));
        cache_row("  evicted for want of room", &Stats::cache_evictions, "");
        cache_row("  stale", &Stats::cache_stale, "");
        const auto gauge = [&](const char *name, const std::string &value) {
            line(Line{}.left(name, name_width).right(value, value_width));
        };
        gauge("  responses", grouped(stats.cache_entries));
        gauge("  memory", bytes(static_cast<double>(stats.cache_bytes)));
    }

    void log() {
        if (view_.stats.log_records == 0 && view_.stats.log_lost == 0)
            return;
        section("Access log", "share");
        cache_row("  records", &Stats::log_records, "");
        cache_row("  lost", &Stats::log_lost,
                  percent(view_.stats.log_lost, view_.stats.log_records + view_.stats.log_lost));
    }

    void endings() {
        const auto &refused = view_.stats.refused;
        const bool none = std::all_of(refused.begin(), refused.end(),
                                      [](const auto &entry) { return entry.second == 0; });
        if (none && look_.section != Section::refused)
            return;
        section("Refused, cut off, held up", "average");
        if (none)
            none_yet();
        for (const auto &[reason, count] : refused) {
            if (count == 0)
                continue;
            Line row;
            row.left(fmt::format("  {}", refusal_name(reason)), name_width);
            row.right(grouped(count), value_width);
            const auto per_second = [reason = reason](const stats::Interval &interval) {
                const auto found = interval.counts.refused.find(reason);
                const bool known = found != interval.counts.refused.end();
                return rounded(interval.rate(known ? found->second : 0)) + "/s";
            };
            now_column(row, per_second);
            line(row.right(average_ ? per_second(*average_) : "-", value_width));
        }
    }

    void latency() {
        line({});
        Line heading;
        heading.left("Latency", name_width, Style::title)
            .right("since start", value_width, Style::label);
        if (view_.live)
            heading.right("now", value_width, Style::label);
        line(heading);
        for (const auto &[name, share] : {std::pair{"  p50", 0.5}, std::pair{"  p90", 0.9},
                                          std::pair{"  p99", 0.99}, std::pair{"  p99.9", 0.999}}) {
            Line row;
            row.left(name, name_width)
                .right(quantile_text(stats::quantile(view_.stats.latency, share)), value_width);
            now_column(row, [share = share](const stats::Interval &interval) {
                return quantile_text(stats::quantile(interval.counts.latency, share));
            });
            line(row);
        }
    }

    /// The distribution, of the moment where there is one and anything happened in it.
    void histogram() {
        const bool moment = view_.now && stats::total(view_.now->counts.latency) > 0;
        const auto &source = moment ? view_.now->counts.latency : view_.stats.latency;
        const std::vector<Bucket> buckets = coarser(source);
        const std::uint64_t sum = stats::total(buckets);
        if (sum == 0)
            return;
        std::uint64_t most = 0;
        for (const Bucket &bucket : buckets)
            most = std::max(most, bucket.count);
        line({});
        line(Line{"Distribution of latency", Style::title}.add(moment ? "  now" : "  since start",
                                                               Style::label));
        for (const Bucket &bucket : buckets) {
            const std::string bound =
                bucket.below_ns != 0
                    ? fmt::format("< {:>8}", nanoseconds(static_cast<double>(bucket.below_ns)))
                    : "longer";
            const double share = static_cast<double>(bucket.count) / static_cast<double>(most);
            line(Line{"  "}
                     .left(bound, 12)
                     .right(percent(bucket.count, sum), 8)
                     .add("  ")
                     .add(bar(share, look_.unicode), Style::good));
        }
    }

    const View &view_;
    const Look &look_;
    std::optional<stats::Interval> average_;
    std::vector<std::string> lines_;
};

} // namespace

std::optional<Section> section_of_key(char key, Section now) {
    if (key == '\t')
        return static_cast<Section>((static_cast<std::size_t>(now) + 1) % section_keys.size());
    for (std::size_t i = 0; i < section_keys.size(); ++i)
        if (section_keys[i].key == key)
            return static_cast<Section>(i);
    return std::nullopt;
}

std::vector<std::string> render(const View &view, const Look &look) {
    return Page{view, look}.write();
}

std::string render_heading() {
    return fmt::format("{:<8} {:<8} {:>10} {:>10} {:>12} {:>12} {:>9} {:>9}", "time", "state",
                       "req/s", "open", "in/s", "out/s", "p50", "p99");
}

std::string render_line(const View &view, const std::string &time) {
    const auto &now = view.now;
    const auto latency = [&](double share) {
        return now ? quantile_text(stats::quantile(now->counts.latency, share)) : "-";
    };
    return fmt::format(
        "{:<8} {:<8} {:>10} {:>10} {:>12} {:>12} {:>9} {:>9}", time, state_of(view),
        now ? rounded(now->rate(now->counts.requests)) : "-", grouped(view.stats.connections),
        now ? bytes(now->rate(now->counts.bytes_in)) : "-",
        now ? bytes(now->rate(now->counts.bytes_out)) : "-", latency(0.5), latency(0.99));
}

} // namespace khttpd::cli
