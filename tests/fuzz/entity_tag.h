// SPDX-License-Identifier: GPL-2.0-or-later
#ifndef KHTTPD_TESTS_FUZZ_ENTITY_TAG_H
#define KHTTPD_TESTS_FUZZ_ENTITY_TAG_H

#include "fuzz.h"

// An entity-tag by the grammar of RFC 9110 section 8.8.3
inline bool is_entity_tag(std::string_view s) {
    if (s.substr(0, 2) == "W/")
        s.remove_prefix(2);
    if (s.size() < 2 || s.front() != '"' || s.back() != '"')
        return false;
    for (const char octet : s.substr(1, s.size() - 2))
        if (static_cast<u8>(octet) <= ' ' || octet == '"' || octet == 0x7f)
            return false;
    return true;
}

#endif // KHTTPD_TESTS_FUZZ_ENTITY_TAG_H
