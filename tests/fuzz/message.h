// SPDX-License-Identifier: GPL-2.0-or-later
// A request head read slowly: line by line, by the grammars of RFC 9110 and RFC 9112.
#ifndef KHTTPD_TESTS_FUZZ_MESSAGE_H
#define KHTTPD_TESTS_FUZZ_MESSAGE_H

#include "request.h"

#include <regex.h>

extern "C" {
#include "host.h"
}

// A head that is valid and within its limits.
struct Message {
    std::string method;
    std::string target;
    bool old;                                                // HTTP/1.0
    std::vector<std::pair<std::string, std::string>> fields; // names in lower case
    size_t size;

    std::optional<std::string> host;
    std::string path;
    std::optional<std::string> query;
    http_framing framing = HTTP_FRAMING_NONE;
    u64 content_length = 0;
    http_expect expect = HTTP_EXPECT_NONE;
    bool keep_alive;

    std::vector<std::string> lines(std::string_view name) const {
        std::vector<std::string> lines;

        for (const auto &[field, value] : fields)
            if (field == name)
                lines.push_back(value);
        return lines;
    }

    std::vector<std::string> members(std::string_view name) const {
        std::vector<std::string> members;

        for (const std::string &line : lines(name))
            for (const std::string &member : list_members(line, true))
                members.push_back(member);
        return members;
    }
};

class MessageReader {
  public:
    // Nothing if it is not complete, malformed, too long, or of another version.
    static std::optional<Message> read(std::string_view stream, const http_parse_limits &limits) {
        MessageReader reader(stream);
        Message &message = reader.message_;

        if (!reader.read_request_line() || !reader.read_fields())
            return std::nullopt;
        message.size = stream.size() - reader.left_.size();
        if (message.size > limits.head_bytes || message.fields.size() > limits.fields ||
            message.method.size() + 1 + message.target.size() > limits.line_bytes)
            return std::nullopt;
        if (!reader.judge_target() || !reader.judge_host() || !reader.judge_framing())
            return std::nullopt;
        reader.judge_connection();
        return message;
    }

  private:
    explicit MessageReader(std::string_view stream) : left_(stream) {}

    std::optional<std::string> take_line() {
        const size_t end = left_.find("\r\n");

        if (end == left_.npos)
            return std::nullopt;
        const std::string line(left_.substr(0, end));
        left_.remove_prefix(end + 2);
        return line;
    }

    // What the parentheses of a form match.
    static std::optional<std::vector<std::string>> match(const std::string &line,
                                                         const regex_t &form) {
        std::vector<std::string> parts;
        regmatch_t matches[5];

        if (line.find('\0') != line.npos ||
            regexec(&form, line.c_str(), std::size(matches), matches, 0))
            return std::nullopt;
        for (const regmatch_t &part : matches)
            parts.push_back(part.rm_so < 0 ? "" : line.substr(part.rm_so, part.rm_eo - part.rm_so));
        return parts;
    }

    static regex_t compile(const char *form) {
        regex_t compiled;

        ENSURE(!regcomp(&compiled, form, REG_EXTENDED));
        return compiled;
    }

    // RFC 9112 section 3
    bool read_request_line() {
        static const regex_t form =
            compile("^([!#$%&'*+.0-9A-Z^_`a-z|~-]+) ([]!\"$-[^-~\x80-\xff\\]+) "
                    "HTTP/([0-9])\\.([0-9])$");

        while (left_.substr(0, 2) == "\r\n")
            left_.remove_prefix(2);
        const auto line = take_line();
        const auto parts = line ? match(*line, form) : std::nullopt;
        if (!parts || (*parts)[3] != "1")
            return false;
        message_.method = (*parts)[1];
        message_.target = (*parts)[2];
        message_.old = (*parts)[4] == "0";
        return true;
    }

    // RFC 9112 section 5
    bool read_fields() {
        static const regex_t form = compile("^([!#$%&'*+.0-9A-Z^_`a-z|~-]+):([\t -~\x80-\xff]*)$");

        while (const auto line = take_line()) {
            if (line->empty())
                return true;
            const auto parts = match(*line, form);
            if (!parts)
                return false;
            message_.fields.emplace_back(lower((*parts)[1]), trim((*parts)[2]));
        }
        return false;
    }

    // RFC 9112 section 3.2
    bool judge_target() {
        std::string_view rest = message_.target;

        if (message_.method == "CONNECT") {
            const size_t name = http_host_name(rest.data(), rest.size());

            return name && name + 1 < rest.size();
        }
        if (rest == "*")
            return message_.method == "OPTIONS";
        if (rest[0] != '/') {
            const size_t scheme = lower(rest.substr(0, 7)) == "http://"    ? 7
                                  : lower(rest.substr(0, 8)) == "https://" ? 8
                                                                           : 0;
            if (!scheme)
                return false;
            rest.remove_prefix(scheme);
            const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
            if (!http_host_name(authority.data(), authority.size()))
                return false;
            message_.host = authority;
            rest.remove_prefix(authority.size());
        }
        const size_t mark = rest.find('?');
        message_.path = rest.substr(0, mark);
        if (mark != rest.npos)
            message_.query = rest.substr(mark + 1);
        return true;
    }

    // RFC 9112 section 3.2
    bool judge_host() {
        const std::vector<std::string> hosts = message_.lines("host");

        if (hosts.size() > 1 || (hosts.empty() && !message_.old))
            return false;
        if (hosts.empty())
            return true;
        if (!http_host_name(hosts[0].data(), hosts[0].size()))
            return false;
        if (!message_.host)
            message_.host = hosts[0];
        return true;
    }

    // RFC 9112 section 6.3
    bool judge_framing() {
        const std::vector<std::string> lengths = message_.lines("content-length");

        if (!message_.lines("transfer-encoding").empty()) {
            message_.framing = HTTP_FRAMING_CHUNKED;
            // One coding is understood, and nothing else may be applied before it.
            const std::vector<std::string> codings = message_.members("transfer-encoding");
            return !message_.old && lengths.empty() && codings.size() == 1 &&
                   lower(codings[0]) == "chunked";
        }
        for (const std::string &line : lengths) {
            for (size_t begin = 0; begin <= line.size();) {
                const size_t end = std::min(line.find(',', begin), line.size());
                const std::string digits(trim(line.substr(begin, end - begin)));
                errno = 0;
                const u64 length = std::strtoull(digits.c_str(), nullptr, 10);

                if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos ||
                    errno || (message_.framing && length != message_.content_length))
                    return false;
                message_.framing = HTTP_FRAMING_LENGTH;
                message_.content_length = length;
                begin = end + 1;
            }
        }
        return true;
    }

    // RFC 9112 section 9.3, RFC 9110 section 10.1.1
    void judge_connection() {
        bool close = false;
        bool keep = !message_.old;

        for (const std::string &option : message_.members("connection")) {
            close |= lower(option) == "close";
            keep |= lower(option) == "keep-alive";
        }
        message_.keep_alive = keep && !close;
        for (const std::string &expectation : message_.members("expect")) {
            if (lower(expectation) != "100-continue")
                message_.expect = HTTP_EXPECT_UNKNOWN;
            else if (!message_.expect && !message_.old)
                message_.expect = HTTP_EXPECT_CONTINUE;
        }
    }

    std::string_view left_;
    Message message_;
};

#endif // KHTTPD_TESTS_FUZZ_MESSAGE_H
