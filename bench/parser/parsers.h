// SPDX-License-Identifier: GPL-2.0-or-later
// The parsers that are compared, a file for each, because their headers want the same names.
#ifndef KHTTPD_BENCH_PARSER_PARSERS_H
#define KHTTPD_BENCH_PARSER_PARSERS_H

#include <string_view>

// Each parses a complete request head, as a server does that gets it in one piece, and keeps what
// it finds; returns whether the head is valid.
bool parse_khttpd(std::string_view head);
bool parse_picohttpparser(std::string_view head);
bool parse_llhttp(std::string_view head);
bool parse_http_parser(std::string_view head);

struct Parser {
    const char *name;
    bool (*parse)(std::string_view head);
};

inline constexpr Parser parsers[] = {
    {"khttpd", parse_khttpd},
    {"picohttpparser", parse_picohttpparser},
    {"llhttp", parse_llhttp},
    {"http-parser", parse_http_parser},
};

#endif // KHTTPD_BENCH_PARSER_PARSERS_H
