// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/format.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include <fmt/core.h>

namespace khttpd::log {
namespace {

constexpr std::uint64_t second_ns = 1'000'000'000;
constexpr std::string_view digits = "0123456789abcdef";

/// Octets that stand for themselves within quotes.
constexpr auto plain = [] {
    std::array<bool, 256> table{};
    for (unsigned char octet = 0x20; octet < 0x7f; ++octet)
        table[octet] = octet != '"' && octet != '\\';
    return table;
}();

bool is_plain(char c) {
    return plain[static_cast<unsigned char>(c)];
}

void append_number(std::string &to, std::uint64_t number) {
    std::array<char, 20> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    to.append(text.data(), end);
}

/// A line behind a text. Room is made for all of it at once: a busy server writes a hundred
/// thousand of them in a second, on a processor that serves as well.
class Line {
  public:
    /// Octets that one of a text becomes at most.
    static constexpr std::size_t escape = 4;

    /// No more than @most octets are put.
    Line(std::string &text, std::size_t most) : text_(text) {
        const std::size_t before = text.size();
        text.resize(before + most);
        end_ = text.data() + before;
    }

    Line(const Line &) = delete;
    Line &operator=(const Line &) = delete;

    ~Line() { text_.resize(static_cast<std::size_t>(end_ - text_.data())); }

    void put(std::string_view text) { end_ = std::copy(text.begin(), text.end(), end_); }

    void put_number(std::uint64_t number) { end_ = std::to_chars(end_, end_ + 20, number).ptr; }

    /// What is not printable ASCII, and quotes and backslashes, as \xHH.
    void put_escaped(std::string_view text) {
        char *to = end_;
        for (const char c : text) {
            if (is_plain(c)) {
                *to++ = c;
                continue;
            }
            const auto octet = static_cast<unsigned char>(c);
            *to++ = '\\';
            *to++ = 'x';
            *to++ = digits[octet >> 4];
            *to++ = digits[octet & 15];
        }
        end_ = to;
    }

    /// The same, "-" where there is none.
    void put_field(std::string_view text) {
        if (text.empty())
            put("-");
        else
            put_escaped(text);
    }

  private:
    std::string &text_;
    char *end_;
};

/// Octets of the character of UTF-8 that @text begins with; 0 if it begins with none.
std::size_t utf8_length(std::string_view text) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = octet(0);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    if (length == 0 || length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((octet(i) & 0xc0) != 0x80)
            return 0;
    // Longer than need be, a surrogate, or beyond the last character.
    if ((first == 0xe0 && octet(1) < 0xa0) || (first == 0xed && octet(1) > 0x9f) ||
        (first == 0xf0 && octet(1) < 0x90) || (first == 0xf4 && octet(1) > 0x8f))
        return 0;
    return length;
}

void append_member(std::string &to, std::string_view name, std::string_view value) {
    to += ",\"";
    to += name;
    to += "\":\"";
    append_json_string(to, value);
    to += '"';
}

void append_member(std::string &to, std::string_view name, std::uint64_t value) {
    to += ",\"";
    to += name;
    to += "\":";
    append_number(to, value);
}

/// Method, target and version; where the line has not these three, all of it is the request.
void append_request(std::string &to, std::string_view line) {
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == line.npos || first == last || line.find(' ', first + 1) != last) {
        append_member(to, "request", line);
        return;
    }
    append_member(to, "method", line.substr(0, first));
    append_member(to, "target", line.substr(first + 1, last - first - 1));
    append_member(to, "protocol", line.substr(last + 1));
}

} // namespace

