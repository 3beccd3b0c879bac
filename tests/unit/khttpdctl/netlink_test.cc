// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <cerrno>
#include <cstring>

#include "fake_kernel.h"
#include "netlink/client.h"
#include "netlink/refusal.h"

namespace khttpd::netlink {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A request with everything in it.
Message full_request() {
    Change change;
    change.state = KHTTPD_STATE_RUNNING;
    change.root = "/srv/www";
    change.uid = 33;
    change.gid = 33;
    change.listeners = {Listener{}, Listener{*Address::parse("127.0.0.1"), 8080, false, 16}};
    for (const Number &number : numbers())
        change.numbers.push_back({&number, number.max});
    return encode_change(change);
}

/// The offset of the @index-th attribute @type in the @nest_index-th nest @nest, as the kernel
/// counts.
std::uint32_t offset_of(const Message &request, int nest, int nest_index, int type) {
    const auto *base = reinterpret_cast<const char *>(request.header());
    nlattr *outer;
    int left;
    nla_for_each_attr(outer, request.attributes(), request.attributes_length(), left) {
        if (nla_type(outer) != nest || nest_index-- > 0)
            continue;
        const nlattr *inner =
            nla_find(static_cast<nlattr *>(nla_data(outer)), nla_len(outer), type);
        return static_cast<std::uint32_t>(reinterpret_cast<const char *>(inner) - base);
    }
    ADD_FAILURE() << "no such nest";
    return 0;
}

/// A received NLMSG_ERROR or NLMSG_DONE, as the kernel lays it out.
class RawAck {
  public:
    RawAck(std::uint16_t type, std::uint16_t flags) : msg_(nlmsg_alloc_simple(type, flags)) {}

    ~RawAck() { nlmsg_free(msg_); }

    template<typename Body>
    RawAck &body(const Body &body) {
        nlmsg_append(msg_, const_cast<Body *>(&body), sizeof(body), NLMSG_ALIGNTO);
        return *this;
    }

    RawAck &text(const char *text) {
        nla_put_string(msg_, NLMSGERR_ATTR_MSG, text);
        return *this;
    }

    RawAck &number(int type, std::uint32_t value) {
        nla_put_u32(msg_, type, value);
        return *this;
    }

    Ack parse() const { return parse_ack(nlmsg_hdr(msg_)); }

  private:
    nl_msg *msg_;
};

nlmsgerr error_body(int error, std::uint32_t request_length = NLMSG_HDRLEN) {
    nlmsgerr body{};
    body.error = error;
    body.msg.nlmsg_len = request_length;
    return body;
}

TEST(Extack, IsReadFromACappedError) {
    const Ack ack = RawAck{NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS}
                        .body(error_body(-EADDRINUSE, 4000))
                        .text("port is taken")
                        .number(NLMSGERR_ATTR_OFFS, 44)
                        .parse();
    EXPECT_EQ(ack.error, EADDRINUSE);
    EXPECT_EQ(ack.message, "port is taken");
    EXPECT_EQ(ack.offset, 44U);
    EXPECT_EQ(ack.missing_type, std::nullopt);
}

TEST(Extack, IsReadAfterTheRequestThatComesBack) {
    struct {
        nlmsgerr error;
        char payload[20];
    } body{error_body(-EINVAL, NLMSG_HDRLEN + 20), {}};

    const Ack ack = RawAck{NLMSG_ERROR, NLM_F_ACK_TLVS}
                        .body(body)
                        .text("no")
                        .number(NLMSGERR_ATTR_MISS_TYPE, 3)
                        .number(NLMSGERR_ATTR_MISS_NEST, 20)
                        .parse();
    EXPECT_EQ(ack.message, "no");
    EXPECT_EQ(ack.missing_type, 3U);
    EXPECT_EQ(ack.missing_nest, 20U);
}

TEST(Extack, IsReadFromTheEndOfADump) {
    const Ack ack = RawAck{NLMSG_DONE, NLM_F_ACK_TLVS}.body(int{-ENOMEM}).text("late").parse();
    EXPECT_EQ(ack.error, ENOMEM);
    EXPECT_EQ(ack.message, "late");
}

TEST(Extack, MayBeAbsentOrCutShort) {
    EXPECT_EQ((RawAck{NLMSG_ERROR, NLM_F_CAPPED}.body(error_body(-EPERM)).parse().error), EPERM);
    EXPECT_EQ((RawAck{NLMSG_ERROR, NLM_F_ACK_TLVS}.body(error_body(-EPERM, 4000)).text("x").parse())
                  .message,
              "");
    EXPECT_EQ((RawAck{NLMSG_ERROR, NLM_F_ACK_TLVS}.parse().error), 0);
    EXPECT_EQ((RawAck{NLMSG_DONE, 0}.body(int{0}).parse().error), 0);
}

TEST(AttributeAtFault, IsNamedAsInTheFiles) {
    const Message request = full_request();
    const auto name = [&](int nest, int index, int type) {
        Ack ack;
        ack.offset = offset_of(request, nest, index, type);
        return attribute_at_fault(request, ack);
    };
    EXPECT_EQ(name(KHTTPD_A_CHANGE_SERVER, 0, KHTTPD_A_SERVER_ROOT), "server.root");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_SERVER, 0, KHTTPD_A_SERVER_UID), "server.user");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_LISTENER, 0, KHTTPD_A_LISTENER_ADDR6), "listener[0].address");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_LISTENER, 1, KHTTPD_A_LISTENER_PORT), "listener[1].port");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_WORKQUEUE, 0, KHTTPD_A_WORKQUEUE_FLAGS), "workqueue.hot.flags");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_WORKQUEUE, 1, KHTTPD_A_WORKQUEUE_MAX_ACTIVE),
              "workqueue.cold.max-active");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_TIMEOUTS, 0, KHTTPD_A_TIMEOUTS_LINGER_MS), "timeouts.linger-ms");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_LIMITS, 0, KHTTPD_A_LIMITS_REQUESTS), "limits.requests");
}

