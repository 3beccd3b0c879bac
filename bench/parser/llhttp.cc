// SPDX-License-Identifier: GPL-2.0-or-later
#include "kept.h"
#include "parsers.h"

#include <llhttp.h>

bool parse_llhttp(std::string_view head) {
    static const llhttp_settings_t settings = keep_all<llhttp_t, llhttp_settings_t>();
    static Kept kept;
    static llhttp_t parser;

    kept.nr_fields = 0;
    kept.complete = false;
    llhttp_init(&parser, HTTP_REQUEST, &settings);
    parser.data = &kept;
    return llhttp_execute(&parser, head.data(), head.size()) == HPE_OK && kept.complete;
}
