// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "local_server.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::LocalServer;
using test::Peer;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const std::string last = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const json no_errors = {{"connect", 0}, {"reset", 0},     {"closed", 0},
                        {"timeout", 0}, {"malformed", 0}, {"status", 0}};

/// Answers whatever is asked.
void serve(Peer &peer) {
    while (!peer.request().empty())
        peer.send(good);
}

/// `khttpdctl bench` against a server of the test's own. There is no module: none is needed.
class Bench : public test::CliTest {
  protected:
    Bench() { module_ = host::ModuleState::missing; }

    /// Runs it, and returns what it tells as JSON.
    json bench(const LocalServer &server, std::vector<std::string> options) {
        options.insert(options.begin(), {"bench", server.url("/file"), "--json"});
        status_ = run(options);
        return json::parse(out());
    }

    /// The errors of ten requests on a connection, each of which has something against it.
    json errors_of(LocalServer::Visit visit, std::vector<std::string> options = {}) {
        const LocalServer server{std::move(visit)};
        options.insert(options.begin(), {"-n", "10", "-c", "1"});
        const json told = bench(server, options);
        EXPECT_EQ(told["requests"], 10);
        EXPECT_EQ(told["good"], 0);
        EXPECT_EQ(status_, 69);
        EXPECT_THAT(err(), StartsWith("error: no request succeeded\n"));
        return told["errors"];
    }

    /// Ten errors of a kind, and no others.
    static json ten(const char *kind) {
        json errors = no_errors;
        errors[kind] = 10;
        return errors;
    }

    int status_ = -1;
};

TEST_F(Bench, MakesAsManyRequestsAsItIsTold) {
    const LocalServer server{serve};
    const json told = bench(server, {"-n", "1000", "-c", "4"});
    EXPECT_EQ(status_, 0);
    EXPECT_EQ(server.requests(), 1000);
    // One of them to see whether the server is there.
    EXPECT_EQ(server.accepted(), 5);
    EXPECT_EQ(told["schema_version"], 1);
    EXPECT_EQ(told["requests"], 1000);
    EXPECT_EQ(told["good"], 1000);
    EXPECT_EQ(told["status"], json({{"200", 1000}}));
    EXPECT_EQ(told["errors"], no_errors);
    EXPECT_EQ(told["bytes_received"], 1000 * good.size());
    EXPECT_EQ(told["interrupted"], false);
    EXPECT_EQ(told["idle"], json({{"asked", 0}, {"opened", 0}, {"ended", 0}}));
    EXPECT_GT(told["seconds"], 0);
    EXPECT_DOUBLE_EQ(told["requests_per_second"].get<double>() * told["seconds"].get<double>(),
                     1000);
}

TEST_F(Bench, TellsLatenciesInOrder) {
    const LocalServer server{serve};
    const json latency = bench(server, {"-n", "50", "-c", "2"})["latency"];
    EXPECT_EQ(latency["count"], 50);
    std::uint64_t before = 1;
    for (const char *name : {"p50_ns", "p90_ns", "p99_ns", "p99_9_ns", "max_ns"}) {
        EXPECT_GE(latency[name], before) << name;
        before = latency[name];
    }
}

TEST_F(Bench, HasTheLinesOfHtstress) {
    const LocalServer server{serve};
    EXPECT_EQ(run({"bench", server.url(), "-n", "10"}), 0);
    EXPECT_THAT(out(), MatchesRegex("requests:      10\n"
                                    "good requests: 10 \\[100%\\]\n"
                                    "bad requests:  0 \\[0%\\]\n"
                                    "socket errors: 0 \\[0%\\]\n"
                                    "seconds:       [0-9]+\\.[0-9]{3}\n"
                                    "requests/sec:  [0-9]+\\.[0-9]{3}\n"
                                    "\n"
                                    "received       430 B, .*\n"
                                    "latency p50    .*\n"
                                    "latency p90    .*\n"
                                    "latency p99    .*\n"
                                    "latency p99\\.9  .*\n"
                                    "latency max    .*\n"
                                    "status 200     10\n"));
    EXPECT_THAT(err(), IsEmpty());
}

TEST_F(Bench, SharesTheLoadAmongThreads) {
    const LocalServer server{serve};
    const json told = bench(server, {"-n", "101", "-c", "5", "-t", "3"});
    EXPECT_EQ(told["good"], 101);
    EXPECT_EQ(server.requests(), 101);
    EXPECT_EQ(server.accepted(), 1 + 5);
}

