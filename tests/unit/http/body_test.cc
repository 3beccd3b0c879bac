// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "body.h"
}

using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

struct Skipped {
    http_parse result;
    size_t used;
    u64 total;

    bool operator==(const Skipped &) const = default;
};

void PrintTo(const Skipped &skipped, std::ostream *out) {
    *out << "{result " << skipped.result << ", used " << skipped.used << ", total " << skipped.total
         << "}";
}

http_request request(http_framing framing, u64 length = 0) {
    http_request req;

    http_request_init(&req);
    req.framing = framing;
    req.content_length = length;
    return req;
}

// Delivers the stream in pieces that end at the given places, each in a buffer of its own size.
Skipped deliver(const http_request &req, std::string_view stream, const std::vector<size_t> &ends,
                u64 limit = UINT64_MAX) {
    http_body body;
    Skipped skipped{HTTP_PARSE_MORE, 0, 0};

    http_body_init(&body, &req, limit);
    for (size_t end : ends) {
        const std::vector<char> piece(stream.begin() + skipped.used, stream.begin() + end);
        u32 used;
        skipped.result = http_body_skip(&body, piece.data(), piece.size(), &used);
        skipped.used += used;
        skipped.total = body.total;
        EXPECT_LE(used, piece.size());
        if (skipped.result != HTTP_PARSE_MORE)
            break;
        EXPECT_EQ(used, piece.size());
    }
    return skipped;
}

// Delivers the stream at once, in every two parts, and octet by octet; all must agree.
Skipped skip(const http_request &req, std::string_view stream, u64 limit = UINT64_MAX) {
    const Skipped whole = deliver(req, stream, {stream.size()}, limit);
    std::vector<size_t> octets;

    for (size_t cut = 0; cut < stream.size(); cut++) {
        EXPECT_EQ(deliver(req, stream, {cut, stream.size()}, limit), whole) << "cut at " << cut;
        octets.push_back(cut);
    }
    octets.push_back(stream.size());
    EXPECT_EQ(deliver(req, stream, octets, limit), whole) << "octet by octet";
    return whole;
}

Skipped skip_chunked(std::string_view stream) {
    return skip(request(HTTP_FRAMING_CHUNKED), stream);
}

TEST(Body, IsDoneAtOnceWhereThereIsNone) {
    EXPECT_EQ(skip(request(HTTP_FRAMING_NONE), ""), (Skipped{HTTP_PARSE_DONE, 0, 0}));
    EXPECT_EQ(skip(request(HTTP_FRAMING_NONE), "GET"), (Skipped{HTTP_PARSE_DONE, 0, 0}));
    EXPECT_EQ(skip(request(HTTP_FRAMING_LENGTH, 0), "GET"), (Skipped{HTTP_PARSE_DONE, 0, 0}));
}

// RFC 9112 section 6.2
TEST(Body, EndsAtItsLength) {
    const http_request req = request(HTTP_FRAMING_LENGTH, 5);

    EXPECT_EQ(skip(req, ""), (Skipped{HTTP_PARSE_MORE, 0, 0}));
    EXPECT_EQ(skip(req, "1234"), (Skipped{HTTP_PARSE_MORE, 4, 4}));
    EXPECT_EQ(skip(req, "12345"), (Skipped{HTTP_PARSE_DONE, 5, 5}));
    EXPECT_EQ(skip(req, "\0\r\n\r\nGET /"sv), (Skipped{HTTP_PARSE_DONE, 5, 5}));
}

TEST(Body, MayBeLongerThan32Bits) {
    const http_request req = request(HTTP_FRAMING_LENGTH, u64{1} << 32);

    EXPECT_EQ(skip(req, "12345"), (Skipped{HTTP_PARSE_MORE, 5, 5}));
    EXPECT_EQ(skip(request(HTTP_FRAMING_LENGTH, UINT64_MAX), "12345"),
              (Skipped{HTTP_PARSE_MORE, 5, 5}));
}

