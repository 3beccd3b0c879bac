// SPDX-License-Identifier: GPL-2.0-or-later
// Requests with the field lines of an input, and a slow look at these lines.
#ifndef KHTTPD_TESTS_FUZZ_REQUEST_H
#define KHTTPD_TESTS_FUZZ_REQUEST_H

#include "fuzz.h"

#include <optional>
#include <vector>

extern "C" {
#include "parse.h"
}

inline std::string lower(std::string_view s) {
    std::string folded(s);

    for (char &octet : folded)
        octet = octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
    return folded;
}

inline std::string_view trim(std::string_view s) {
    const size_t begin = s.find_first_not_of(" \t");

    return begin == s.npos ? "" : s.substr(begin, s.find_last_not_of(" \t") + 1 - begin);
}

// The members of a comma-separated list (RFC 9110 section 5.6.1).
inline std::vector<std::string> list_members(std::string_view list, bool escapes) {
    std::vector<std::string> members;
    std::string member;
    bool quoted = false;

    for (size_t i = 0; i <= list.size(); i++) {
        if (i == list.size() || (list[i] == ',' && !quoted)) {
            if (!trim(member).empty())
                members.emplace_back(trim(member));
            member.clear();
            continue;
        }
        member += list[i];
        if (list[i] == '"')
            quoted = !quoted;
        else if (quoted && escapes && list[i] == '\\' && i + 1 < list.size())
            member += list[++i];
    }
    return members;
}

// A request of the given method that was parsed; its head has an allocation of just its size.
class Request {
  public:
    // fields: field lines, each ended by LF, which is sent as CRLF; an empty one ends them
    Request(std::string_view method, std::string_view fields)
        : head_(head(method, fields)), text_(head_.view()) {
        const http_parse_limits limits{256, head_.size(), 100};

        http_request_init(&req_);
        valid_ = http_request_parse(&req_, &limits, head_.data(), head_.size()) == HTTP_PARSE_DONE;
        if (valid_)
            ENSURE(req_.head_len == head_.size());
    }

    // What is not valid never reaches the functions that want a request.
    bool valid() const { return valid_; }

    const http_request *req() const { return &req_; }

    const char *buf() const { return head_.data(); }

    // The values of all lines of a field, in their order.
    std::vector<std::string> lines(std::string_view name) const {
        std::vector<std::string> values;

        for (size_t at = text_.find("\r\n") + 2; text_.substr(at) != "\r\n";) {
            const size_t colon = text_.find(':', at);
            const size_t end = text_.find("\r\n", colon);

            if (lower(text_.substr(at, colon - at)) == name)
                values.emplace_back(trim(text_.substr(colon + 1, end - colon - 1)));
            at = end + 2;
        }
        return values;
    }

    // The same as one value (RFC 9110 section 5.3), or nothing if there is no such line.
    std::optional<std::string> value(std::string_view name) const {
        std::optional<std::string> joined;

        for (const std::string &line : lines(name))
            joined = joined ? *joined + ", " + line : line;
        return joined;
    }

    // The members of a field that is a list, line by line.
    std::vector<std::string> members(std::string_view name, bool escapes) const {
        std::vector<std::string> members;

        for (const std::string &line : lines(name))
            for (std::string &member : list_members(line, escapes))
                members.push_back(std::move(member));
        return members;
    }

  private:
    static Octets head(std::string_view method, std::string_view fields) {
        std::string head = std::string(method) + " / HTTP/1.1\r\nHost: a\r\n";

        while (!fields.empty()) {
            const std::string_view line = fields.substr(0, fields.find('\n'));

            if (line.empty())
                break;
            head.append(line).append("\r\n");
            fields.remove_prefix(std::min(line.size() + 1, fields.size()));
        }
        return Octets(head + "\r\n");
    }

    Octets head_;
    std::string_view text_;
    http_request req_;
    bool valid_;
};

#endif // KHTTPD_TESTS_FUZZ_REQUEST_H
