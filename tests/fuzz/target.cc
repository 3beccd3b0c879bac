// SPDX-License-Identifier: GPL-2.0-or-later
// Input: the path of a request target.
#include "fuzz.h"

#include <vector>

extern "C" {
#include "target.h"
}

namespace {

struct Resolved {
    u16 status;
    std::string path;
    bool dir;
    bool hidden;

    bool operator==(const Resolved &) const = default;
};

Resolved resolve(std::string_view raw, size_t size) {
    const Octets source(raw);
    Octets dst(size);
    http_path path;
    const u16 status = http_target_resolve(source.data(), source.size(), dst.data(), size, &path);

    if (status)
        return {status, "", false, false};
    ENSURE(path.len < size && dst.view()[path.len] == '\0');
    return {0, {dst.data(), path.len}, path.dir, path.hidden};
}

// The same by RFC 3986 sections 2.1 and 5.2.4, step by step.
Resolved expected(std::string_view raw) {
    std::vector<std::string> segments;
    std::string decoded;

    for (size_t i = 0; i < raw.size(); i++) {
        if (raw[i] != '%') {
            decoded += raw[i];
            continue;
        }
        const std::string digits(raw.substr(i + 1, 2));
        if (digits.size() < 2 || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
            return {400, "", false, false};
        decoded += static_cast<char>(std::stoi(digits, nullptr, 16));
        i += 2;
    }
    if (decoded.find('\0') != decoded.npos)
        return {400, "", false, false};

    Resolved resolved{0, "", true, false};
    for (size_t begin = 0; begin <= decoded.size();) {
        const size_t end = std::min(decoded.find('/', begin), decoded.size());
        const std::string segment = decoded.substr(begin, end - begin);

        resolved.dir = segment.empty() || segment == "." || segment == "..";
        if (segment == ".." && !segments.empty())
            segments.pop_back();
        if (!resolved.dir)
            segments.push_back(segment);
        begin = end + 1;
    }
    for (const std::string &segment : segments) {
        resolved.hidden |= segment[0] == '.' && segment != ".well-known";
        resolved.path.append(resolved.path.empty() ? "" : "/").append(segment);
    }
    resolved.dir |= resolved.path.empty();
    return resolved;
}

std::string encode(std::string_view path, size_t size) {
    const Octets source(path);
    Octets dst(size);
    const u32 len = http_target_encode(source.data(), source.size(), dst.data(), size);

    ENSURE(len <= size);
    return {dst.data(), len};
}

void check_encode(std::string_view path) {
    const std::string encoded = encode(path, 3 * path.size());

    for (const char octet : encoded)
        ENSURE(octet > ' ' && octet < 0x7f && !strchr("\"#<>?[\\]^`{|}", octet));
    ENSURE(encode(path, encoded.size()) == encoded);
    if (!encoded.empty())
        ENSURE(encode(path, encoded.size() - 1).empty());
    // It means the same as what it was made of, escapes in the latter taken by the letter.
    std::string escaped;
    for (const char octet : path)
        escaped += octet == '%' ? std::string("%25") : std::string(1, octet);
    ENSURE(resolve(encoded, encoded.size() + 1) == resolve(escaped, escaped.size() + 1));
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    const std::string_view raw(reinterpret_cast<const char *>(data), size);
    const Resolved resolved = resolve(raw, size + 1);

    ENSURE(resolved == expected(raw));
    // In less room it is the same, or does not fit.
    for (size_t room = 1; room <= std::min<size_t>(size, 32); room++) {
        const Resolved tight = resolve(raw, room);

        ENSURE(tight == resolved || tight.status == 414);
    }
    check_encode(raw);
    if (!resolved.status && !resolved.path.empty()) {
        const std::string again = encode(resolved.path, 3 * size);

        ENSURE(resolve(again, again.size() + 1).path == resolved.path);
    }
    return 0;
}
