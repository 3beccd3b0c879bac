// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with the Content-Length, or "chunked", and with the limit; then the content and what
// follows it.
#include "fuzz.h"

#include <regex.h>

#include <optional>
#include <vector>

extern "C" {
#include "body.h"
}

namespace {

struct Skipped {
    http_parse result;
    size_t used;
    u64 total;

    bool operator==(const Skipped &) const = default;
};

Skipped skip(const http_request &req, u64 limit, std::string_view stream,
             const std::vector<size_t> &ends) {
    Skipped skipped{HTTP_PARSE_MORE, 0, 0};
    http_body body;

    http_body_init(&body, &req, limit);
    for (const size_t end : ends) {
        const Octets piece(stream.substr(skipped.used, end - skipped.used));
        u32 used;

        skipped.result = http_body_skip(&body, piece.data(), piece.size(), &used);
        skipped.used += used;
        skipped.total = body.total;
        ENSURE(used <= piece.size() && skipped.total <= skipped.used && skipped.total <= limit);
        if (skipped.result != HTTP_PARSE_MORE)
            break;
        ENSURE(used == piece.size());
    }
    return skipped;
}

// However the stream is cut, the result is that of the whole.
Skipped skip(const http_request &req, u64 limit, std::string_view stream) {
    const Skipped whole = skip(req, limit, stream, {stream.size()});
    std::vector<size_t> octets;

    for (size_t end = 0; end <= stream.size(); end++)
        octets.push_back(end);
    ENSURE(skip(req, limit, stream, octets) == whole);
    Dice dice(stream);
    for (int i = 0; i < 8; i++)
        ENSURE(skip(req, limit, stream, {dice.roll(stream.size() + 1), stream.size()}) == whole);
    return whole;
}

// The next line of a stream without its CRLF, if it matches.
std::optional<std::string> take_line(std::string_view *stream, const regex_t &form) {
    const std::string line(stream->substr(0, stream->find("\r\n")));

    if (line.size() == stream->size() || line.find('\0') != line.npos ||
        regexec(&form, line.c_str(), 0, nullptr, 0))
        return std::nullopt;
    stream->remove_prefix(line.size() + 2);
    return line;
}

regex_t compile(const std::string &form) {
    regex_t compiled;

    ENSURE(!regcomp(&compiled, form.c_str(), REG_EXTENDED | REG_NOSUB));
    return compiled;
}

#define TOKEN "[!#$%&'*+.0-9A-Z^_`a-z|~-]+"
#define BWS "[ \t]*"
#define VALUE "\t -~\x80-\xff"
#define QUOTED "\"([]\t !#-[^-~\x80-\xff]|\\\\[" VALUE "])*\""

// Complete chunked content by the grammar of RFC 9112 section 7.1; nothing if it is not complete,
// malformed, or too long.
std::optional<Skipped> expected(std::string_view stream, u64 limit) {
    static const regex_t chunk = compile("^[0-9A-Fa-f]{1,16}(" BWS ";" BWS TOKEN "(" BWS "=" BWS
                                         "(" TOKEN "|" QUOTED "))?)*$");
    static const regex_t field = compile("^(" TOKEN ":[" VALUE "]*)?$");
    const size_t size = stream.size();
    u64 extra = 0;
    u64 total = 0;

    while (const auto line = take_line(&stream, chunk)) {
        const u64 length = std::strtoull(line->c_str(), nullptr, 16);

        if (length > limit - total)
            return std::nullopt;
        const size_t digits = line->find_first_not_of("0123456789abcdefABCDEF");
        // A semicolon or a space of the extensions, up to CR.
        extra += digits == line->npos ? 0 : line->size() - digits;
        if (!length) {
            while (const auto trailer = take_line(&stream, field)) {
                // The last LF ends it and is not counted.
                extra += trailer->size() + (trailer->empty() ? 1 : 2);
                if (trailer->empty())
                    return extra <= HTTP_BODY_EXTRA_MAX
                               ? std::optional(
                                     Skipped{HTTP_PARSE_DONE, size - stream.size(), total})
                               : std::nullopt;
            }
            return std::nullopt;
        }
        total += length;
        if (length > stream.size() || stream.substr(length, 2) != "\r\n")
            return std::nullopt;
        stream.remove_prefix(length + 2);
    }
    return std::nullopt;
}

// Content that was sent in chunks of some sizes arrives in full, and nothing behind it is touched.
void send_chunks(const http_request &req, std::string_view content) {
    Dice dice(content);
    std::string stream;
    size_t at = 0;

    while (at < content.size()) {
        const std::string_view chunk = content.substr(at, dice.roll(content.size()) + 1);
        char size[24];

        std::snprintf(size, sizeof(size), dice.roll(2) ? "%zx" : "%04zX", chunk.size());
        stream.append(size).append(dice.roll(2) ? "" : " ; a=\"\\\"\";b").append("\r\n");
        stream.append(chunk).append("\r\n");
        at += chunk.size();
    }
    stream.append("0\r\n").append(dice.roll(2) ? "" : "Trailer: field\r\n").append("\r\n");
    const size_t end = stream.size();
    stream.append(content);
    ENSURE((skip(req, content.size(), stream) == Skipped{HTTP_PARSE_DONE, end, content.size()}));
    if (!content.empty())
        ENSURE(skip(req, content.size() - 1, stream).result == HTTP_PARSE_ERROR);
}

// Extensions and trailers of so many octets together, in chunks and fields of some sizes.
std::string stream_with_extra(Dice *dice, size_t extra) {
    std::string stream;

    for (extra -= 1; extra >= 256; extra -= 128) {
        const size_t size = dice->roll(4) ? 128 : 2;

        if (dice->roll(2))
            stream.append("1;").append(size - 1, 'a').append("\r\nx\r\n");
        else
            stream.append("1").append(size, ' ').append(";a\r\nx\r\n"), extra -= 2;
        extra += 128 - size;
    }
    // The CR of the empty line is counted before, and a field line has four octets at least.
    const size_t field = dice->roll(2) && extra >= 4 ? extra : 0;
    stream.append("0");
    if (!field && extra)
        stream.append(";").append(extra - 1, 'b');
    stream.append("\r\n");
    if (field)
        stream.append("a:").append(field - 4, ' ').append("\r\n");
    return stream.append("\r\n");
}

// What surrounds the content has a limit, which holds for all of it together.
void send_extra(const http_request &req, std::string_view seed) {
    Dice dice(seed);
    const size_t extra = HTTP_BODY_EXTRA_MAX - 2 + dice.roll(5);
    const std::string stream = stream_with_extra(&dice, extra);
    const size_t cut = dice.roll(stream.size() + 1);
    const Skipped skipped = skip(req, stream.size(), stream, {cut, stream.size()});

    ENSURE((skipped.result == HTTP_PARSE_DONE) == (extra <= HTTP_BODY_EXTRA_MAX));
    ENSURE((skipped.result == HTTP_PARSE_DONE ? std::optional(skipped) : std::nullopt) ==
           expected(stream, stream.size()));
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const std::string_view framing = input.line();
    const u64 limit = std::strtoull(std::string(input.line()).c_str(), nullptr, 10);
    const std::string_view stream = input.rest();
    http_request req;

    http_request_init(&req);
    if (framing == "chunked") {
        req.framing = HTTP_FRAMING_CHUNKED;
        const Skipped skipped = skip(req, limit, stream);
        ENSURE((skipped.result == HTTP_PARSE_DONE ? std::optional(skipped) : std::nullopt) ==
               expected(stream, limit));
        send_chunks(req, stream);
        send_extra(req, stream);
        return 0;
    }
    req.content_length = std::strtoull(std::string(framing).c_str(), nullptr, 10);
    req.framing = HTTP_FRAMING_LENGTH;
    if (req.content_length > limit) {
        ENSURE((skip(req, limit, stream) == Skipped{HTTP_PARSE_ERROR, 0, 0}));
        return 0;
    }
    const bool all = req.content_length <= stream.size();
    const u64 used = all ? req.content_length : stream.size();
    ENSURE(
        (skip(req, limit, stream) == Skipped{all ? HTTP_PARSE_DONE : HTTP_PARSE_MORE, used, used}));
    return 0;
}