TEST(Body, StaysDone) {
    const http_request req = request(HTTP_FRAMING_LENGTH, 1);
    http_body body;
    u32 used;

    http_body_init(&body, &req, UINT64_MAX);
    EXPECT_EQ(http_body_skip(&body, "12", 2, &used), HTTP_PARSE_DONE);
    EXPECT_EQ(used, 1u);
    EXPECT_EQ(http_body_skip(&body, "2", 1, &used), HTTP_PARSE_DONE);
    EXPECT_EQ(used, 0u);
}

TEST(Body, StaysMalformed) {
    const http_request req = request(HTTP_FRAMING_CHUNKED);
    http_body body;
    u32 used;

    http_body_init(&body, &req, UINT64_MAX);
    EXPECT_EQ(http_body_skip(&body, "x", 1, &used), HTTP_PARSE_ERROR);
    EXPECT_EQ(http_body_skip(&body, "0\r\n\r\n", 5, &used), HTTP_PARSE_ERROR);
    EXPECT_EQ(used, 0u);
}

struct Chunked {
    std::string_view stream;
    u64 total;
};

class BodyChunked : public testing::TestWithParam<Chunked> {};

TEST_P(BodyChunked, EndsBehindItsTrailer) {
    const auto &[stream, total] = GetParam();

    EXPECT_EQ(skip_chunked(stream), (Skipped{HTTP_PARSE_DONE, stream.size(), total})) << stream;
    EXPECT_EQ(skip_chunked(std::string(stream) + "GET / HTTP/1.1\r\n"),
              (Skipped{HTTP_PARSE_DONE, stream.size(), total}))
        << stream;
    for (size_t len = 0; len < stream.size(); len++)
        EXPECT_EQ(skip_chunked(stream.substr(0, len)).result, HTTP_PARSE_MORE) << stream << len;
}

// RFC 9112 section 7.1
INSTANTIATE_TEST_SUITE_P(
    Rfc9112Section71, BodyChunked,
    testing::Values(Chunked{"0\r\n\r\n", 0}, Chunked{"5\r\n12345\r\n0\r\n\r\n", 5},
                    Chunked{"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", 3}, Chunked{"000\r\n\r\n", 0},
                    Chunked{"A\r\n0123456789\r\n0\r\n\r\n", 10},
                    Chunked{"a\r\n0123456789\r\n0\r\n\r\n", 10},
                    Chunked{"10\r\n0123456789abcdef\r\n0\r\n\r\n", 16},
                    Chunked{"5\r\n\r\n0\r\n\r\n0\r\n\r\n", 5},
                    Chunked{"0000000000000001\r\na\r\n0000000000000000\r\n\r\n", 1}));

// Section 7.1.1, with the bad whitespace that its grammar allows
INSTANTIATE_TEST_SUITE_P(
    Rfc9112Section711, BodyChunked,
    testing::Values(Chunked{"0;a\r\n\r\n", 0}, Chunked{"1;a=b\r\nx\r\n0;c=d\r\n\r\n", 1},
                    Chunked{"0;a;b;c=d\r\n\r\n", 0}, Chunked{"0;a=\"\"\r\n\r\n", 0},
                    Chunked{"0;a=\"b;c, d\te\"\r\n\r\n", 0}, Chunked{"0;a=\"\\\"\\\\\"\r\n\r\n", 0},
                    Chunked{"0;a=\"\xc3\xa9\\\xff\";b\r\n\r\n", 0}, Chunked{"0 ;a\r\n\r\n", 0},
                    Chunked{"0 \t; \ta \t= \tb \t;c\r\n\r\n", 0},
                    Chunked{"0; a = \"b\" ; c\r\n\r\n", 0}, Chunked{"0;a ;b\r\n\r\n", 0}));

// Section 7.1.2
INSTANTIATE_TEST_SUITE_P(Rfc9112Section712, BodyChunked,
                         testing::Values(Chunked{"0\r\na: b\r\n\r\n", 0},
                                         Chunked{"0\r\na:\r\nb:c\r\n\r\n", 0},
                                         Chunked{"0\r\na: \t\xc3\xa9 \r\n\r\n", 0},
                                         Chunked{"0\r\nContent-Length: 5\r\n\r\n", 0}));

class BodyMalformed : public testing::TestWithParam<std::string_view> {};

