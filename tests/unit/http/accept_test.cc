// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "request.h"

extern "C" {
#include "accept.h"
}

namespace {

constexpr u32 br = 1 << HTTP_CODING_BR;
constexpr u32 zstd = 1 << HTTP_CODING_ZSTD;
constexpr u32 gzip = 1 << HTTP_CODING_GZIP;
constexpr u32 deflate = 1 << HTTP_CODING_DEFLATE;
constexpr u32 all = br | zstd | gzip | deflate;

TEST(Coding, HasANameAndASuffix) {
    EXPECT_EQ(http_coding_name(HTTP_CODING_IDENTITY), nullptr);
    EXPECT_STREQ(http_coding_name(HTTP_CODING_BR), "br");
    EXPECT_STREQ(http_coding_name(HTTP_CODING_ZSTD), "zstd");
    EXPECT_STREQ(http_coding_name(HTTP_CODING_GZIP), "gzip");
    EXPECT_STREQ(http_coding_name(HTTP_CODING_DEFLATE), "deflate");
    EXPECT_EQ(http_coding_suffix(HTTP_CODING_IDENTITY), nullptr);
    EXPECT_STREQ(http_coding_suffix(HTTP_CODING_BR), ".br");
    EXPECT_STREQ(http_coding_suffix(HTTP_CODING_ZSTD), ".zst");
    EXPECT_STREQ(http_coding_suffix(HTTP_CODING_GZIP), ".gz");
    EXPECT_EQ(http_coding_suffix(HTTP_CODING_DEFLATE), nullptr);
}

struct Encoding {
    Lines values;
    u32 available;
    http_coding coding;
};

class AcceptEncoding : public testing::TestWithParam<Encoding> {};

TEST_P(AcceptEncoding, IsObeyed) {
    const auto &[values, available, coding] = GetParam();
    Lines lines;

    for (const std::string &value : values)
        lines.push_back("Accept-Encoding: " + value);
    const Request request(lines);
    EXPECT_EQ(http_accept_coding(request.get(), request.buf(), available), coding) << joined(lines);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1253, AcceptEncoding,
    testing::Values(
        Encoding{{}, all, HTTP_CODING_IDENTITY}, Encoding{{""}, all, HTTP_CODING_IDENTITY},
        Encoding{{"gzip"}, all, HTTP_CODING_GZIP},
        Encoding{{"gzip"}, br | zstd, HTTP_CODING_IDENTITY},
        Encoding{{"gzip"}, 0, HTTP_CODING_IDENTITY}, Encoding{{"GZip"}, all, HTTP_CODING_GZIP},
        Encoding{{"br"}, all, HTTP_CODING_BR}, Encoding{{"zstd"}, all, HTTP_CODING_ZSTD},
        Encoding{{"deflate"}, all, HTTP_CODING_DEFLATE},
        Encoding{{"compress, gzip"}, all, HTTP_CODING_GZIP},
        Encoding{{"compress;q=0.5, gzip;q=1.0"}, all, HTTP_CODING_GZIP},
        Encoding{{"gzip;q=1.0, identity; q=0.5, *;q=0"}, all, HTTP_CODING_GZIP},
        Encoding{{"gzip;q=1.0, identity; q=0.5, *;q=0"}, br, HTTP_CODING_IDENTITY},
        Encoding{{"sdch, exi, gzipp, xgzip, gzi, a"}, all, HTTP_CODING_IDENTITY}));
// Section 8.4.1.3: an old name of gzip
INSTANTIATE_TEST_SUITE_P(Rfc9110Section8413, AcceptEncoding,
                         testing::Values(Encoding{{"x-gzip"}, all, HTTP_CODING_GZIP},
                                         Encoding{{"X-GZIP;q=0.2"}, all, HTTP_CODING_GZIP},
                                         Encoding{{"x-gzip;q=0"}, all, HTTP_CODING_IDENTITY},
                                         Encoding{{"x-br"}, all, HTTP_CODING_IDENTITY}));
// The highest weight; then the server's order
INSTANTIATE_TEST_SUITE_P(
    Weights, AcceptEncoding,
    testing::Values(
        Encoding{{"gzip, deflate, br, zstd"}, all, HTTP_CODING_BR},
        Encoding{{"gzip, deflate, br, zstd"}, all & ~br, HTTP_CODING_ZSTD},
        Encoding{{"gzip, deflate, br, zstd"}, gzip | deflate, HTTP_CODING_GZIP},
        Encoding{{"gzip, deflate, br, zstd"}, deflate, HTTP_CODING_DEFLATE},
        Encoding{{"br;q=0.5, gzip"}, all, HTTP_CODING_GZIP},
        Encoding{{"br;q=0.5, gzip;q=0.501"}, all, HTTP_CODING_GZIP},
        Encoding{{"br;q=0.5, gzip;q=0.5"}, all, HTTP_CODING_BR},
        Encoding{{"br;q=0.5, gzip;q=0.50"}, all, HTTP_CODING_BR},
        Encoding{{"br;q=0.001, gzip;q=0"}, all, HTTP_CODING_BR},
        Encoding{{"br;q=0, zstd;q=0, gzip;q=0.001"}, all, HTTP_CODING_GZIP},
        Encoding{{"br;q=0.8, gzip;q=0.9"}, br, HTTP_CODING_BR},
        Encoding{{"deflate;q=1, gzip;q=0.9, zstd;q=0.8, br;q=0.7"}, all, HTTP_CODING_DEFLATE}));
INSTANTIATE_TEST_SUITE_P(
    Identity, AcceptEncoding,
    testing::Values(Encoding{{"identity"}, all, HTTP_CODING_IDENTITY},
                    Encoding{{"identity, gzip"}, all, HTTP_CODING_GZIP},
                    Encoding{{"identity;q=1, gzip;q=0.999"}, all, HTTP_CODING_IDENTITY},
                    Encoding{{"identity;q=0.5, gzip;q=0.8, br;q=0.2"}, all, HTTP_CODING_GZIP},
                    Encoding{{"identity;q=0.5, gzip;q=0.8, br;q=0.2"}, br, HTTP_CODING_IDENTITY},
                    Encoding{{"gzip;q=0.001"}, all, HTTP_CODING_GZIP},
                    Encoding{{"identity;q=0, gzip;q=0.1"}, all, HTTP_CODING_GZIP},
                    // nothing that is acceptable: sent all the same, without a coding
                    Encoding{{"identity;q=0"}, all, HTTP_CODING_IDENTITY},
                    Encoding{{"identity;q=0, gzip"}, br, HTTP_CODING_IDENTITY},
                    Encoding{{"*;q=0"}, all, HTTP_CODING_IDENTITY}));
// "*" stands for what is not named
INSTANTIATE_TEST_SUITE_P(
    Asterisk, AcceptEncoding,
    testing::Values(Encoding{{"*"}, all, HTTP_CODING_BR}, Encoding{{"*"}, gzip, HTTP_CODING_GZIP},
                    Encoding{{"*"}, 0, HTTP_CODING_IDENTITY},
                    Encoding{{"*;q=0.5, br;q=0"}, all, HTTP_CODING_ZSTD},
                    Encoding{{"br;q=0, *;q=0.5"}, all, HTTP_CODING_ZSTD},
                    Encoding{{"gzip, *;q=0.5"}, all, HTTP_CODING_GZIP},
                    Encoding{{"gzip;q=0.1, *;q=0.5"}, all, HTTP_CODING_BR},
                    Encoding{{"gzip;q=0.1, *;q=0.5"}, gzip, HTTP_CODING_IDENTITY},
                    Encoding{{"identity;q=0.1, *;q=0.5"}, gzip, HTTP_CODING_GZIP},
                    Encoding{{"identity, *;q=0.5"}, all, HTTP_CODING_IDENTITY},
                    Encoding{{"gzip, *;q=0"}, all, HTTP_CODING_GZIP},
                    Encoding{{"gzip, *;q=0"}, br, HTTP_CODING_IDENTITY}));
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section53, AcceptEncoding,
    testing::Values(Encoding{{"gzip", "br"}, all, HTTP_CODING_BR},
                    Encoding{{"br;q=0.1", "", "gzip;q=0.2"}, all, HTTP_CODING_GZIP},
                    Encoding{{"identity", "br;q=0.5"}, all, HTTP_CODING_IDENTITY},
                    Encoding{{"gzip;q=0", "gzip"}, all, HTTP_CODING_GZIP},
                    Encoding{{"gzip", "gzip;q=0"}, all, HTTP_CODING_IDENTITY}));

