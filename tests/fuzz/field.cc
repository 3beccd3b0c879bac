// SPDX-License-Identifier: GPL-2.0-or-later
// Input: field lines.
#include "request.h"

#include <map>

extern "C" {
#include "field.h"
#include "rule.h"
}

namespace {

struct Known {
    http_field field;
    bool escapes; // its list has quoted strings; the others have entity tags, or are none
};

const std::map<std::string, Known> known{
    {"accept", {HTTP_FIELD_ACCEPT, true}},
    {"accept-encoding", {HTTP_FIELD_ACCEPT_ENCODING, true}},
    {"if-match", {HTTP_FIELD_IF_MATCH, false}},
    {"if-modified-since", {HTTP_FIELD_IF_MODIFIED_SINCE, true}},
    {"if-none-match", {HTTP_FIELD_IF_NONE_MATCH, false}},
    {"if-range", {HTTP_FIELD_IF_RANGE, true}},
    {"if-unmodified-since", {HTTP_FIELD_IF_UNMODIFIED_SINCE, true}},
    {"origin", {HTTP_FIELD_ORIGIN, true}},
    {"range", {HTTP_FIELD_RANGE, true}},
    {"connection", {HTTP_FIELD_CONNECTION, true}},
    {"content-length", {HTTP_FIELD_CONTENT_LENGTH, true}},
    {"expect", {HTTP_FIELD_EXPECT, true}},
    {"host", {HTTP_FIELD_HOST, true}},
    {"transfer-encoding", {HTTP_FIELD_TRANSFER_ENCODING, true}},
};

void check_name(std::string_view name) {
    const Octets octets(name);
    const auto found = known.find(lower(name));

    // It is only ever asked about tokens.
    if (!http_rule_charset_valid(octets.data(), octets.size()))
        return;
    ENSURE(http_field_find(octets.data(), octets.size()) ==
           (found == known.end() ? HTTP_FIELD_OTHER : found->second.field));
}

// A name with one octet changed is another.
bool check_neighbours() {
    for (const auto &[name, field] : known) {
        check_name(name);
        for (size_t i = 0; i < name.size(); i++) {
            std::string other = name;

            other[i] = name[i] == 'x' ? 'y' : 'x';
            check_name(other);
        }
    }
    return true;
}

void check_list(std::string_view list, bool escapes) {
    const Octets octets(list);
    const char *rest = octets.data();
    const char *member;
    u32 left = octets.size();
    u32 len;

    for (const std::string &expected : list_members(list, escapes)) {
        ENSURE(http_list_next(&rest, &left, &member, &len, escapes));
        ENSURE(std::string_view(member, len) == expected);
    }
    ENSURE(!http_list_next(&rest, &left, &member, &len, escapes));
    ENSURE(left == 0 && rest == octets.data() + octets.size());
}

void check_lines(const Request &request, const std::string &name, http_field field) {
    http_field_iter iter;
    const char *value;
    u32 len;

    http_field_begin(&iter, request.req(), request.buf(), field);
    for (const std::string &line : request.lines(name)) {
        ENSURE(http_field_next_line(&iter, &value, &len));
        ENSURE(std::string_view(value, len) == line);
    }
    ENSURE(!http_field_next_line(&iter, &value, &len));
}

void check_members(const Request &request, const std::string &name, const Known &known) {
    http_field_iter iter;
    const char *member;
    u32 len;

    http_field_begin(&iter, request.req(), request.buf(), known.field);
    for (const std::string &expected : request.members(name, known.escapes)) {
        ENSURE(http_field_next_member(&iter, &member, &len));
        ENSURE(std::string_view(member, len) == expected);
    }
    ENSURE(!http_field_next_member(&iter, &member, &len));
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    static const bool checked = check_neighbours();
    Input input(data, size);
    const Request request("GET", input.rest());

    ENSURE(checked);
    while (!input.empty()) {
        const std::string_view line = input.line();

        check_name(line.substr(0, line.find(':')));
        check_list(line, false);
        check_list(line, true);
    }
    if (!request.valid())
        return 0;
    for (const auto &[name, field] : known) {
        if (field.field >= HTTP_FIELDS)
            continue;
        check_lines(request, name, field.field);
        check_members(request, name, field);
    }
    return 0;
}
