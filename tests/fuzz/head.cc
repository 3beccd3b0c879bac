// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with the status, switches as a mask, numbers, and strings; what no caller would pass
// because the configuration may not have it is left out.
#include "fuzz.h"

#include <set>
#include <vector>

extern "C" {
#include "date.h"
#include "head.h"
#include "rule.h"
#include "status.h"
}

namespace {

bool value_valid(const std::string &s) {
    return http_rule_value_valid(s.data(), s.size());
}

// What http_head refers to.
struct Strings {
    std::string date, type, charset, etag, location, cache_control, origin;
    std::string fields;
    std::vector<std::string> added;
};

const char *or_null(const std::string &s) {
    return s.empty() ? nullptr : s.c_str();
}

std::string read_value(Input *input) {
    const std::string line(input->line());

    return value_valid(line) ? line : "";
}

void read_fields(Input *input, Strings *strings, u8 hide) {
    while (!input->empty()) {
        const std::string line(input->line());
        const size_t colon = line.find(": ");

        if (colon == line.npos || !value_valid(line.substr(colon + 2)) ||
            !http_rule_field_allowed(line.data(), colon, hide))
            continue;
        strings->fields += line + "\r\n";
        strings->added.push_back(line);
    }
}

http_head read_head(Input *input, Strings *strings) {
    http_head head{};

    head.status = std::clamp<s64>(input->number(), 100, 999);
    const u32 switches = input->number();
    head.content_length = input->number();
    head.range_size = std::max<u64>(input->number(), 1);
    head.range_off = static_cast<u64>(input->number()) % head.range_size;
    head.range_len = 1 + static_cast<u64>(input->number()) % (head.range_size - head.range_off);
    head.mtime = input->number();
    head.expires = input->number();
    head.retry_after = input->number();
    head.max_age = input->number();
    head.vary = static_cast<u64>(input->number()) % 8;
    head.hide = static_cast<u64>(input->number()) % 64;

    strings->date.resize(HTTP_DATE_LEN);
    http_date_format(strings->date.data(), head.mtime);
    strings->type = read_value(input);
    if (!http_rule_type_valid(strings->type.data(), strings->type.size()))
        strings->type.clear();
    strings->charset = read_value(input);
    if (!http_rule_charset_valid(strings->charset.data(), strings->charset.size()))
        strings->charset.clear();
    strings->etag = read_value(input);
    strings->location = read_value(input);
    strings->cache_control = read_value(input);
    strings->origin = read_value(input);
    read_fields(input, strings, head.hide);

    head.date = strings->date.data();
    head.type = or_null(strings->type);
    head.charset = or_null(strings->charset);
    head.etag = or_null(strings->etag);
    head.etag_len = strings->etag.size();
    head.location = or_null(strings->location);
    head.location_len = strings->location.size();
    head.cache_control = or_null(strings->cache_control);
    head.origin = or_null(strings->origin);
    head.origin_len = strings->origin.size();
    head.fields = or_null(strings->fields);
    head.fields_len = strings->fields.size();

    head.minor = switches & 1;
    head.keep_alive = switches & 2;
    head.has_length = switches & 4;
    head.chunked = switches & 8;
    head.has_range = switches & 16 && (head.status == 206 || head.status == 416);
    head.has_mtime = switches & 32;
    head.has_expires = switches & 64;
    head.accept_ranges = switches & 128;
    head.allow = switches & 256;
    head.preflight = switches & 512;
    head.server = switches & 1024;
    head.coding = switches & 2048 ? "deflate" : nullptr;
    return head;
}

std::string write(const http_head &head, size_t size) {
    Octets dst(size);
    const u32 len = http_head_write(dst.data(), size, &head);

    ENSURE(len <= size);
    return {dst.data(), len};
}

// Takes a response head apart as a strict recipient would; returns its fields.
std::vector<std::string> parse(std::string_view text, u16 status) {
    std::vector<std::string> fields;

    ENSURE(text.substr(0, 13) == "HTTP/1.1 " + std::to_string(status) + " ");
    for (size_t at = text.find("\r\n") + 2;;) {
        const size_t end = text.find("\r\n", at);

        ENSURE(end != text.npos);
        const std::string line(text.substr(at, end - at));
        at = end + 2;
        if (line.empty()) {
            ENSURE(at == text.size());
            return fields;
        }
        const size_t colon = line.find(':');
        ENSURE(colon != line.npos && colon > 0 && line[colon + 1] == ' ');
        ENSURE(http_rule_charset_valid(line.data(), colon));
        ENSURE(value_valid(line.substr(colon + 2)));
        fields.push_back(line);
    }
}

std::string name(const std::string &field) {
    return field.substr(0, field.find(':'));
}

void check_error_body(u16 status) {
    Octets dst(size_t{HTTP_ERROR_BODY_MAX});
    const u32 len = http_error_body(dst.data(), dst.size(), status);

    ENSURE(len > 0 && len <= HTTP_ERROR_BODY_MAX);
    Octets exact(size_t{len});
    ENSURE(http_error_body(exact.data(), len, status) == len);
    Octets tight(size_t{len - 1});
    ENSURE(http_error_body(tight.data(), len - 1, status) == 0);
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    Strings strings;
    const http_head head = read_head(&input, &strings);
    const std::string text = write(head, HTTP_HEAD_MAX + http_head_variable(&head));
    std::multiset<std::string> names;

    ENSURE(!text.empty());
    ENSURE(write(head, text.size()) == text);
    ENSURE(write(head, text.size() - 1).empty());
    ENSURE(write(head, Dice(text).roll(text.size())).empty());

    std::vector<std::string> fields = parse(text, head.status);
    // Added fields are there, each as it was added; all others only once.
    for (const std::string &field : strings.added) {
        const auto found = std::find(fields.begin(), fields.end(), field);

        ENSURE(found != fields.end());
        fields.erase(found);
    }
    for (const std::string &field : fields)
        names.insert(name(field));
    for (const std::string &field : names)
        ENSURE(names.count(field) == 1);

    ENSURE(names.count("Date") == 1);
    const bool content = head.status >= 200 && head.status != 204 && head.status != 304;
    ENSURE(names.count("Content-Length") ==
           static_cast<size_t>(content && head.has_length && !head.chunked));
    ENSURE(names.count("Transfer-Encoding") ==
           static_cast<size_t>(content && head.chunked && head.minor));
    ENSURE(names.count("Content-Range") == static_cast<size_t>(head.has_range));
    ENSURE(names.count("Connection") == static_cast<size_t>(!head.keep_alive || !head.minor));
    for (const std::string &field : names) {
        const u8 bit = http_rule_hide(field.data(), field.size());
        const bool multipart = head.status == 206 && !head.has_range && field == "Content-Type";

        ENSURE(!(head.hide & bit) || multipart);
    }
    check_error_body(head.status);
    return 0;
}
