// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with the entity tag (or nothing), the time of modification (or nothing) and the
// time, both in seconds since 1970; then field lines.
#include "entity_tag.h"
#include "request.h"

extern "C" {
#include "condition.h"
#include "date.h"
}

namespace {

// What RFC 9110 section 13 speaks of, as C++ has it.
struct Representation {
    std::optional<std::string> etag;
    std::optional<s64> modified; // what Last-Modified would say
    s64 now;
};

std::string_view opaque(std::string_view etag) {
    return etag.substr(etag[0] == 'W' ? 2 : 0);
}

bool equal_strong(std::string_view a, std::string_view b) {
    return a == b && is_entity_tag(b) && b[0] != 'W';
}

bool equal_weak(std::string_view a, std::string_view b) {
    return is_entity_tag(b) && opaque(a) == opaque(b);
}

std::optional<s64> date(const std::optional<std::string> &value, s64 now) {
    s64 seconds;

    if (!value)
        return std::nullopt;
    const Octets octets(*value);
    if (!http_date_parse(octets.data(), octets.size(), now, &seconds))
        return std::nullopt;
    return seconds;
}

// Does a list of tags name the representation?
bool names(const Request &request, const char *field, const Representation &representation,
           bool (*equal)(std::string_view, std::string_view)) {
    const std::vector<std::string> members = request.members(field, false);

    if (members.size() == 1 && members[0] == "*")
        return true;
    for (const std::string &member : members)
        if (representation.etag && equal(*representation.etag, member))
            return true;
    return false;
}

// RFC 9110 section 13.2.2, steps 1 to 4
u16 expected_check(const Request &request, const Representation &representation) {
    if (request.value("if-match")) {
        if (!names(request, "if-match", representation, equal_strong))
            return 412;
    } else if (const auto since = date(request.value("if-unmodified-since"), representation.now)) {
        if (representation.modified && *representation.modified > *since)
            return 412;
    }
    if (request.value("if-none-match"))
        return names(request, "if-none-match", representation, equal_weak) ? 304 : 0;
    const auto since = date(request.value("if-modified-since"), representation.now);
    return since && representation.modified && *representation.modified <= *since ? 304 : 0;
}

// RFC 9110 section 13.1.5
bool expected_range(const Request &request, const Representation &representation) {
    const auto value = request.value("if-range");

    if (!value)
        return true;
    if (is_entity_tag(*value))
        return representation.etag && equal_strong(*representation.etag, *value);
    const auto validator = date(value, representation.now);
    return validator && representation.modified && *representation.modified == *validator &&
           representation.now > *representation.modified;
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const std::string_view etag = input.line();
    const std::string mtime(input.line());
    Representation representation{std::nullopt, std::nullopt, input.number()};
    const Request request("GET", input.rest());

    if (!request.valid() || (!etag.empty() && !is_entity_tag(etag)))
        return 0;
    const Octets tag(etag);
    http_validators validators{};
    validators.now = representation.now;
    if (!etag.empty()) {
        representation.etag = etag;
        validators.etag = tag.data();
        validators.etag_len = tag.size();
    }
    if (!mtime.empty()) {
        validators.has_mtime = true;
        validators.mtime = std::strtoll(mtime.c_str(), nullptr, 10);
        representation.modified = std::min<s64>(validators.mtime, validators.now);
    }
    ENSURE(http_condition_check(request.req(), request.buf(), &validators) ==
           expected_check(request, representation));
    ENSURE(http_condition_range(request.req(), request.buf(), &validators) ==
           expected_range(request, representation));
    return 0;
}