class AcceptWeight : public testing::TestWithParam<std::string> {};

// A weight that is taken: less than that of another coding, and more than none.
TEST_P(AcceptWeight, IsTaken) {
    const Request less({"Accept-Encoding: gzip" + GetParam() + ", deflate;q=1"});
    const Request only({"Accept-Encoding: gzip" + GetParam()});

    EXPECT_EQ(http_accept_coding(less.get(), less.buf(), all), HTTP_CODING_DEFLATE) << GetParam();
    EXPECT_EQ(http_accept_coding(only.get(), only.buf(), all), HTTP_CODING_GZIP) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Rfc9110Section1242, AcceptWeight,
                         testing::Values(";q=0.5", ";q=0.05", ";q=0.005", ";q=0.999", ";q=0.001",
                                         ";Q=0.5", " ; q=0.5", "\t;\tq=0.5 ", ";;q=0.5", "; ;q=0.5",
                                         ";q=0.5;", ";a=b;q=0.5", ";q=0.5;a=b",
                                         ";a=\"q=0;,\\\"\";q=0.5"));

class AcceptWeightOne : public testing::TestWithParam<std::string> {};

// A weight of 1: more than 0.999, and then the server's order decides.
TEST_P(AcceptWeightOne, IsTheHighest) {
    const Request more({"Accept-Encoding: br;q=0.999, gzip" + GetParam()});
    const Request same({"Accept-Encoding: br, gzip" + GetParam()});

    EXPECT_EQ(http_accept_coding(more.get(), more.buf(), all), HTTP_CODING_GZIP) << GetParam();
    EXPECT_EQ(http_accept_coding(same.get(), same.buf(), all), HTTP_CODING_BR) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Rfc9110Section1242, AcceptWeightOne,
                         testing::Values("", ";q=1", ";q=1.", ";q=1.0", ";q=1.00", ";q=1.000", ";",
                                         " ; "));

