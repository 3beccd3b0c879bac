// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with names, up to an empty one; then the host of a request.
#include "fuzz.h"

#include <set>
#include <vector>

extern "C" {
#include "host.h"
#include "vhost.h"
}

namespace {

bool before(const http_vhost_name &a, const http_vhost_name &b) {
    return http_vhost_compare(&a, &b) < 0;
}

// The same by looking at every name.
int expected(const std::vector<http_vhost_name> &names, std::string host) {
    const http_vhost_name *best = nullptr;

    host.resize(http_host_name(host.data(), host.size()));
    if (!host.empty() && host.back() == '.')
        host.pop_back();
    if (host.empty() || host.size() > HTTP_VHOST_NAME_MAX)
        return -1;
    for (char &octet : host)
        octet = octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
    for (const http_vhost_name &candidate : names) {
        const std::string name(candidate.name, candidate.len);

        if (name == host)
            return candidate.vhost;
        if (name.substr(0, 2) != "*." || host.size() < name.size() ||
            host.substr(host.size() - name.size() + 1) != name.substr(1))
            continue;
        if (!best || candidate.len > best->len)
            best = &candidate;
    }
    return best ? static_cast<int>(best->vhost) : -1;
}

int find(const std::vector<http_vhost_name> &names, const Octets &host) {
    return http_vhost_find(names.data(), names.size(), host.data(), host.size());
}

bool valid(std::string_view name) {
    const Octets octets(name);
    const bool valid = http_vhost_name_valid(octets.data(), octets.size());

    if (valid) {
        ENSURE(http_host_name(octets.data(), octets.size()) == octets.size());
        // An address of a future version may have one anywhere.
        ENSURE(name.back() != '.' && (name.front() == '[' || name.rfind('*') + 1 <= 1));
        ENSURE(std::none_of(name.begin(), name.end(),
                            [](char octet) { return octet >= 'A' && octet <= 'Z'; }));
    }
    return valid;
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    std::vector<http_vhost_name> names;
    std::set<std::string_view> seen;
    Input input(data, size);

    for (std::string_view line = input.line(); !line.empty(); line = input.line())
        if (valid(line) && seen.insert(line).second)
            names.push_back(
                {line.data(), static_cast<u32>(line.size()), static_cast<u32>(names.size())});
    std::sort(names.begin(), names.end(), before);
    for (size_t i = 1; i < names.size(); i++)
        ENSURE(http_vhost_compare(&names[i - 1], &names[i]) < 0 &&
               http_vhost_compare(&names[i], &names[i - 1]) > 0);

    const Octets host(input.rest());
    ENSURE(find(names, host) == expected(names, std::string(host.view())));
    for (const http_vhost_name &name : names) {
        const std::string text(name.name, name.len);
        const std::string example = text[0] == '*' ? "x" + text.substr(1) : text;

        // A name that somebody else has exactly is not found by its wildcard.
        ENSURE(find(names, Octets(example)) == static_cast<int>(name.vhost) || seen.count(example));
        ENSURE(find(names, Octets(example + ":8080")) == find(names, Octets(example)));
    }
    return 0;
}
