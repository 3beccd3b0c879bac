// SPDX-License-Identifier: GPL-2.0-or-later
// Input: what a client sends, from the first octet of a connection on.
#include "message.h"

#include <vector>

extern "C" {
#include "host.h"
#include "parse.h"
}

namespace {

struct Parsed {
    http_parse result;
    http_request req;
    size_t seen; // octets there were when the end was found
};

// Once it is over, it stays so, and nothing is looked at again.
void ensure_settled(const Parsed &parsed, const http_parse_limits &limits) {
    http_request req = parsed.req;

    ENSURE(http_request_parse(&req, &limits, nullptr, parsed.seen) == parsed.result);
    ENSURE(!memcmp(&req, &parsed.req, offsetof(http_request, parser)));
}

// Lets the octets arrive in pieces that end at the given places, each time in another buffer.
Parsed parse(std::string_view stream, const http_parse_limits &limits,
             const std::vector<size_t> &ends) {
    Parsed parsed;

    http_request_init(&parsed.req);
    for (const size_t end : ends) {
        const Octets arrived(stream.substr(0, end));

        parsed.seen = end;
        parsed.result = http_request_parse(&parsed.req, &limits, arrived.data(), arrived.size());
        ENSURE(parsed.req.head_len <= end);
        if (parsed.result != HTTP_PARSE_MORE)
            break;
        ENSURE(end < limits.head_bytes);
        ENSURE(parsed.req.head_len == end);
    }
    ENSURE(http_request_done(&parsed.req) == (parsed.result == HTTP_PARSE_DONE));
    if (parsed.result != HTTP_PARSE_MORE)
        ensure_settled(parsed, limits);
    return parsed;
}

bool inside(const http_span &span, const http_span &outer) {
    return span.off >= outer.off && span.off - outer.off <= outer.len &&
           span.len <= outer.len - (span.off - outer.off);
}

std::string_view text(std::string_view stream, const http_span &span) {
    return stream.substr(span.off, span.len);
}

void check_error(const Parsed &parsed, std::string_view stream, const http_parse_limits &limits) {
    const http_request &req = parsed.req;
    const u16 statuses[] = {400, 413, 414, 431, 501, 505};

    ENSURE(std::find(std::begin(statuses), std::end(statuses), req.status) != std::end(statuses));
    ENSURE(req.line.off + req.line.len <= stream.size());
    ENSURE(req.line.len <= limits.line_bytes + sizeof(" HTTP/1.1") - 1);
}

void check_target(const http_request &req, std::string_view stream) {
    const std::string_view target = text(stream, req.target);

    ENSURE(inside(req.target, req.line));
    switch (req.form) {
    case HTTP_FORM_ORIGIN:
        ENSURE(req.path.off == req.target.off && target[0] == '/');
        break;
    case HTTP_FORM_ABSOLUTE:
        ENSURE(inside(req.host, req.target) && req.path.off == req.host.off + req.host.len);
        break;
    case HTTP_FORM_ASTERISK:
        ENSURE(target == "*" && req.method == HTTP_OPTIONS);
        return;
    case HTTP_FORM_AUTHORITY:
        ENSURE(req.method == HTTP_CONNECT);
        return;
    }
    ENSURE(inside(req.path, req.target) && text(stream, req.path).find('?') == target.npos);
    ENSURE(target.find('#') == target.npos);
    if (!req.has_query) {
        ENSURE(req.path.off + req.path.len == req.target.off + req.target.len);
        return;
    }
    ENSURE(req.query.off == req.path.off + req.path.len + 1 && stream[req.query.off - 1] == '?');
    ENSURE(req.query.off + req.query.len == req.target.off + req.target.len);
}

void check_done(const Parsed &parsed, std::string_view stream, const http_parse_limits &limits) {
    const http_request &req = parsed.req;
    const http_span head{0, req.head_len};

    ENSURE(req.head_len <= limits.head_bytes && req.nr_fields <= limits.fields);
    ENSURE(stream.substr(req.head_len - 4, 4) == "\r\n\r\n");
    ENSURE(inside(req.line, head) && inside(req.target, req.line));
    ENSURE(stream.substr(req.line.off + req.line.len, 2) == "\r\n");
    ENSURE(http_method_find(stream.data() + req.line.off, req.target.off - 1 - req.line.off) ==
           req.method);
    ENSURE(req.minor <= 1);
    check_target(req, stream);
    ENSURE(req.has_host || req.minor == 0);
    if (req.has_host) {
        const Octets host(text(stream, req.host));

        ENSURE(inside(req.host, head));
        ENSURE(http_host_name(host.data(), host.size()) > 0);
    }
    ENSURE(req.expect != HTTP_EXPECT_CONTINUE || req.minor == 1);
    ENSURE(req.framing != HTTP_FRAMING_CHUNKED || req.minor == 1);
    const std::string_view fields = text(stream, head).substr(req.line.off + req.line.len + 2);
    ENSURE(req.nr_fields + 1 ==
           static_cast<size_t>(std::count(fields.begin(), fields.end(), '\n')));
    ENSURE(std::count(fields.begin(), fields.end(), '\r') ==
           std::count(fields.begin(), fields.end(), '\n'));
    ENSURE(fields.find('\0') == fields.npos);
}

// What the caller sees of two requests is the same. The parser's own part comes last, and what is
// between the members was cleared by http_request_init().
void ensure_same(const Parsed &a, const Parsed &b) {
    ENSURE(a.result == b.result);
    if (a.result == HTTP_PARSE_DONE)
        ENSURE(!memcmp(&a.req, &b.req, offsetof(http_request, parser)));
    if (a.result == HTTP_PARSE_ERROR)
        ENSURE(a.req.status == b.req.status && a.req.line.off == b.req.line.off &&
               a.req.line.len == b.req.line.len);
    ENSURE(http_request_begun(&a.req) == http_request_begun(&b.req));
}

std::vector<size_t> every_octet(size_t size) {
    std::vector<size_t> ends;

    for (size_t end = 0; end <= size; end++)
        ends.push_back(end);
    return ends;
}

std::vector<size_t> some_cuts(size_t size, Dice *dice) {
    std::vector<size_t> ends{size};

    for (u32 i = dice->roll(6) + 1; i; i--)
        ends.push_back(dice->roll(size + 1));
    std::sort(ends.begin(), ends.end());
    return ends;
}

void check_fields(const http_request &req, const Message &message, std::string_view stream) {
    static const char *const names[] = {
        "accept",
        "accept-encoding",
        "if-match",
        "if-modified-since",
        "if-none-match",
        "if-range",
        "if-unmodified-since",
        "origin",
        "range",
        "referer",
        "user-agent",
    };
    static_assert(std::size(names) == HTTP_FIELDS);

    ENSURE(req.nr_fields == message.fields.size());
    for (u32 i = 0; i < HTTP_FIELDS; i++) {
        const auto field = static_cast<http_field>(i);
        const std::vector<std::string> lines = message.lines(names[i]);

        ENSURE(http_request_has(&req, field) == !lines.empty());
        ENSURE(http_request_repeats(&req, field) == (lines.size() > 1));
        if (!lines.empty())
            ENSURE(text(stream, req.field[i]) == lines[0]);
    }
}

// The same as by the reading of the grammar.
void check_message(const http_request &req, const Message &message, std::string_view stream) {
    ENSURE(req.head_len == message.size);
    ENSURE(text(stream, req.target) == message.target && req.minor == !message.old);
    ENSURE(req.has_host == message.host.has_value());
    if (req.has_host)
        ENSURE(text(stream, req.host) == *message.host);
    ENSURE(req.has_query == message.query.has_value());
    if (req.has_query)
        ENSURE(text(stream, req.query) == *message.query);
    ENSURE(text(stream, req.path) == message.path);
    ENSURE(req.framing == message.framing && req.content_length == message.content_length);
    ENSURE(req.expect == message.expect && req.keep_alive == message.keep_alive);
    check_fields(req, message, stream);
}

void check(std::string_view stream, const http_parse_limits &limits) {
    const Parsed whole = parse(stream, limits, {stream.size()});
    Dice dice(stream);

    for (int i = 0; i < 6; i++)
        ensure_same(parse(stream, limits, some_cuts(stream.size(), &dice)), whole);
    if (stream.size() <= 512) {
        const Parsed octets = parse(stream, limits, every_octet(stream.size()));

        ensure_same(octets, whole);
        if (whole.result == HTTP_PARSE_DONE)
            ENSURE(octets.seen == whole.req.head_len);
    }
    const auto message = MessageReader::read(stream, limits);
    ENSURE(message.has_value() == (whole.result == HTTP_PARSE_DONE));
    if (message)
        check_message(whole.req, *message, stream);
    if (whole.result == HTTP_PARSE_ERROR) {
        check_error(whole, stream, limits);
    } else if (whole.result == HTTP_PARSE_DONE) {
        check_done(whole, stream, limits);
        ensure_same(parse(stream, limits, {whole.req.head_len}), whole);
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    const std::string_view stream(reinterpret_cast<const char *>(data), size);
    const u32 length = size;

    check(stream, {8192, 16384, 100});
    // Limits that this very input is at, or just below, or just above.
    check(stream, {length / 2, length, 3});
    check(stream, {16, length / 2 + 1, 100});
    return 0;
}
