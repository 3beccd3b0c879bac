// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/response_reader.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace khttpd::bench {
namespace {

/// Of a head, of the line before a chunk, or of trailers; with more it is no response.
constexpr std::size_t max_line_octets = 64 << 10;

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// All of @text as a number.
std::optional<std::uint64_t> number(std::string_view text, int base) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value, base);
    if (error != std::errc{} || end != text.end())
        return std::nullopt;
    return value;
}

} // namespace

ResponseReader::State ResponseReader::state() const {
    switch (part_) {
    case Part::complete:
        return State::complete;
    case Part::malformed:
        return State::malformed;
    default:
        return State::reading;
    }
}

void ResponseReader::restart() {
    *this = ResponseReader{};
}

void ResponseReader::end() {
    if (part_ == Part::content_until_end)
        part_ = Part::complete;
}

std::size_t ResponseReader::take(std::string_view octets) {
    std::size_t taken = 0;
    while (taken < octets.size() && !finished()) {
        const std::string_view rest = octets.substr(taken);
        if (part_ == Part::content_until_end)
            return octets.size();
        if (part_ != Part::content && part_ != Part::chunk) {
            taken += take_line(rest);
            continue;
        }
        const std::size_t part = std::min<std::uint64_t>(left_, rest.size());
        taken += part;
        left_ -= part;
        if (left_ == 0)
            part_ = part_ == Part::content ? Part::complete : Part::end_of_chunk;
    }
    return taken;
}

std::size_t ResponseReader::take_line(std::string_view octets) {
    const std::size_t newline = octets.find('\n');
    const std::size_t taken = newline == octets.npos ? octets.size() : newline + 1;
    line_octets_ += taken;
    if (line_octets_ > max_line_octets) {
        part_ = Part::malformed;
        return taken;
    }
    std::string_view line = octets.substr(0, taken);
    if (newline == octets.npos || !line_.empty())
        line = line_.append(line);
    if (newline == octets.npos)
        return taken;
    line.remove_suffix(line.ends_with("\r\n") ? 2 : 1);
    part_ = after_line(line);
    line_.clear();
    return taken;
}

ResponseReader::Part ResponseReader::after_line(std::string_view line) {
    switch (part_) {
    case Part::status_line:
        return after_status_line(line);
    case Part::fields:
        return line.empty() ? after_head() : after_field(line);
    case Part::chunk_size:
        return after_chunk_size(line);
    case Part::end_of_chunk:
        return line.empty() ? Part::chunk_size : Part::malformed;
    default:
        return line.empty() ? Part::complete : Part::trailers;
    }
}

/// "HTTP/1.1 200 OK"; the text at the end may be missing.
ResponseReader::Part ResponseReader::after_status_line(std::string_view line) {
    constexpr std::size_t before_status = 9;
    constexpr std::size_t digits = 3;
    if (!line.starts_with("HTTP/1.1 ") && !line.starts_with("HTTP/1.0 "))
        return Part::malformed;
    const auto code = number(line.substr(before_status, digits), 10);
    if (!code || *code < 100 || *code > 599)
        return Part::malformed;
    const std::string_view reason = line.substr(before_status + digits);
    if (!reason.empty() && reason.front() != ' ')
        return Part::malformed;
    status_ = static_cast<int>(*code);
    persistent_ = line[7] == '1';
    return Part::fields;
}

ResponseReader::Part ResponseReader::after_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos)
        return Part::malformed;
    const std::string name = in_lower_case(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "connection") {
        take_connection(value);
    } else if (name == "transfer-encoding") {
        transfer_encoding_ = true;
        chunked_ = in_lower_case(value).ends_with("chunked");
    } else if (name == "content-length") {
        const auto length = number(value, 10);
        if (!length || (length_ && *length_ != *length))
            return Part::malformed;
        length_ = length;
    }
    return Part::fields;
}

void ResponseReader::take_connection(std::string_view options) {
    while (!options.empty()) {
        const std::size_t comma = std::min(options.find(','), options.size());
        const std::string option = in_lower_case(trimmed(options.substr(0, comma)));
        if (option == "close")
            persistent_ = false;
        else if (option == "keep-alive")
            persistent_ = true;
        options.remove_prefix(std::min(comma + 1, options.size()));
    }
}

ResponseReader::Part ResponseReader::after_head() {
    if (status_ == 101)
        return Part::malformed;
    if (status_ < 200) {
        restart();
        return Part::status_line;
    }
    if (status_ == 204 || status_ == 304)
        return Part::complete;
    if (chunked_)
        return Part::chunk_size;
    if (length_ && !transfer_encoding_) {
        left_ = *length_;
        return left_ > 0 ? Part::content : Part::complete;
    }
    persistent_ = false;
    return Part::content_until_end;
}

ResponseReader::Part ResponseReader::after_chunk_size(std::string_view line) {
    const auto size = number(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size)
        return Part::malformed;
    line_octets_ = 0;
    left_ = *size;
    return left_ > 0 ? Part::chunk : Part::trailers;
}

} // namespace khttpd::bench