TEST_F(Bench, SendsTheFieldsThatItIsGiven) {
    std::string head;
    const LocalServer server{[&head](Peer &peer) {
        const std::string request = peer.request();
        if (!request.empty())
            head = request;
        peer.send(last);
    }};
    bench(server, {"-n", "1", "-c", "1", "--header", "A: 1", "--header", "Host: b"});
    EXPECT_EQ(head, "GET /file HTTP/1.1\r\nA: 1\r\nHost: b\r\n\r\n");
}

TEST_F(Bench, TakesAConnectionForEachRequest) {
    const LocalServer server{serve};
    const json told = bench(server, {"-n", "30", "-c", "4", "--no-keep-alive"});
    EXPECT_EQ(told["good"], 30);
    EXPECT_EQ(server.requests(), 30);
    EXPECT_EQ(server.accepted(), 1 + 30);
}

/// The server answers nothing until it has the number of requests that are to be unanswered.
TEST_F(Bench, Pipelines) {
    const LocalServer server{[](Peer &peer) {
        while (!peer.request().empty()) {
            std::string responses = good;
            for (int i = 1; i < 8; ++i) {
                peer.request();
                responses += good;
            }
            peer.send(responses);
        }
    }};
    const json told = bench(server, {"-n", "96", "-c", "2", "--pipeline", "8"});
    EXPECT_EQ(told["good"], 96);
    EXPECT_EQ(told["errors"], no_errors);
}

/// Those that were sent after the last response of a connection are no errors, and are asked again.
TEST_F(Bench, AsksAgainWhatAClosedConnectionDoesNotAnswer) {
    const LocalServer server{[](Peer &peer) {
        for (int i = 1; i < 5; ++i) {
            if (peer.request().empty())
                return;
            peer.send(good);
        }
        peer.request();
        peer.send(last);
        peer.wait_for_end();
    }};
    const json told = bench(server, {"-n", "100", "-c", "3", "--pipeline", "4"});
    EXPECT_EQ(told["good"], 100);
    EXPECT_EQ(told["requests"], 100);
    EXPECT_EQ(told["errors"], no_errors);
}

TEST_F(Bench, TakesChunksAndTheEndOfTheConnection) {
    const LocalServer server{[](Peer &peer) {
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\n\r\nhello");
    }};
    const json told = bench(server, {"-n", "20", "-c", "1"});
    EXPECT_EQ(told["good"], 20);
    EXPECT_EQ(told["errors"], no_errors);
}

TEST_F(Bench, WaitsForWhatWasAskedWhenTheTimeIsOver) {
    const LocalServer server{serve};
    const json told = bench(server, {"-d", "0.2", "-c", "3", "--pipeline", "2"});
    EXPECT_EQ(status_, 0);
    EXPECT_EQ(told["requests"], server.requests());
    EXPECT_EQ(told["good"], server.requests());
    EXPECT_GE(told["seconds"], 0.2);
}

TEST_F(Bench, CountsConnectionsThatAreClosed) {
    EXPECT_EQ(errors_of([](Peer &peer) { peer.request(); }), ten("closed"));
}

TEST_F(Bench, CountsResponsesThatAreCutOff) {
    for (const std::string &part : {good.substr(0, good.size() - 1), good.substr(0, 20)})
        EXPECT_EQ(errors_of([&part](Peer &peer) {
                      peer.request();
                      peer.send(part);
                  }),
                  ten("closed"));
}

TEST_F(Bench, CountsResets) {
    EXPECT_EQ(errors_of([](Peer &peer) {
                  peer.request();
                  peer.send("HTTP/1.1 200 OK\r\n");
                  peer.reset();
              }),
              ten("reset"));
}

TEST_F(Bench, CountsGarbage) {
    EXPECT_EQ(errors_of([](Peer &peer) {
                  peer.request();
                  peer.send("220 mail.example.org ESMTP\r\n");
                  peer.wait_for_end();
              }),
              ten("malformed"));
}

TEST_F(Bench, CountsSilence) {
    const auto mute = [](Peer &peer) { peer.wait_for_end(); };
    EXPECT_EQ(errors_of(mute, {"--timeout", "0.1"}), ten("timeout"));
    EXPECT_EQ(errors_of(mute, {"--timeout", "0.1", "--pipeline", "5"}), ten("timeout"));
    EXPECT_EQ(errors_of(mute, {"--timeout", "0.1", "--no-keep-alive"}), ten("timeout"));
}

TEST_F(Bench, WaitsForSilenceNoLongerThanToldAfterTheEnd) {
    const LocalServer server{[](Peer &peer) { peer.wait_for_end(); }};
    const json told = bench(server, {"-d", "0.1", "-c", "2", "--timeout", "0.3"});
    EXPECT_EQ(status_, 69);
    EXPECT_EQ(told["errors"]["timeout"], 2);
    EXPECT_EQ(told["requests"], 2);
}

