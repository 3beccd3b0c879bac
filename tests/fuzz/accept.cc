// SPDX-License-Identifier: GPL-2.0-or-later
// Input: a line with the codings that there are, as a mask; then field lines.
#include "request.h"

#include <map>

extern "C" {
#include "accept.h"
}

namespace {

// A member of Accept or Accept-Encoding, taken apart.
struct Preference {
    std::string name; // in lower case
    int weight;       // in thousandths
};

bool is_token(std::string_view s) {
    static const std::string_view marks = "!#$%&'*+-.^_`|~";

    return !s.empty() && std::all_of(s.begin(), s.end(), [](char octet) {
        return isalnum(static_cast<u8>(octet)) || marks.find(octet) != marks.npos;
    });
}

// RFC 9110 section 12.4.2
std::optional<int> parse_weight(std::string_view s) {
    int weight = 0;

    if (s.empty() || s.size() > 5 || (s[0] != '0' && s[0] != '1') || (s.size() > 1 && s[1] != '.'))
        return std::nullopt;
    for (size_t i = 0, unit = 1000; i < 5; i++) {
        if (i == 1)
            continue;
        const char digit = i < s.size() ? s[i] : '0';

        if (digit < '0' || digit > '9')
            return std::nullopt;
        weight += (digit - '0') * unit;
        unit /= 10;
    }
    return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

// The parts of a member that semicolons outside of quotes separate.
std::vector<std::string> split(std::string_view member) {
    std::vector<std::string> parts(1);
    bool quoted = false;

    for (size_t i = 0; i < member.size(); i++) {
        if (member[i] == ';' && !quoted) {
            parts.emplace_back();
            continue;
        }
        parts.back() += member[i];
        if (member[i] == '"')
            quoted = !quoted;
        else if (quoted && member[i] == '\\' && i + 1 < member.size())
            parts.back() += member[++i];
    }
    for (std::string &part : parts)
        part = trim(part);
    return parts;
}

bool is_quoted(std::string_view s) {
    size_t at = 1;

    if (s.size() < 2 || s[0] != '"')
        return false;
    while (at < s.size() && s[at] != '"')
        at += s[at] == '\\' ? 2 : 1;
    return at + 1 == s.size();
}

// A name with parameters (RFC 9110 section 5.6.6), one of which may be the weight.
std::optional<Preference> parse_preference(std::string_view member) {
    const std::vector<std::string> parts = split(member);
    Preference preference{lower(parts[0]), 1000};

    for (size_t i = 1; i < parts.size(); i++) {
        const size_t equals = parts[i].find('=');
        const std::string name = lower(parts[i].substr(0, equals));

        if (parts[i].empty())
            continue;
        if (!is_token(name) || equals == std::string::npos)
            return std::nullopt;
        const std::string value = parts[i].substr(equals + 1);
        if (!is_token(value) && !is_quoted(value))
            return std::nullopt;
        if (name != "q")
            continue;
        const auto weight = parse_weight(value);
        if (!weight)
            return std::nullopt;
        preference.weight = *weight;
    }
    return preference;
}

http_coding expected_coding(const Request &request, u32 available) {
    std::map<std::string, int> weights;

    for (const std::string &member : request.members("accept-encoding", true)) {
        auto preference = parse_preference(member);

        if (!preference)
            continue;
        if (preference->name == "x-gzip")
            preference->name = "gzip";
        weights[preference->name] = preference->weight;
    }
    const auto weight = [&weights](const std::string &name) {
        const auto found = weights.find(name);
        const auto any = weights.find("*");

        // Identity is acceptable unless it is said not to be, but nobody asked for it.
        return found != weights.end() ? found->second : any != weights.end() ? any->second : 0;
    };
    http_coding best = HTTP_CODING_IDENTITY;
    int best_weight = 0;
    for (int i = HTTP_CODING_IDENTITY + 1; i < HTTP_CODINGS; i++) {
        const auto coding = static_cast<http_coding>(i);

        if (available & 1u << i && weight(http_coding_name(coding)) > best_weight) {
            best = coding;
            best_weight = weight(http_coding_name(coding));
        }
    }
    return weight("identity") > best_weight ? HTTP_CODING_IDENTITY : best;
}

// How much a type is wanted: the weight of the most specific range that it is in, and how specific
// that is (RFC 9110 section 12.5.1).
std::pair<int, int> wanted(const Request &request, const std::vector<std::string> &ranges) {
    for (size_t i = 0; i < ranges.size(); i++) {
        std::optional<int> best;

        for (const std::string &member : request.members("accept", true)) {
            const auto preference = parse_preference(member);

            if (preference && preference->name == ranges[i])
                best = std::max(preference->weight, best.value_or(0));
        }
        if (best)
            return {*best, ranges.size() - i};
    }
    return {0, 0};
}

bool expected_json(const Request &request) {
    const auto html = wanted(request, {"text/html", "text/*", "*/*"});
    const auto json = wanted(request, {"application/json", "application/*", "*/*"});

    return json.first && json > html;
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const u32 available = input.number();
    const Request request("GET", input.rest());

    if (!request.valid())
        return 0;
    const http_coding coding = http_accept_coding(request.req(), request.buf(), available);
    ENSURE(coding == expected_coding(request, available));
    ENSURE(coding == HTTP_CODING_IDENTITY || available >> coding & 1);
    ENSURE(!http_coding_suffix(coding) ==
           (coding == HTTP_CODING_IDENTITY || coding == HTTP_CODING_DEFLATE));
    ENSURE(http_accept_json(request.req(), request.buf()) == expected_json(request));
    return 0;
}