TEST_P(BodyMalformed, IsRefused) {
    EXPECT_EQ(skip_chunked(GetParam()).result, HTTP_PARSE_ERROR) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Size, BodyMalformed,
                         testing::Values("\r\n", " 5\r\n", "\t5\r\n", "g\r\n", "-1\r\n", "+1\r\n",
                                         "0x5\r\n", "5g\r\n", "5_\r\n", ";a\r\n", "5 \r\n",
                                         "5\t\r\n", "5 5\r\n", "10000000000000000",
                                         "00000000000000000", "fffffffffffffffff", "5,", "\0"sv));
INSTANTIATE_TEST_SUITE_P(LineEnd, BodyMalformed,
                         testing::Values("5\n", "5\r5", "5\r\r\n", "5;a\n", "5;a\r5", "5;a=b\n",
                                         "5;a=\"\"\n", "5\r\n12345\n", "5\r\n12345\r0",
                                         "5\r\n123456\r\n", "5\r\n12345\r\n\r\n", "5\r\n1234567",
                                         "5\r\n12345 \r\n", "0\r\n\n", "0\r\n\r\r", "0\r\n\r0",
                                         "1\r\na0\r\n\r\n"));
INSTANTIATE_TEST_SUITE_P(
    Extension, BodyMalformed,
    testing::Values("5;\r\n", "5; \r\n", "5;;a\r\n", "5;a;\r\n", "5;a \r\n", "5;a=\r\n",
                    "5;a= \r\n", "5;a=b \r\n", "5;a=;b\r\n", "5;=b\r\n", "5;a==b\r\n",
                    "5;a=b=c\r\n", "5;a b\r\n", "5;a=b c\r\n", "5;a=\"b\"c\r\n", "5;a=\"b\" \r\n",
                    "5;a=\"b\"=c\r\n", "5;a=\"b\r\n", "5;a=\"\n", "5;a=\"\\\r\n", "5;a=b\"c\"\r\n",
                    "5;a=\"\x7f", "5;a=\"\\\x01", "5;a=\"\0"sv, "5;\xc3\xa9\r\n", "5;a=\xc3\r\n",
                    "5;(a)\r\n", "5;a ,b\r\n", "5,a\r\n", "5 a\r\n", "5 \n"));
INSTANTIATE_TEST_SUITE_P(Trailer, BodyMalformed,
                         testing::Values("0\r\n:a\r\n", "0\r\na\r\n", "0\r\na :b\r\n",
                                         "0\r\n a:b\r\n", "0\r\na:b\r\n c\r\n", "0\r\na:b\n",
                                         "0\r\na:b\rc", "0\r\na:\0"sv, "0\r\na:\x7f",
                                         "0\r\na\xc3:b\r\n",
                                         "0\r\n5"
                                         "\r\n"));

// A chunk size is 64 bits, and nothing is added up before the octets are there.
TEST(Body, TakesTheLargestChunk) {
    EXPECT_EQ(skip_chunked("ffffffffffffffff\r\n123"), (Skipped{HTTP_PARSE_MORE, 21, 3}));
}

// RFC 9110 section 15.5.14: what is announced is enough to refuse it.
TEST(Body, IsRefusedWhenItSaysThatItIsTooLong) {
    const http_request chunked = request(HTTP_FRAMING_CHUNKED);

    EXPECT_EQ(skip(request(HTTP_FRAMING_LENGTH, 5), "12345", 5), (Skipped{HTTP_PARSE_DONE, 5, 5}));
    EXPECT_EQ(skip(request(HTTP_FRAMING_LENGTH, 6), "123456", 5),
              (Skipped{HTTP_PARSE_ERROR, 0, 0}));
    EXPECT_EQ(skip(request(HTTP_FRAMING_LENGTH, UINT64_MAX), "", 5),
              (Skipped{HTTP_PARSE_ERROR, 0, 0}));
    EXPECT_EQ(skip(request(HTTP_FRAMING_NONE), "12", 0), (Skipped{HTTP_PARSE_DONE, 0, 0}));
    EXPECT_EQ(skip(chunked, "0\r\n\r\n", 0), (Skipped{HTTP_PARSE_DONE, 5, 0}));
    EXPECT_EQ(skip(chunked, "1\r\na\r\n0\r\n\r\n", 0), (Skipped{HTTP_PARSE_ERROR, 3, 0}));
    EXPECT_EQ(skip(chunked, "5\r\n12345\r\n0\r\n\r\n", 5), (Skipped{HTTP_PARSE_DONE, 15, 5}));
    EXPECT_EQ(skip(chunked, "6\r\n123456\r\n0\r\n\r\n", 5), (Skipped{HTTP_PARSE_ERROR, 3, 0}));
    EXPECT_EQ(skip(chunked, "ffffffffffffffff\r\n", 5), (Skipped{HTTP_PARSE_ERROR, 18, 0}));
}

