// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string_view>

extern "C" {
#include "method.h"
}

namespace {

http_method find(std::string_view name) {
    return http_method_find(name.data(), name.size());
}

TEST(Method, FindsThoseOfRfc9110AndRfc5789) {
    EXPECT_EQ(find("GET"), HTTP_GET);
    EXPECT_EQ(find("HEAD"), HTTP_HEAD);
    EXPECT_EQ(find("OPTIONS"), HTTP_OPTIONS);
    EXPECT_EQ(find("POST"), HTTP_POST);
    EXPECT_EQ(find("PUT"), HTTP_PUT);
    EXPECT_EQ(find("DELETE"), HTTP_DELETE);
    EXPECT_EQ(find("PATCH"), HTTP_PATCH);
    EXPECT_EQ(find("TRACE"), HTTP_TRACE);
    EXPECT_EQ(find("CONNECT"), HTTP_CONNECT);
}

TEST(Method, KnowsOthersOfTheRegistry) {
    for (std::string_view name : {"ACL", "MKCOL", "PROPFIND", "REPORT", "VERSION-CONTROL"}) {
        EXPECT_EQ(find(name), HTTP_METHOD_KNOWN) << name;
        EXPECT_TRUE(http_method_known(find(name))) << name;
    }
}

TEST(Method, DoesNotKnowTheRest) {
    // Case matters (RFC 9110 section 9.1); PRI is reserved and never used (RFC 9113 section 11.6).
    for (std::string_view name : {"get", "Get", "GE", "GETS", "", "PRI", "FOO", "X"}) {
        EXPECT_EQ(find(name), HTTP_METHOD_UNKNOWN) << name;
        EXPECT_FALSE(http_method_known(find(name))) << name;
    }
}

TEST(Method, RefusedOnesAreKnownUnlessUnknown) {
    for (int method = HTTP_GET; method < HTTP_METHOD_UNKNOWN; method++)
        EXPECT_TRUE(http_method_known(http_method(method)));
}

} // namespace