void append_json_string(std::string &to, std::string_view text) {
    while (!text.empty()) {
        const auto odd = std::find_if_not(text.begin(), text.end(), is_plain);
        to.append(text.begin(), odd);
        text.remove_prefix(static_cast<std::size_t>(odd - text.begin()));
        if (text.empty())
            return;
        const std::size_t length = utf8_length(text);
        const auto octet = static_cast<unsigned char>(text.front());
        if (length > 1) {
            to.append(text.substr(0, length));
        } else if (length == 0) {
            to += "\\ufffd";
        } else if (octet == '"' || octet == '\\') {
            to += '\\';
            to += text.front();
        } else {
            to += "\\u00";
            to += digits[octet >> 4];
            to += digits[octet & 15];
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
}

std::string address_text(const Address &address) {
    in6_addr v6;
    std::memcpy(&v6, address.data(), sizeof(v6));
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!IN6_IS_ADDR_V4MAPPED(&v6))
        return inet_ntop(AF_INET6, address.data(), text.data(), text.size());
    // Many times faster than inet_ntop(3), and almost each record may have another one.
    char *end = text.data();
    for (std::size_t i = 12; i < address.size(); ++i) {
        end = std::to_chars(end, text.data() + text.size(), address[i]).ptr;
        *end++ = '.';
    }
    return {text.data(), end - 1};
}

const std::string &Formatter::time(std::uint64_t time_ns) {
    const auto second = static_cast<std::time_t>(time_ns / second_ns);
    if (second == second_)
        return time_;
    second_ = second;
    std::tm parts{};
    std::array<char, 64> text{};
    if (format_ == KHTTPD_LOG_FORMAT_JSON) {
        gmtime_r(&second, &parts);
        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    } else {
        localtime_r(&second, &parts);
        std::strftime(text.data(), text.size(), "%d/%b/%Y:%H:%M:%S %z", &parts);
    }
    return time_ = text.data();
}

const std::string &Formatter::client(const Address &address) {
    if (client_.empty() || address != address_) {
        address_ = address;
        client_ = address_text(address);
    }
    return client_;
}

void Formatter::append(std::string &text, const Record &record) {
    if (format_ == KHTTPD_LOG_FORMAT_JSON)
        append_json(text, record);
    else
        append_combined(text, record);
}

void Formatter::append_combined(std::string &text, const Record &record) {
    const std::string &from = client(record.client);
    const std::string &at = time(record.time_ns);
    // What is not named here are two numbers, and less than fifty octets of punctuation.
    Line line{text, from.size() + at.size() + 100 +
                        Line::escape *
                            (record.line.size() + record.referer.size() + record.agent.size())};
    line.put(from);
    line.put(" - - [");
    line.put(at);
    line.put("] \"");
    line.put_field(record.line);
    line.put("\" ");
    line.put_number(record.status);
    line.put(" ");
    line.put_number(record.content_bytes);
    line.put(" \"");
    line.put_field(record.referer);
    line.put("\" \"");
    line.put_field(record.agent);
    line.put("\"\n");
}

void Formatter::append_json(std::string &text, const Record &record) {
    text += R"({"time":")";
    text += time(record.time_ns);
    text += fmt::format(".{:03}Z\"", record.time_ns % second_ns / 1'000'000);
    append_member(text, "client", client(record.client));
    append_member(text, "client_port", record.client_port);
    append_member(text, "local", address_text(record.local));
    append_member(text, "local_port", record.local_port);
    append_member(text, "host", record.host);
    append_request(text, record.line);
    append_member(text, "status", record.status);
    append_member(text, "bytes", record.bytes);
    append_member(text, "content_bytes", record.content_bytes);
    append_member(text, "duration_us", record.duration_ns / 1000);
    append_member(text, "referer", record.referer);
    append_member(text, "user_agent", record.agent);
    text += record.complete ? ",\"complete\":true" : ",\"complete\":false";
    text += record.cut ? ",\"cut\":true}\n" : ",\"cut\":false}\n";
}

void Formatter::append_loss(std::string &text, std::uint64_t lost, std::uint64_t time_ns) {
    if (format_ == KHTTPD_LOG_FORMAT_JSON)
        text += fmt::format("{{\"time\":\"{}.{:03}Z\",\"lost\":{}}}\n", time(time_ns),
                            time_ns % second_ns / 1'000'000, lost);
    else
        text += fmt::format("# [{}] khttpd: records lost: {}\n", time(time_ns), lost);
}

} // namespace khttpd::log
