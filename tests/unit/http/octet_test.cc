// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <cctype>
#include <string_view>

extern "C" {
#include "octet.h"
}

namespace {

// isalnum() and its like speak of the C locale here, and so of ASCII.
bool among(int octet, std::string_view signs) {
    return octet < 0x80 && (std::isalnum(octet) || signs.find(char(octet)) != signs.npos);
}

TEST(Octet, HasTheClassesOfTheGrammar) {
    for (int octet = 0; octet < 256; octet++) {
        SCOPED_TRACE(octet);
        const bool ascii = octet < 0x80;
        const bool visible = octet > 0x20 && octet < 0x7f;
        const char c = char(octet);

        // RFC 9110 section 5.6.2: tchar
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_TOKEN), among(octet, "!#$%&'*+-.^_`|~"));
        // RFC 9110 section 5.5: VCHAR, obs-text, SP and HTAB
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_VALUE),
                  visible || !ascii || octet == ' ' || octet == '\t');
        // RFC 3986 allows less, but names are bytes
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_TARGET), (visible && octet != '#') || !ascii);
        // RFC 3986 sections 2.2, 2.3 and 3.3
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_NAME), among(octet, "-._~!$&'()*+,;="));
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_PATH), among(octet, "-._~!$&'()*+,;=:@/"));
        // RFC 3986 section 2.3
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_UNRESERVED), among(octet, "-._~"));
        // RFC 5234 appendix B.1
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_HEX), ascii && std::isxdigit(octet));
        EXPECT_EQ(http_octet_is(c, HTTP_OCTET_DIGIT), ascii && std::isdigit(octet));
        // RFC 9110 section 5.6.3
        EXPECT_EQ(http_octet_is_space(c), octet == ' ' || octet == '\t');

        EXPECT_EQ(http_octet_lower(c), ascii ? char(std::tolower(octet)) : c);
    }
}

TEST(OctetHex, HasTheValueOfTheDigit) {
    constexpr std::string_view lower = "0123456789abcdef";
    constexpr std::string_view upper = "0123456789ABCDEF";

    for (size_t value = 0; value < 16; value++) {
        EXPECT_EQ(http_octet_hex(lower[value]), value);
        EXPECT_EQ(http_octet_hex(upper[value]), value);
    }
}

bool equal(std::string_view octets, const char *word) {
    return http_octets_equal(octets.data(), octets.size(), word);
}

TEST(OctetsEqual, IgnoresCaseOfLettersAndNothingElse) {
    EXPECT_TRUE(equal("Keep-ALIVE", "keep-alive"));
    EXPECT_FALSE(equal("keep\ralive", "keep-alive")); // '-' without bit 5
    EXPECT_FALSE(equal("keep-aliv", "keep-alive"));
    EXPECT_FALSE(equal("keep-alive!", "keep-alive"));
    EXPECT_FALSE(equal(std::string_view("keep-alive\0", 11), "keep-alive"));
    EXPECT_FALSE(equal("", "close"));
    EXPECT_TRUE(equal("", ""));
}

std::string_view trim(std::string_view octets) {
    const char *s = octets.data();
    u32 len = octets.size();

    http_octets_trim(&s, &len);
    return {s, len};
}

TEST(OctetsTrim, TakesSpacesAndTabsFromBothEnds) {
    EXPECT_EQ(trim(" \t a b\t "), "a b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim(" \t"), "");
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim("\va\r"), "\va\r");
}

TEST(OctetsSpace, EndsAtAnythingElseOrAtTheEnd) {
    EXPECT_EQ(http_octets_space(" \t a ", 5), 3u);
    EXPECT_EQ(http_octets_space("\v ", 2), 0u);
    EXPECT_EQ(http_octets_space("  ", 1), 1u);
    EXPECT_EQ(http_octets_space("", 0), 0u);
}

TEST(OctetsRun, EndsAtAnotherClassOrAtTheEnd) {
    EXPECT_EQ(http_octets_run("abc:d", 5, HTTP_OCTET_TOKEN), 3u);
    EXPECT_EQ(http_octets_run("abc", 3, HTTP_OCTET_TOKEN), 3u);
    EXPECT_EQ(http_octets_run(":", 1, HTTP_OCTET_TOKEN), 0u);
    EXPECT_EQ(http_octets_run("abc", 0, HTTP_OCTET_TOKEN), 0u);
}

} // namespace
