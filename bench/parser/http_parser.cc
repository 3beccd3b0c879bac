// SPDX-License-Identifier: GPL-2.0-or-later
#include "kept.h"
#include "parsers.h"

#include <http_parser.h>

bool parse_http_parser(std::string_view head) {
    static const http_parser_settings settings = keep_all<http_parser, http_parser_settings>();
    static Kept kept;
    static http_parser parser;

    kept.nr_fields = 0;
    kept.complete = false;
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &kept;
    return http_parser_execute(&parser, &settings, head.data(), head.size()) == head.size() &&
           kept.complete;
}