class AcceptWeightNone : public testing::TestWithParam<std::string> {};

// A weight of 0, or none that is well-formed: never chosen.
TEST_P(AcceptWeightNone, IsNotChosen) {
    const Request request({"Accept-Encoding: gzip" + GetParam()});

    EXPECT_EQ(http_accept_coding(request.get(), request.buf(), all), HTTP_CODING_IDENTITY)
        << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Rfc9110Section1242, AcceptWeightNone,
                         testing::Values(";q=0", ";q=0.", ";q=0.0", ";q=0.00", ";q=0.000"));
INSTANTIATE_TEST_SUITE_P(Malformed, AcceptWeightNone,
                         testing::Values(";q", ";q=", ";q= ", ";q =1", ";q= 1", ";q=2", ";q=1.001",
                                         ";q=1.1", ";q=1.0000", ";q=0.5000", ";q=0.1234", ";q=.5",
                                         ";q=-1", ";q=+1", ";q=a", ";q=0.a", ";q=0,5x", ";q=0.5 x",
                                         ";q=10", ";q=01", ";q=00.5", ";q=1e0", ";q=\"1\"",
                                         ";q=1;q=2", ";=1", ";a=\"b", ";a=\"b\\", ";a=\"b\"c",
                                         ";a b", " q=1", "x;q=1", " x", "/1", "=1",
                                         ";q=0.5=", ";q=99999999999999999999"));

// A malformed member is as good as none: it does not count against "*", or another.
TEST(AcceptEncodingMalformed, IsPassedOver) {
    const Request asterisk({"Accept-Encoding: gzip;q=2, *;q=0.5"});
    const Request again({"Accept-Encoding: gzip, gzip;q=x"});
    const Request other({"Accept-Encoding: ;q=1, (, gzip"});

    EXPECT_EQ(http_accept_coding(asterisk.get(), asterisk.buf(), gzip), HTTP_CODING_GZIP);
    EXPECT_EQ(http_accept_coding(again.get(), again.buf(), gzip), HTTP_CODING_GZIP);
    EXPECT_EQ(http_accept_coding(other.get(), other.buf(), gzip), HTTP_CODING_GZIP);
}

