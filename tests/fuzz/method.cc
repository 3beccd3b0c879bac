// SPDX-License-Identifier: GPL-2.0-or-later
// Input: a method.
#include "fuzz.h"

#include <map>

extern "C" {
#include "method.h"
}

namespace {

// IANA's registry of methods, without those that it reserves: "*" and PRI
const std::map<std::string_view, http_method> registry{
    {"ACL", HTTP_METHOD_KNOWN},
    {"BASELINE-CONTROL", HTTP_METHOD_KNOWN},
    {"BIND", HTTP_METHOD_KNOWN},
    {"CHECKIN", HTTP_METHOD_KNOWN},
    {"CHECKOUT", HTTP_METHOD_KNOWN},
    {"CONNECT", HTTP_CONNECT},
    {"COPY", HTTP_METHOD_KNOWN},
    {"DELETE", HTTP_DELETE},
    {"GET", HTTP_GET},
    {"HEAD", HTTP_HEAD},
    {"LABEL", HTTP_METHOD_KNOWN},
    {"LINK", HTTP_METHOD_KNOWN},
    {"LOCK", HTTP_METHOD_KNOWN},
    {"MERGE", HTTP_METHOD_KNOWN},
    {"MKACTIVITY", HTTP_METHOD_KNOWN},
    {"MKCALENDAR", HTTP_METHOD_KNOWN},
    {"MKCOL", HTTP_METHOD_KNOWN},
    {"MKREDIRECTREF", HTTP_METHOD_KNOWN},
    {"MKWORKSPACE", HTTP_METHOD_KNOWN},
    {"MOVE", HTTP_METHOD_KNOWN},
    {"OPTIONS", HTTP_OPTIONS},
    {"ORDERPATCH", HTTP_METHOD_KNOWN},
    {"PATCH", HTTP_PATCH},
    {"POST", HTTP_POST},
    {"PROPFIND", HTTP_METHOD_KNOWN},
    {"PROPPATCH", HTTP_METHOD_KNOWN},
    {"PUT", HTTP_PUT},
    {"REBIND", HTTP_METHOD_KNOWN},
    {"REPORT", HTTP_METHOD_KNOWN},
    {"SEARCH", HTTP_METHOD_KNOWN},
    {"TRACE", HTTP_TRACE},
    {"UNBIND", HTTP_METHOD_KNOWN},
    {"UNCHECKOUT", HTTP_METHOD_KNOWN},
    {"UNLINK", HTTP_METHOD_KNOWN},
    {"UNLOCK", HTTP_METHOD_KNOWN},
    {"UPDATE", HTTP_METHOD_KNOWN},
    {"UPDATEREDIRECTREF", HTTP_METHOD_KNOWN},
    {"VERSION-CONTROL", HTTP_METHOD_KNOWN},
};

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    const Octets name({reinterpret_cast<const char *>(data), size});
    const auto found = registry.find(name.view());
    const http_method method = http_method_find(name.data(), name.size());

    ENSURE(method == (found == registry.end() ? HTTP_METHOD_UNKNOWN : found->second));
    ENSURE(http_method_known(method) == (found != registry.end()));
    return 0;
}
