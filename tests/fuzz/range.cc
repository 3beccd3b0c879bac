// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with the size of the representation and the method; then field lines.
#include "request.h"

#include <map>

extern "C" {
#include "multipart.h"
#include "range.h"
}

namespace {

// Room for what numbers add up to. Those that 64 bits cannot hold are all the same: no
// representation has as many octets.
using Wide = unsigned __int128;

std::optional<Wide> number(std::string_view digits) {
    const Wide largest = ~u64{0};
    Wide value = 0;

    if (digits.empty())
        return std::nullopt;
    for (const char digit : digits) {
        if (digit < '0' || digit > '9')
            return std::nullopt;
        value = std::min(value * 10 + (digit - '0'), largest);
    }
    return value;
}

struct Spec {
    std::optional<Wide> first;
    std::optional<Wide> last; // or, without a first, the length of the suffix
};

// RFC 9110 section 14.1.1
std::optional<Spec> parse_spec(std::string_view s) {
    const size_t hyphen = s.find('-');

    if (hyphen == s.npos)
        return std::nullopt;
    const Spec spec{number(s.substr(0, hyphen)), number(s.substr(hyphen + 1))};
    if (!spec.first && hyphen)
        return std::nullopt;
    if (!spec.last && (hyphen + 1 < s.size() || !spec.first))
        return std::nullopt;
    if (spec.first && spec.last && *spec.first > *spec.last)
        return std::nullopt;
    return spec;
}

// RFC 9110 section 14.2; nothing if the field is to be ignored
std::optional<std::vector<Spec>> parse_ranges(const Request &request) {
    const std::vector<std::string> lines = request.lines("range");
    std::vector<Spec> specs;

    if (request.req()->method != HTTP_GET || lines.size() != 1)
        return std::nullopt;
    const size_t equals = lines[0].find('=');
    if (equals == std::string::npos || lower(lines[0].substr(0, equals)) != "bytes")
        return std::nullopt;
    for (const std::string &member : list_members(lines[0].substr(equals + 1), false)) {
        const auto spec = parse_spec(member);

        if (!spec)
            return std::nullopt;
        specs.push_back(*spec);
    }
    if (specs.empty() || specs.size() > HTTP_RANGES_MAX)
        return std::nullopt;
    return specs;
}

struct Interval {
    u64 first;
    u64 last;

    bool operator==(const Interval &) const = default;
};

std::optional<Interval> satisfy(const Spec &spec, u64 size) {
    if (!spec.first) {
        if (!*spec.last || !size)
            return std::nullopt;
        return Interval{*spec.last < size ? size - static_cast<u64>(*spec.last) : 0, size - 1};
    }
    if (*spec.first >= size)
        return std::nullopt;
    return Interval{static_cast<u64>(*spec.first),
                    spec.last && *spec.last < size ? static_cast<u64>(*spec.last) : size - 1};
}

// Those that overlap or nearly touch become one.
std::vector<Interval> join(std::vector<Interval> intervals) {
    std::vector<Interval> joined;

    std::sort(intervals.begin(), intervals.end(),
              [](const Interval &a, const Interval &b) { return a.first < b.first; });
    for (const Interval &interval : intervals) {
        if (!joined.empty() && Wide(joined.back().last) + HTTP_RANGE_GAP + 1 > interval.first)
            joined.back().last = std::max(joined.back().last, interval.last);
        else
            joined.push_back(interval);
    }
    return joined;
}

// In the order in which the first octets of each were asked for.
std::vector<Interval> in_order(std::vector<Interval> joined, const std::vector<Interval> &asked) {
    const auto place = [&asked](const Interval &interval) {
        return std::find_if(asked.begin(), asked.end(), [&interval](const Interval &part) {
            return part.first >= interval.first && part.last <= interval.last;
        });
    };

    std::sort(joined.begin(), joined.end(),
              [&place](const Interval &a, const Interval &b) { return place(a) < place(b); });
    return joined;
}

void check_multipart(const http_ranges &ranges, u64 size, u64 random) {
    http_multipart multipart{&ranges, size, "text/plain", size % 2 ? "utf-8" : nullptr, {}};
    const u32 room = HTTP_MULTIPART_DELIMITER_MAX + sizeof("text/plainutf-8");
    char type[HTTP_MULTIPART_TYPE_MAX];
    Wide length = 0;

    http_multipart_boundary(&multipart, random);
    const std::string boundary(multipart.boundary, HTTP_BOUNDARY_LEN);
    http_multipart_type(&multipart, type);
    ENSURE(std::string_view(type).find(boundary) != std::string_view::npos);
    for (u32 part = 0; part <= ranges.nr; part++) {
        Octets dst(room);
        const u32 len = http_multipart_delimiter(&multipart, part, dst.data(), room);
        const std::string_view text = dst.view().substr(0, len);

        ENSURE(len && len <= room);
        ENSURE(text.find("--" + boundary) == (part ? 2 : 0) || text.find("--" + boundary) == 2);
        if (part < ranges.nr) {
            const http_range &range = ranges.range[part];
            const std::string field = "Content-Range: bytes " + std::to_string(range.off) + "-" +
                                      std::to_string(range.off + range.len - 1) + "/" +
                                      std::to_string(size) + "\r\n";
            ENSURE(text.find(field) != text.npos);
            ENSURE(text.substr(len - 4) == "\r\n\r\n");
            length += range.len;
        } else {
            ENSURE(text.find("--" + boundary + "--") != text.npos);
        }
        Octets exact(size_t{len});
        ENSURE(http_multipart_delimiter(&multipart, part, exact.data(), len) == len);
        ENSURE(exact.view() == text);
        Octets tight(size_t{len - 1});
        ENSURE(http_multipart_delimiter(&multipart, part, tight.data(), len - 1) == 0);
        length += len;
    }
    if (length >> 64 == 0)
        ENSURE(http_multipart_length(&multipart) == static_cast<u64>(length));
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const u64 octets = input.number();
    const std::string_view method = input.line();
    const Request request(method, input.rest());
    http_ranges ranges;

    if (!request.valid())
        return 0;
    const u16 status = http_range_select(request.req(), request.buf(), octets, &ranges);
    const auto specs = parse_ranges(request);
    std::vector<Interval> asked;
    bool all_of_nothing = false;
    if (specs)
        for (const Spec &spec : *specs) {
            if (const auto interval = satisfy(spec, octets))
                asked.push_back(*interval);
            // The end of what is empty can be had, but no 206 can say so.
            all_of_nothing |= !octets && !spec.first && *spec.last;
        }
    ENSURE(status == (!specs || all_of_nothing ? 200 : asked.empty() ? 416 : 206));
    if (status != 206)
        return 0;

    std::vector<Interval> selected;
    u64 sum = 0;
    ENSURE(ranges.nr >= 1 && ranges.nr <= HTTP_RANGES_MAX);
    for (u32 i = 0; i < ranges.nr; i++) {
        const http_range &range = ranges.range[i];

        ENSURE(range.len && range.off < octets && range.len <= octets - range.off);
        ENSURE(range.len <= octets - sum);
        sum += range.len;
        selected.push_back({range.off, range.off + range.len - 1});
    }
    ENSURE(selected == in_order(join(asked), asked));
    check_multipart(ranges, octets, Dice(input.rest()).roll(~0u));
    return 0;
}