struct Media {
    Lines values;
    bool json;
};

class Accept : public testing::TestWithParam<Media> {};

TEST_P(Accept, PrefersJsonOrHtml) {
    const auto &[values, json] = GetParam();
    Lines lines;

    for (const std::string &value : values)
        lines.push_back("Accept: " + value);
    const Request request(lines);
    EXPECT_EQ(http_accept_json(request.get(), request.buf()), json) << joined(lines);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section1251, Accept,
    testing::Values(Media{{}, false}, Media{{""}, false}, Media{{"*/*"}, false},
                    Media{{"text/html"}, false}, Media{{"application/json"}, true},
                    Media{{"Application/JSON"}, true}, Media{{"application/json;q=0"}, false},
                    Media{{"application/json;q=0.001"}, true},
                    Media{{"application/json, text/html"}, false},
                    Media{{"text/html, application/json"}, false},
                    Media{{"text/html;q=0.9, application/json"}, true},
                    Media{{"text/html, application/json;q=0.9"}, false},
                    Media{{"text/html;q=0.5, application/json;q=0.5"}, false},
                    Media{{"text/html;q=0.5, application/json;q=0.501"}, true},
                    Media{{"text/html;q=0, application/json;q=0"}, false},
                    Media{{"image/png"}, false}, Media{{"application/xml"}, false},
                    Media{{"application/jsonp, application/geo+json"}, false}));
// The most specific range decides over the weight, and between equal weights.
INSTANTIATE_TEST_SUITE_P(
    Specificity, Accept,
    testing::Values(
        Media{{"application/json, */*"}, true}, Media{{"application/json, text/plain, */*"}, true},
        Media{{"*/*, application/json"}, true}, Media{{"application/json, */*;q=0.5"}, true},
        Media{{"application/json;q=0.5, */*"}, false}, Media{{"application/*"}, true},
        Media{{"text/*"}, false}, Media{{"application/*, text/*"}, false},
        Media{{"application/*, */*"}, true}, Media{{"application/json, text/*"}, true},
        Media{{"application/*, text/html"}, false},
        Media{{"application/*;q=0.1, application/json, text/html;q=0.5"}, true},
        Media{{"application/json;q=0.1, application/*, text/html;q=0.5"}, false},
        Media{{"text/*;q=1, text/html;q=0.1, application/json;q=0.5"}, true},
        Media{{"text/html;q=0, */*"}, true}, Media{{"application/json;q=0, */*"}, false},
        Media{{"*/*;q=0, application/json"}, true}));
INSTANTIATE_TEST_SUITE_P(
    Browsers, Accept,
    testing::Values(Media{{"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
                           "image/webp,image/apng,*/*;q=0.8,"
                           "application/signed-exchange;v=b3;q=0.7"},
                          false},
                    Media{{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
                          false}));
INSTANTIATE_TEST_SUITE_P(
    Parameters, Accept,
    testing::Values(Media{{"application/json;charset=utf-8"}, true},
                    Media{{"application/json; charset=\"utf-8\" ; q=0.9, text/html;q=0.8"}, true},
                    Media{{"text/html;level=\"1,2;q=0\", application/json;q=0.5"}, false},
                    Media{{"text/html;level=1;q=0.4, application/json;q=0.5"}, true},
                    Media{{"application/json;q=0.9;a=b, text/html;q=0.8"}, true}));
INSTANTIATE_TEST_SUITE_P(
    MalformedOrRepeated, Accept,
    testing::Values(Media{{"application/json;q=2"}, false}, Media{{"application/json;q=x"}, false},
                    Media{{"application/json x"}, false}, Media{{"application"}, false},
                    Media{{"application/"}, false}, Media{{"/json"}, false}, Media{{"*"}, false},
                    Media{{"*/json"}, false}, Media{{"application/json/"}, false},
                    Media{{"text/html;q=x, application/json;q=0.1"}, true},
                    Media{{"text/html", "application/json"}, false},
                    Media{{"text/html;q=0.1", "application/json"}, true},
                    Media{{"", ",", "application/json"}, true},
                    Media{{"text/html, text/html;q=0.2, application/json;q=0.5"}, false},
                    Media{{"text/html;q=0.2, text/html, application/json;q=0.5"}, false}));

} // namespace
