// SPDX-License-Identifier: GPL-2.0-or-later
// Requests for the tests of what is built on them.
#ifndef TESTS_UNIT_HTTP_REQUEST_H
#define TESTS_UNIT_HTTP_REQUEST_H

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "parse.h"
}

using Lines = std::vector<std::string>;

// A request with some field lines, parsed; in a buffer that ends where its head ends, so that a
// sanitizer sees a read behind it.
class Request {
  public:
    explicit Request(const Lines &lines, std::string_view method = "GET") {
        const http_parse_limits limits{65536, 65536, 1024};
        std::string head = std::string(method) + " / HTTP/1.1\r\nHost: a\r\n";

        for (const std::string &line : lines)
            head += line + "\r\n";
        head += "\r\n";
        buffer.assign(head.begin(), head.end());
        http_request_init(&request);
        EXPECT_EQ(http_request_parse(&request, &limits, buffer.data(), buffer.size()),
                  HTTP_PARSE_DONE)
            << head;
    }

    const http_request *get() const { return &request; }

    const char *buf() const { return buffer.data(); }

  private:
    std::vector<char> buffer;
    http_request request;
};

// Field lines in one string, for messages.
inline std::string joined(const Lines &lines) {
    std::string all;

    for (const std::string &line : lines)
        all += line + "\n";
    return all;
}

#endif
