// SPDX-License-Identifier: GPL-2.0-or-later
// Input: the value of a Host field.
#include "fuzz.h"

#include <arpa/inet.h>
#include <regex.h>

#include <string>
#include <vector>

extern "C" {
#include "host.h"
}

namespace {

bool ipv6(const std::string &s) {
    in6_addr address;

    return s.find('\0') == s.npos && inet_pton(AF_INET6, s.c_str(), &address) == 1;
}

bool port(const std::string &s) {
    const size_t digit = s.find_first_not_of('0');

    return digit == s.npos || (s.size() - digit <= 5 && std::stoul(s) <= 65535);
}

// Every "%" begins an escape.
bool escapes(const std::string &s) {
    for (size_t at = 0; (at = s.find('%', at)) != s.npos; at++)
        if (s.size() - at < 3 || !isxdigit(s[at + 1] & 0xff) || !isxdigit(s[at + 2] & 0xff))
            return false;
    return true;
}

// What the parentheses of a pattern match in a string that has no NUL; nothing if it does not
// match.
std::vector<std::string> match(const regex_t &pattern, const std::string &s) {
    std::vector<std::string> parts;
    regmatch_t matches[4];

    if (s.find('\0') != s.npos || regexec(&pattern, s.c_str(), std::size(matches), matches, 0))
        return parts;
    for (const regmatch_t &part : matches)
        parts.push_back(part.rm_so < 0 ? "" : s.substr(part.rm_so, part.rm_eo - part.rm_so));
    return parts;
}

regex_t compile(const std::string &host) {
    regex_t pattern;

    ENSURE(!regcomp(&pattern, ("^" + host + "(:([0-9]*))?$").c_str(), REG_EXTENDED));
    return pattern;
}

// The same by the grammar of RFC 3986 section 3.2 and the C library's judgement of addresses.
u32 expected(const std::string &s) {
    static const regex_t literal = compile(R"((\[[0-9A-Fa-f:.]*\]))");
    static const regex_t future =
        compile(R"((\[[vV][0-9A-Fa-f]+\.[]0-9A-Za-z._~!$&'()*+,;=:-]+\]))");
    static const regex_t name = compile(R"(([0-9A-Za-z._~!$&'()*+,;=%-]+))");

    if (const auto parts = match(literal, s); !parts.empty())
        return ipv6(parts[1].substr(1, parts[1].size() - 2)) && port(parts[3]) ? parts[1].size()
                                                                               : 0;
    if (const auto parts = match(future, s); !parts.empty())
        return parts[1].find(']') == parts[1].size() - 1 && port(parts[3]) ? parts[1].size() : 0;
    if (const auto parts = match(name, s); !parts.empty())
        return escapes(parts[1]) && port(parts[3]) ? parts[1].size() : 0;
    return 0;
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    const Octets host({reinterpret_cast<const char *>(data), size});

    ENSURE(http_host_name(host.data(), host.size()) == expected(std::string(host.view())));
    return 0;
}
