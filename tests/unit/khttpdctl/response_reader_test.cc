// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/response_reader.h"

namespace khttpd::bench {
namespace {

using State = ResponseReader::State;

struct Complete {
    std::string octets;
    int status = 200;
    bool persistent = true;
};

const std::vector<Complete> &complete_responses() {
    static const std::vector<Complete> responses = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\ncontent-length:3 \r\n\r\n\r\n\r"},
        {"HTTP/1.1 404 Not Found\nCONTENT-LENGTH:\t2\n\nno", 404},
        {"HTTP/1.1 299\r\nContent-Length: 1\r\n\r\nx", 299},
        {"HTTP/1.1 204 No Content\r\n\r\n", 204},
        {"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", 304},
        {"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", 304},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n"
         "5\r\nhello\r\n00A ;name=\"1\"\r\n0123456789\r\n0\r\nAge: 1\r\n\r\n"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
         "1\r\n\n\r\n0\r\n\r\n"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n"
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", 200, false},
        {"HTTP/1.1 200 OK\r\nconnection: Foo , Close\r\nContent-Length: 1\r\n\r\nx", 200, false},
        {"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, false},
        {"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx"},
    };
    return responses;
}

const std::vector<std::string> &malformed_responses() {
    static const std::vector<std::string> responses = {
        "\n",
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/2 200\r\n",
        "HTTP/1.1\r\n",
        "HTTP/1.1 20\r\n",
        "HTTP/1.1 2x0 OK\r\n",
        "HTTP/1.1 2000 OK\r\n",
        "HTTP/1.1 099 OK\r\n",
        "HTTP/1.1 600 OK\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno field\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000000\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\n",
    };
    return responses;
}

/// Gives the reader all of the pieces; it has to take all of each, or else they come to their end.
void give(ResponseReader &reader, std::initializer_list<std::string_view> pieces) {
    for (const std::string_view piece : pieces)
        EXPECT_EQ(reader.take(piece), piece.size());
}

void expect_complete(const ResponseReader &reader, const Complete &expected) {
    EXPECT_EQ(reader.state(), State::complete) << expected.octets;
    EXPECT_EQ(reader.status(), expected.status) << expected.octets;
    EXPECT_EQ(reader.persistent(), expected.persistent) << expected.octets;
}

TEST(ResponseReader, FindsTheEndHoweverItIsCut) {
    for (const Complete &response : complete_responses()) {
        const std::string_view octets = response.octets;
        for (std::size_t cut = 0; cut < octets.size(); ++cut) {
            ResponseReader reader;
            give(reader, {octets.substr(0, cut)});
            EXPECT_EQ(reader.state(), State::reading) << octets.substr(0, cut);
            give(reader, {octets.substr(cut)});
            expect_complete(reader, response);
        }
    }
}

TEST(ResponseReader, TakesOctetAfterOctet) {
    for (const Complete &response : complete_responses()) {
        ResponseReader reader;
        for (const char &octet : response.octets)
            give(reader, {{&octet, 1}});
        expect_complete(reader, response);
    }
}

TEST(ResponseReader, LeavesTheNextResponse) {
    std::string stream;
    for (const Complete &response : complete_responses())
        stream += response.octets;
    std::string_view rest = stream;
    ResponseReader reader;
    for (const Complete &response : complete_responses()) {
        reader.restart();
        rest.remove_prefix(reader.take(rest));
        expect_complete(reader, response);
    }
    EXPECT_EQ(rest, "");
}

TEST(ResponseReader, NoticesWhatIsNoResponse) {
    for (const std::string &octets : malformed_responses())
        for (std::size_t cut = 0; cut < octets.size(); ++cut) {
            ResponseReader reader;
            reader.take(std::string_view{octets}.substr(0, cut));
            reader.take(std::string_view{octets}.substr(cut));
            EXPECT_EQ(reader.state(), State::malformed) << octets;
        }
}

TEST(ResponseReader, EndsWithTheConnectionWhereThereIsNoOtherEnd) {
    for (const char *fields : {"", "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n"}) {
        const std::string head = std::string{"HTTP/1.1 200 OK\r\n"} + fields + "\r\n";
        ResponseReader reader;
        give(reader, {head, "a", "", "HTTP/1.1 200 OK\r\n\r\n"});
        EXPECT_EQ(reader.state(), State::reading);
        reader.end();
        EXPECT_EQ(reader.state(), State::complete);
        EXPECT_FALSE(reader.persistent());
    }
}

TEST(ResponseReader, NoticesThatTheEndIsMissing) {
    for (const Complete &response : complete_responses())
        for (std::size_t cut = 0; cut < response.octets.size(); ++cut) {
            ResponseReader reader;
            give(reader, {std::string_view{response.octets}.substr(0, cut)});
            reader.end();
            EXPECT_EQ(reader.state(), State::reading) << response.octets.substr(0, cut);
        }
}

TEST(ResponseReader, KeepsNoMoreOfALineThanIsReasonable) {
    ResponseReader reader;
    const std::string part(1000, 'x');
    reader.take("HTTP/1.1 200 OK\r\n");
    std::size_t taken = 0;
    while (reader.state() == State::reading && taken < 1'000'000)
        taken += reader.take(part);
    EXPECT_EQ(reader.state(), State::malformed);
    EXPECT_LT(taken, 100'000U);
}

TEST(ResponseReader, TakesMoreChunksThanLinesOfAHead) {
    ResponseReader reader;
    reader.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 100'000; ++i)
        reader.take("1\r\nx\r\n");
    EXPECT_EQ(reader.state(), State::reading);
    reader.take("0\r\n\r\n");
    EXPECT_EQ(reader.state(), State::complete);
}

} // namespace
} // namespace khttpd::bench
