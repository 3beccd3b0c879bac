// SPDX-License-Identifier: GPL-2.0-or-later
// Requests as clients send them.
#ifndef KHTTPD_BENCH_PARSER_REQUESTS_H
#define KHTTPD_BENCH_PARSER_REQUESTS_H

#include <array>
#include <string_view>

struct Request {
    const char *name;
    std::string_view head;
};

extern const std::array<Request, 5> requests;

#endif // KHTTPD_BENCH_PARSER_REQUESTS_H
