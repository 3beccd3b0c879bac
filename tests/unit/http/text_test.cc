// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string_view>

extern "C" {
#include "text.h"
}

namespace {

TEST(Text, AppendsStringsAndNumbers) {
    char buffer[64];
    http_text text;

    http_text_init(&text, buffer, sizeof(buffer));
    http_text_string(&text, "a ");
    http_text_put(&text, "b\0c", 3);
    http_text_number(&text, 0, 10);
    http_text_number(&text, 18446744073709551615u, 10);
    http_text_number(&text, 0xfedcba9876543210, 16);
    EXPECT_EQ(std::string_view(buffer, http_text_end(&text)),
              std::string_view("a b\0c018446744073709551615fedcba9876543210", 42));
}

TEST(Text, TakesWhatJustFits) {
    char buffer[4];
    http_text text;

    http_text_init(&text, buffer, sizeof(buffer));
    http_text_string(&text, "1234");
    EXPECT_EQ(http_text_end(&text), 4u);
    http_text_string(&text, "");
    EXPECT_EQ(http_text_end(&text), 4u);
}

TEST(Text, HasNoLengthOnceSomethingDidNotFit) {
    char buffer[] = "....";
    http_text text;

    http_text_init(&text, buffer, 4);
    http_text_string(&text, "12");
    http_text_string(&text, "345");
    http_text_string(&text, "6");
    EXPECT_EQ(http_text_end(&text), 0u);
    EXPECT_STREQ(buffer, "12..");
}

} // namespace