TEST_F(Bench, CountsOtherStatus) {
    EXPECT_EQ(errors_of([](Peer &peer) {
                  while (!peer.request().empty())
                      peer.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
              }),
              ten("status"));
    EXPECT_THAT(err(), HasSubstr("hint: does the server have"));
}

TEST_F(Bench, CountsConnectionsThatCannotBeMade) {
    LocalServer server{[&server](Peer &peer) {
        if (peer.request().empty())
            return;
        server.stop();
        peer.send(last);
    }};
    const json told = bench(server, {"-n", "5", "-c", "1"});
    EXPECT_EQ(status_, 0);
    EXPECT_EQ(told["good"], 1);
    EXPECT_EQ(told["errors"]["connect"], 4);
    // It takes its time to try again.
    EXPECT_GE(told["seconds"], 0.1);
}

TEST_F(Bench, NoticesMoreThanWasAskedFor) {
    const LocalServer server{[](Peer &peer) {
        peer.request();
        peer.send(good + "x");
        peer.wait_for_end();
    }};
    const json told = bench(server, {"-n", "10", "-c", "1"});
    EXPECT_EQ(told["good"], 5);
    EXPECT_EQ(told["errors"]["malformed"], 5);
}

/// A request that is larger than what sockets keep, and a server that does not wait for its end.
TEST_F(Bench, TakesAnAnswerThatComesBeforeTheRequestIsSent) {
    const LocalServer server{[](Peer &peer) {
        peer.first_octet();
        peer.send(good);
        peer.wait_for_end();
    }};
    const std::string large(64 << 20, 'x');
    const json told = bench(server, {"-n", "3", "-c", "1", "--header", "X: " + large});
    EXPECT_EQ(told["good"], 3);
    EXPECT_EQ(told["errors"], no_errors);
}

TEST_F(Bench, HasIdleConnectionsBesideTheOthers) {
    const LocalServer server{serve};
    const json told = bench(server, {"-n", "20", "-c", "2", "--idle", "100"});
    EXPECT_EQ(told["idle"], json({{"asked", 100}, {"opened", 100}, {"ended", 0}}));
    EXPECT_EQ(server.accepted(), 1 + 2 + 100);
    EXPECT_EQ(server.requests(), 20);
}

TEST_F(Bench, EndsWhenItIsInterrupted) {
    const LocalServer server{[&server](Peer &peer) {
        while (!peer.request().empty()) {
            peer.send(good);
            if (server.requests() == 50)
                kill(getpid(), SIGINT);
        }
    }};
    const json told = bench(server, {"-d", "3600", "-c", "1"});
    EXPECT_EQ(status_, 0);
    EXPECT_EQ(told["interrupted"], true);
    EXPECT_GE(told["good"], 49);
}

TEST_F(Bench, TellsThatThereIsNoServer) {
    std::string url;
    {
        LocalServer server{serve};
        url = server.url();
    }
    EXPECT_EQ(run({"bench", url}), 69);
    EXPECT_THAT(err(), AllOf(StartsWith("error: cannot connect to 127.0.0.1 port "),
                             HasSubstr("Connection refused\nhint: ")));
    EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Bench, TellsWhatIsWrongWithTheCommandLine) {
    const std::pair<std::vector<std::string>, std::string> wrong[] = {
        {{}, "URL is required"},
        {{"https://127.0.0.1/"}, "only http:// can be asked"},
        {{"http://127.0.0.1/", "-c", "0"}, "--connections"},
        {{"http://127.0.0.1/", "-n", "0"}, "--requests"},
        {{"http://127.0.0.1/", "-n", "some"}, "--requests"},
        {{"http://127.0.0.1/", "-d", "0"}, "--duration"},
        {{"http://127.0.0.1/", "-t", "17"}, "more threads than connections"},
        {{"http://127.0.0.1/", "--pipeline", "0"}, "--pipeline"},
        {{"http://127.0.0.1/", "--pipeline", "2", "--no-keep-alive"}, "excludes"},
        {{"http://127.0.0.1/", "--header", "none"}, "'none' is no header field"},
        {{"http://127.0.0.1/", "--timeout", "0"}, "--timeout"},
        {{"http://127.0.0.1/", "more"}, "more"},
    };
    for (auto [arguments, message] : wrong) {
        arguments.insert(arguments.begin(), "bench");
        EXPECT_EQ(run(arguments), 64) << message;
        EXPECT_THAT(err(), AllOf(StartsWith("error: "), HasSubstr(message)));
        EXPECT_THAT(out(), IsEmpty());
    }
}

} // namespace
} // namespace khttpd
