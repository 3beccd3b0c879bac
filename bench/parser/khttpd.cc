// SPDX-License-Identifier: GPL-2.0-or-later
#include "parsers.h"

extern "C" {
#include "parse.h"
}

bool parse_khttpd(std::string_view head) {
    static const http_parse_limits limits{8192, 16384, 100};
    static http_request request;

    http_request_init(&request);
    return http_request_parse(&request, &limits, head.data(), head.size()) == HTTP_PARSE_DONE;
}