TEST(AttributeAtFault, MayBeANestOrNothing) {
    const Message request = full_request();
    Ack ack;
    ack.offset =
        offset_of(request, KHTTPD_A_CHANGE_LISTENER, 1, KHTTPD_A_LISTENER_ADDR4) - NLA_HDRLEN;
    EXPECT_EQ(attribute_at_fault(request, ack), "listener[1]");
    ack.offset = 1 << 20;
    EXPECT_EQ(attribute_at_fault(request, ack), "");
    EXPECT_EQ(attribute_at_fault(request, Ack{}), "");
}

TEST(AttributeAtFault, MayBeMissing) {
    const Message request = full_request();
    Ack ack;
    ack.missing_type = KHTTPD_A_LISTENER_PORT;
    ack.missing_nest =
        offset_of(request, KHTTPD_A_CHANGE_LISTENER, 1, KHTTPD_A_LISTENER_ADDR4) - NLA_HDRLEN;
    EXPECT_EQ(attribute_at_fault(request, ack), "listener[1].port");
    ack = Ack{};
    ack.missing_type = KHTTPD_A_CHANGE_SERVER;
    EXPECT_EQ(attribute_at_fault(request, ack), "server");
    ack.missing_type = 99;
    EXPECT_EQ(attribute_at_fault(request, ack), "");
}

struct Class {
    int error;
    ExitCode code;
};

class Refusal : public testing::TestWithParam<Class> {};

