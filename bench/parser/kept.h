// SPDX-License-Identifier: GPL-2.0-or-later
// What is kept of a request by a parser that calls back with each span: the target, and name and
// value of every field.
#ifndef KHTTPD_BENCH_PARSER_KEPT_H
#define KHTTPD_BENCH_PARSER_KEPT_H

#include <cstddef>
#include <string_view>

struct Kept {
    static constexpr size_t fields_max = 100;

    std::string_view target;
    size_t nr_fields;
    std::string_view name[fields_max];
    std::string_view value[fields_max];
    bool complete;
};

// P is the parser's own state, whose data points at what is kept.
template<typename P>
Kept *kept(P *parser) {
    return static_cast<Kept *>(parser->data);
}

template<typename P>
int on_target(P *parser, const char *at, size_t len) {
    kept(parser)->target = {at, len};
    return 0;
}

template<typename P>
int on_name(P *parser, const char *at, size_t len) {
    if (kept(parser)->nr_fields == Kept::fields_max)
        return 1;
    kept(parser)->name[kept(parser)->nr_fields] = {at, len};
    return 0;
}

template<typename P>
int on_value(P *parser, const char *at, size_t len) {
    kept(parser)->value[kept(parser)->nr_fields++] = {at, len};
    return 0;
}

template<typename P>
int on_complete(P *parser) {
    kept(parser)->complete = true;
    return 0;
}

template<typename P, typename Settings>
Settings keep_all() {
    Settings settings{};

    settings.on_url = on_target<P>;
    settings.on_header_field = on_name<P>;
    settings.on_header_value = on_value<P>;
    settings.on_message_complete = on_complete<P>;
    return settings;
}

#endif // KHTTPD_BENCH_PARSER_KEPT_H
