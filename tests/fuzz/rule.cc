// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with the prefix of a rule, the path of a request, the target of a redirection and a
// query ("?" in front, or nothing); then a line that could be any value of the configuration.
#include "fuzz.h"

#include <regex.h>

#include <vector>

extern "C" {
#include "host.h"
#include "mime.h"
#include "rule.h"
#include "target.h"
}

namespace {

bool matches(std::string_view s, const char *pattern) {
    regex_t compiled;

    if (s.find('\0') != s.npos)
        return false;
    ENSURE(!regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB));
    const bool match = !regexec(&compiled, std::string(s).c_str(), 0, nullptr, 0);
    regfree(&compiled);
    return match;
}

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> segments(1);

    for (const char octet : path) {
        if (octet == '/')
            segments.emplace_back();
        else
            segments.back() += octet;
    }
    return segments;
}

bool path_valid(std::string_view path) {
    for (const std::string &segment : segments(path))
        if (segment.empty() || segment == "." || segment == ".." ||
            segment.find('\0') != segment.npos)
            return false;
    return true;
}

bool prefix_valid(std::string_view prefix) {
    if (prefix.empty() || prefix[0] != '/' || prefix == "//")
        return false;
    if (prefix == "/")
        return true;
    prefix.remove_prefix(1);
    if (prefix.back() == '/')
        prefix.remove_suffix(1);
    return path_valid(prefix);
}

void check_values(std::string_view value) {
    const Octets octets(value);
    const char *s = octets.data();
    const u32 len = octets.size();

    ENSURE(http_rule_value_valid(s, len) ==
           (std::all_of(value.begin(), value.end(),
                        [](char octet) {
                            return octet == '\t' ||
                                   (static_cast<u8>(octet) >= ' ' && octet != 0x7f);
                        }) &&
            (value.empty() || (!strchr(" \t", value.front()) && !strchr(" \t", value.back())))));
    ENSURE(http_rule_path_valid(s, len) == path_valid(value));
    ENSURE(http_rule_name_valid(s, len) == (value.find('/') == value.npos && path_valid(value)));
    ENSURE(http_rule_prefix_valid(s, len) == prefix_valid(value));
    ENSURE(http_rule_charset_valid(s, len) == matches(value, "^[!#$%&'*+.0-9A-Z^_`a-z|~-]+$"));
    ENSURE(!http_rule_field_allowed(s, len, 0xff) || http_rule_charset_valid(s, len));
    ENSURE(!http_rule_field_allowed(s, len, 0) || !http_rule_hide(s, len));
    ENSURE(http_rule_extension_valid(s, len) == (len >= 1 && len <= HTTP_MIME_EXTENSION_MAX &&
                                                 matches(value, "^[^A-Z./]+(\\.[^A-Z./]+)*$")));
    const u32 status = std::strtoul(std::string(value).c_str(), nullptr, 10);
    ENSURE(http_rule_redirect_status_valid(status) ==
           matches(std::to_string(status), "^30[12378]$"));
    if (http_rule_type_valid(s, len))
        ENSURE(http_rule_value_valid(s, len) && value.find('/') != value.npos);
    if (http_rule_origin_valid(s, len)) {
        ENSURE(http_rule_value_valid(s, len));
        ENSURE(value == "*" || matches(value, "^[a-z][a-z0-9+.-]*://[^/A-Z]+$"));
    }
    if (http_rule_target_valid(s, len)) {
        ENSURE(http_rule_value_valid(s, len) && value.find_first_of("?# \t\"<>\\") == value.npos);
        ENSURE(matches(value, "^(/([^/]|$)|[hH][tT][tT][pP][sS]?://[^/])"));
    }
}

bool rule_matches(std::string_view prefix, std::string_view path, bool dir) {
    const Octets a(prefix);
    const Octets b(path);

    return http_rule_matches(a.data(), a.size(), b.data(), b.size(), dir);
}

// The same with both as the user sees them, with all their slashes.
bool expected_match(std::string_view prefix, std::string_view path, bool dir) {
    const std::string full = "/" + std::string(path) + (dir && !path.empty() ? "/" : "");

    if (prefix.back() == '/')
        return full.substr(0, prefix.size()) == prefix;
    return full == prefix || full.substr(0, prefix.size() + 1) == std::string(prefix) + "/";
}

std::string encode(std::string_view path) {
    Octets dst(3 * path.size());

    return {dst.data(), http_target_encode(path.data(), path.size(), dst.data(), dst.size())};
}

void check_location(const http_rule_redirect &redirect) {
    const u32 room =
        HTTP_RULE_LOCATION_MAX(redirect.target_len, redirect.path_len, redirect.query_len);
    Octets dst(room);
    const u32 len = http_rule_location(dst.data(), room, &redirect);
    const std::string_view location = dst.view().substr(0, len);
    const std::string target(redirect.target, redirect.target_len);

    ENSURE(len > 0 && location.substr(0, target.size()) == target);
    for (u32 size = 0; size <= len; size++) {
        Octets tight(size_t{size});

        ENSURE(http_rule_location(tight.data(), size, &redirect) == (size < len ? 0 : len));
    }
    std::string full = "/" + std::string(redirect.path, redirect.path_len);
    if (redirect.dir && redirect.path_len)
        full += '/';
    std::string expected = target;
    std::string rest = full.substr(std::min<size_t>(redirect.prefix_len, full.size()));
    if (!rest.empty()) {
        if (rest[0] == '/')
            rest.erase(0, 1);
        if (expected.back() != '/')
            expected += '/';
        expected += encode(rest);
    }
    if (redirect.query)
        expected += "?" + std::string(redirect.query, redirect.query_len);
    ENSURE(location == expected);
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const std::string_view prefix = input.line();
    const std::string_view raw = input.line();
    const std::string_view target = input.line();
    const std::string_view query = input.line();
    Octets decoded(raw.size() + 1);
    http_path path;

    for (const std::string_view value : {prefix, raw, target, input.line()})
        check_values(value);
    if (!prefix_valid(prefix) ||
        http_target_resolve(raw.data(), raw.size(), decoded.data(), decoded.size(), &path))
        return 0;
    const std::string_view resolved(decoded.data(), path.len);
    const bool match = rule_matches(prefix, resolved, path.dir);
    ENSURE(match == expected_match(prefix, resolved, path.dir));
    if (!match || !http_rule_target_valid(target.data(), target.size()))
        return 0;
    const Octets exact(resolved);
    http_rule_redirect redirect{};
    redirect.target = target.data();
    redirect.target_len = target.size();
    redirect.prefix_len = prefix.size();
    redirect.path = exact.data();
    redirect.path_len = exact.size();
    redirect.dir = path.dir;
    if (!query.empty()) {
        redirect.query = query.data() + 1;
        redirect.query_len = query.size() - 1;
    }
    check_location(redirect);
    return 0;
}