// The sum counts, and it cannot wrap around.
TEST(Body, IsRefusedAtTheChunkThatIsTooMuch) {
    const http_request chunked = request(HTTP_FRAMING_CHUNKED);

    EXPECT_EQ(skip(chunked, "3\r\n123\r\n2\r\n45\r\n0\r\n\r\n", 5),
              (Skipped{HTTP_PARSE_DONE, 20, 5}));
    EXPECT_EQ(skip(chunked, "3\r\n123\r\n3\r\n456\r\n0\r\n\r\n", 5),
              (Skipped{HTTP_PARSE_ERROR, 11, 3}));
    EXPECT_EQ(skip(chunked, "3\r\n123\r\nfffffffffffffffe\r\n", 5),
              (Skipped{HTTP_PARSE_ERROR, 26, 3}));
    EXPECT_EQ(skip(chunked, "3\r\n123\r\nfffffffffffffffe\r\n"),
              (Skipped{HTTP_PARSE_ERROR, 26, 3}));
}

// RFC 9112 section 7.1.1 asks for a limit on extensions; trailer fields count as well.
TEST(Body, HasALimitOnExtensionsAndTrailer) {
    const http_request req = request(HTTP_FRAMING_CHUNKED);
    // Octets that count: of an extension those behind the ";", with the CR.
    const std::string extension =
        "1;" + std::string(HTTP_BODY_EXTRA_MAX / 2 - 1, 'a') + "\r\nx\r\n";
    // Of the trailer all but the last LF.
    const std::string trailer =
        "0\r\na:" + std::string(HTTP_BODY_EXTRA_MAX / 2 - 5, 'b') + "\r\n\r\n";
    const std::string longer =
        "0\r\na:" + std::string(HTTP_BODY_EXTRA_MAX / 2 - 4, 'b') + "\r\n\r\n";
    const auto at_once = [&](const std::string &stream) {
        return deliver(req, stream, {stream.size()}).result;
    };

    EXPECT_EQ(at_once(extension + trailer), HTTP_PARSE_DONE);
    EXPECT_EQ(at_once(extension + longer), HTTP_PARSE_ERROR);
    EXPECT_EQ(at_once(extension + extension), HTTP_PARSE_MORE);
    EXPECT_EQ(at_once(extension + extension + "1;a"), HTTP_PARSE_ERROR);
    EXPECT_EQ(at_once("1;" + std::string(HTTP_BODY_EXTRA_MAX, 'a')), HTTP_PARSE_MORE);
    EXPECT_EQ(at_once("1;" + std::string(HTTP_BODY_EXTRA_MAX + 1, 'a')), HTTP_PARSE_ERROR);
    EXPECT_EQ(at_once("0\r\n" + std::string(HTTP_BODY_EXTRA_MAX + 1, 'a')), HTTP_PARSE_ERROR);
}

// Octets of the framing itself do not count.
TEST(Body, HasNoLimitOnTheNumberOfChunks) {
    const http_request req = request(HTTP_FRAMING_CHUNKED);
    std::string stream;

    for (int i = 0; i < 10000; i++)
        stream += "1\r\nx\r\n";
    stream += "0\r\n\r\n";
    EXPECT_EQ(deliver(req, stream, {stream.size()}),
              (Skipped{HTTP_PARSE_DONE, stream.size(), 10000}));
}

} // namespace