TEST_P(Refusal, HasItsExitCode) {
    Ack ack;
    ack.error = GetParam().error;
    const Error error = refusal(full_request(), ack);
    EXPECT_EQ(error.code, GetParam().code);
    EXPECT_FALSE(error.message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, Refusal,
    testing::Values(Class{EPERM, ExitCode::permission}, Class{EACCES, ExitCode::permission},
                    Class{EBUSY, ExitCode::temporary}, Class{ESTALE, ExitCode::temporary},
                    Class{EADDRINUSE, ExitCode::os_error}, Class{EADDRNOTAVAIL, ExitCode::config},
                    Class{EINVAL, ExitCode::config}, Class{ERANGE, ExitCode::config},
                    Class{ENOENT, ExitCode::unavailable}, Class{ENOMEM, ExitCode::os_error}));

TEST(RefusalOfTheRoot, IsAMissingRoot) {
    const Message request = full_request();
    Ack ack;
    ack.error = ENOENT;
    ack.message = "no such directory";
    ack.offset = offset_of(request, KHTTPD_A_CHANGE_SERVER, 0, KHTTPD_A_SERVER_ROOT);
    const Error error = refusal(request, ack);
    EXPECT_EQ(error.code, ExitCode::no_root);
    EXPECT_EQ(error.message, "server.root: no such directory");
    EXPECT_EQ(error.subject, "server.root");
}

class ClientTest : public testing::Test {
  protected:
    test::FakeKernel kernel_;
    Client client_{kernel_.connect()};
};

TEST_F(ClientTest, ReadsWhatItSet) {
    Change change;
    change.state = KHTTPD_STATE_RUNNING;
    change.root = "/srv/www";
    change.uid = 33;
    change.gid = 34;
    change.listeners = {Listener{*Address::parse("::1"), 81, true, 2},
                        Listener{*Address::parse("10.1.2.3"), 82, false, 3}};
    for (const Number &number : numbers())
        change.numbers.push_back({&number, number.max});
    ASSERT_TRUE(client_.change(change));

    const auto server = client_.everything();
    ASSERT_TRUE(server);
    EXPECT_EQ(server->state, KHTTPD_STATE_RUNNING);
    EXPECT_EQ(server->generation, 2U);
    EXPECT_EQ(server->settings.root, "/srv/www");
    EXPECT_EQ(server->settings.uid, 33U);
    EXPECT_EQ(server->settings.gid, 34U);
    EXPECT_EQ(server->settings.listeners, *change.listeners);
    for (const Number &number : numbers())
        EXPECT_EQ(server->settings.*number.member, number.max) << number.key;
}

TEST_F(ClientTest, ReadsTheLongestRoot) {
    Change change;
    change.root = "/" + std::string(KHTTPD_PATH_MAX - 1, 'x');
    change.listeners.emplace();
    for (std::uint32_t i = 0; i < KHTTPD_LISTENERS_MAX; ++i)
        change.listeners->push_back(Listener{Address{}, 1000 + i, false, 1});
    const auto changed = client_.change(change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->server.settings.root, *change.root);
    EXPECT_EQ(kernel_.server.settings.listeners, *change.listeners);
}

TEST_F(ClientTest, ReadsStats) {
    kernel_.stats.started_ns = 5;
    kernel_.stats.now_ns = 1ULL << 60;
    kernel_.stats.requests = 1ULL << 40;
    kernel_.stats.status = {{200, 10}, {404, 2}};
    kernel_.stats.refused = {{KHTTPD_REFUSAL_LIMIT, 4}};
    kernel_.stats.latency = {{0, 1}, {1024, 2}, {2048, 3}};
    const auto stats = client_.stats();
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->now_ns, 1ULL << 60);
    EXPECT_EQ(stats->requests, 1ULL << 40);
    EXPECT_EQ(stats->status, kernel_.stats.status);
    EXPECT_EQ(stats->refused, kernel_.stats.refused);
    EXPECT_THAT(stats->latency, ElementsAre(Bucket{1024, 2}, Bucket{2048, 3}, Bucket{0, 1}));
}

TEST_F(ClientTest, BeginsAnInterruptedDumpAnew) {
    kernel_.interrupted_dumps = 2;
    const auto listeners = client_.listeners();
    ASSERT_TRUE(listeners);
    EXPECT_EQ(listeners->size(), 1U);
    EXPECT_EQ(kernel_.requests, 3);
}

TEST_F(ClientTest, GivesUpOnADumpThatIsAlwaysInterrupted) {
    kernel_.interrupted_dumps = 1000;
    const auto listeners = client_.listeners();
    ASSERT_FALSE(listeners);
    EXPECT_EQ(listeners.error().code, ExitCode::temporary);
}

TEST_F(ClientTest, HandsOnAWarning) {
    kernel_.warning = "IPv6 is not available";
    Change change;
    change.root = "/srv";
    const auto changed = client_.change(change);
    ASSERT_TRUE(changed);
    EXPECT_EQ(changed->warning, "IPv6 is not available");
}

TEST(Decoding, RefusesWhatIsMalformed) {
    Message empty{KHTTPD_CMD_SERVER_GET};
    EXPECT_EQ(decode_server(empty).error().code, ExitCode::bad_data);
    EXPECT_EQ(decode_listener(empty).error().code, ExitCode::bad_data);
    EXPECT_EQ(decode_stats(empty).error().code, ExitCode::bad_data);

    Message short_number{KHTTPD_CMD_SERVER_GET};
    short_number.nest(KHTTPD_A_MSG_SERVER, [&] {
        short_number.put_u32(KHTTPD_A_SERVER_STATE, 0);
        short_number.put_u32(KHTTPD_A_SERVER_GENERATION, 1);
    });
    EXPECT_FALSE(decode_server(short_number));
}

} // namespace
} // namespace khttpd::netlink
