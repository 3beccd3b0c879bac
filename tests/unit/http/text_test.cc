// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "text.h"
}

using namespace std::string_view_literals;

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

using Put = void (*)(http_text *, const char *, u32);

// Both buffers have exactly so many octets, so that a sanitizer sees one more.
std::string put(Put put, std::string_view s, size_t size) {
    const std::vector<char> octets(s.begin(), s.end());
    std::vector<char> dst(size);
    http_text text;

    http_text_init(&text, dst.data(), dst.size());
    put(&text, octets.data(), octets.size());
    return {dst.data(), http_text_end(&text)};
}

struct Escape {
    std::string_view octets;
    std::string_view escaped;
};

void expect_escapes(Put escape, const Escape &param) {
    const auto &[octets, escaped] = param;

    EXPECT_EQ(put(escape, octets, 6 * octets.size()), escaped);
    EXPECT_EQ(put(escape, octets, escaped.size()), escaped);
    for (size_t size = 0; size < escaped.size(); size++)
        EXPECT_EQ(put(escape, octets, size), "") << size;
}

class TextHtml : public testing::TestWithParam<Escape> {};

class TextJson : public testing::TestWithParam<Escape> {};

class TextUri : public testing::TestWithParam<Escape> {};

TEST_P(TextHtml, IsNoMarkup) {
    expect_escapes(http_text_html, GetParam());
}

TEST_P(TextJson, StaysInItsString) {
    expect_escapes(http_text_json, GetParam());
}

TEST_P(TextUri, IsASegment) {
    expect_escapes(http_text_uri, GetParam());
}

#define BAD "\xef\xbf\xbd"

INSTANTIATE_TEST_SUITE_P(Markup, TextHtml,
                         testing::Values(Escape{"", ""}, Escape{"plain text.", "plain text."},
                                         Escape{"<a href=\"b\">&amp;</a>",
                                                "&lt;a href=&quot;b&quot;&gt;&amp;amp;&lt;/a&gt;"},
                                         Escape{"it's", "it&#39;s"}, Escape{"`=/\\%", "`=/\\%"}));
INSTANTIATE_TEST_SUITE_P(Control, TextHtml,
                         testing::Values(Escape{"\0\t\n\x1f\x7f"sv, BAD BAD BAD BAD BAD},
                                         Escape{"\xc2\x80\xc2\x85\xc2\x9f", BAD BAD BAD},
                                         Escape{"\xc2\xa0\xc3\x80", "\xc2\xa0\xc3\x80"}));
// Unicode Standard Annex 9, section 2: embeddings, overrides, isolates; not the marks
INSTANTIATE_TEST_SUITE_P(Direction, TextHtml,
                         testing::Values(Escape{"\u202a\u202b\u202c\u202d\u202e",
                                                BAD BAD BAD BAD BAD},
                                         Escape{"\u2066\u2067\u2068\u2069", BAD BAD BAD BAD},
                                         Escape{"\u2029\u202f\u2065\u206a\u200f\u216a",
                                                "\u2029\u202f\u2065\u206a\u200f\u216a"}));

// RFC 3629 section 4, with the first and the last of each row of its grammar
constexpr Escape utf8[] = {
    {"\x7e", "\x7e"},
    {"\xc2\xa1\xdf\xbf", "\xc2\xa1\xdf\xbf"},
    {"\xe0\xa0\x80\xe0\xbf\xbf", "\xe0\xa0\x80\xe0\xbf\xbf"},
    {"\xe1\x80\x80\xec\xbf\xbf", "\xe1\x80\x80\xec\xbf\xbf"},
    {"\xed\x80\x80\xed\x9f\xbf", "\xed\x80\x80\xed\x9f\xbf"},
    {"\xee\x80\x80\xef\xbf\xbf", "\xee\x80\x80\xef\xbf\xbf"},
    {"\xf0\x90\x80\x80\xf0\xbf\xbf\xbf", "\xf0\x90\x80\x80\xf0\xbf\xbf\xbf"},
    {"\xf1\x80\x80\x80\xf3\xbf\xbf\xbf", "\xf1\x80\x80\x80\xf3\xbf\xbf\xbf"},
    {"\xf4\x80\x80\x80\xf4\x8f\xbf\xbf", "\xf4\x80\x80\x80\xf4\x8f\xbf\xbf"},
};

constexpr Escape not_utf8[] = {
    {"\x80", BAD},
    {"a\xbf", "a" BAD},
    {"\xc0\x80", BAD BAD},
    {"\xc1\xbf", BAD BAD},
    {"\xc3", BAD},
    {"\xc3z", BAD "z"},
    {"\xc3\xc3\xa9", BAD "\xc3\xa9"},
    {"\xe0\x9f\xbf", BAD BAD BAD},
    {"\xe2\x82", BAD BAD},
    {"\xe2\x82z", BAD BAD "z"},
    {"\xed\xa0\x80", BAD BAD BAD},
    {"\xed\xbf\xbf", BAD BAD BAD},
    {"\xf0\x8f\xbf\xbf", BAD BAD BAD BAD},
    {"\xf0\x9f\x98", BAD BAD BAD},
    {"\xf0\x9f\x98z", BAD BAD BAD "z"},
    {"\xf0\x9fz", BAD BAD "z"},
    {"\xf4\x90\x80\x80", BAD BAD BAD BAD},
    {"\xf5\x80\x80\x80", BAD BAD BAD BAD},
    {"\xfe\xff", BAD BAD},
};

INSTANTIATE_TEST_SUITE_P(Rfc3629Section4, TextHtml, testing::ValuesIn(utf8));
INSTANTIATE_TEST_SUITE_P(Rfc3629Section4, TextJson, testing::ValuesIn(utf8));
INSTANTIATE_TEST_SUITE_P(NotUtf8, TextHtml, testing::ValuesIn(not_utf8));
INSTANTIATE_TEST_SUITE_P(NotUtf8, TextJson, testing::ValuesIn(not_utf8));

// RFC 8259 section 7
INSTANTIATE_TEST_SUITE_P(Rfc8259Section7, TextJson,
                         testing::Values(Escape{"", ""}, Escape{"a\"b\\c/", "a\\\"b\\\\c/"},
                                         Escape{"\0\n\x1f"sv, "\\u0000\\u000A\\u001F"},
                                         Escape{"\x7f<&>", "\x7f<&>"}));

// RFC 3986 sections 2.1 and 2.3
INSTANTIATE_TEST_SUITE_P(Rfc3986Section2, TextUri,
                         testing::Values(Escape{"", ""}, Escape{"AZaz09-._~", "AZaz09-._~"},
                                         Escape{"a b", "a%20b"}, Escape{"a:b", "a%3Ab"},
                                         Escape{"%41", "%2541"},
                                         Escape{"?#/&'\"<>", "%3F%23%2F%26%27%22%3C%3E"},
                                         Escape{"\xc3\xa9\xff\n", "%C3%A9%FF%0A"},
                                         Escape{"\0"sv, "%00"}));

} // namespace
