// SPDX-License-Identifier: GPL-2.0-or-later
#include "parsers.h"

#include <cstddef>

// h2o's library has picohttpparser, but its headers do not.
extern "C" {
struct phr_header {
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
};

int phr_parse_request(const char *buf, size_t len, const char **method, size_t *method_len,
                      const char **path, size_t *path_len, int *minor_version, phr_header *headers,
                      size_t *num_headers, size_t last_len);
}

bool parse_picohttpparser(std::string_view head) {
    static phr_header headers[100];
    static size_t nr_headers;
    static const char *method;
    static size_t method_len;
    static const char *path;
    static size_t path_len;
    static int minor;

    nr_headers = 100;
    return phr_parse_request(head.data(), head.size(), &method, &method_len, &path, &path_len,
                             &minor, headers, &nr_headers, 0) == static_cast<int>(head.size());
}
