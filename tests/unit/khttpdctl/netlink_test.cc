// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <cerrno>
#include <cstring>
#include <functional>

#include "fake_kernel.h"
#include "netlink/client.h"
#include "netlink/host_codec.h"
#include "netlink/mime_codec.h"
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
    change.drain = true;
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
    EXPECT_EQ(name(KHTTPD_A_CHANGE_SERVER, 0, KHTTPD_A_SERVER_DRAIN), "server.drain");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_LISTENER, 0, KHTTPD_A_LISTENER_ADDR6), "listener[0].address");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_LISTENER, 1, KHTTPD_A_LISTENER_PORT), "listener[1].port");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_WORKQUEUE, 0, KHTTPD_A_WORKQUEUE_FLAGS), "workqueue.hot.flags");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_WORKQUEUE, 1, KHTTPD_A_WORKQUEUE_MAX_ACTIVE),
              "workqueue.cold.max-active");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_TIMEOUTS, 0, KHTTPD_A_TIMEOUTS_LINGER_MS), "timeouts.linger-ms");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_LIMITS, 0, KHTTPD_A_LIMITS_REQUESTS), "limits.requests");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_CACHE, 0, KHTTPD_A_CACHE_KBYTES), "cache.kbytes");
    EXPECT_EQ(name(KHTTPD_A_CHANGE_COMPRESSION, 0, KHTTPD_A_COMPRESSION_AT_ONCE),
              "compression.at-once");
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
    ack.missing_type = KHTTPD_A_CHANGE_COMPRESSION;
    EXPECT_EQ(attribute_at_fault(request, ack), "compression");
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

TEST(RefusalByAnOlderModule, NamesTheSettingThatItDoesNotKnow) {
    const Message request = full_request();
    Ack ack;
    ack.error = EINVAL;
    ack.message = "Unknown attribute type";
    ack.offset = offset_of(request, KHTTPD_A_CHANGE_LIMITS, 0, KHTTPD_A_LIMITS_CLIENT_REQUESTS);
    const Error error = refusal(request, ack);
    EXPECT_EQ(error.code, ExitCode::unavailable);
    EXPECT_EQ(error.message,
              "limits.client-requests: the khttpd module does not know this setting");
    EXPECT_THAT(error.hint, HasSubstr("different versions"));
    EXPECT_EQ(error.subject, "limits.client-requests");
}

TEST(RequestToAnOlderModule, HasNoNumberOfAListenerThatIsTheDefault) {
    Change change;
    Listener listener;
    listener.backlog = 16;
    change.listeners = {listener};
    const Message request = encode_change(change);
    auto *nest = static_cast<nlattr *>(nla_data(request.attributes()));
    const int length = nla_len(request.attributes());
    EXPECT_NE(nla_find(nest, length, KHTTPD_A_LISTENER_BACKLOG), nullptr);
    for (const ListenerNumber &number : listener_numbers)
        if (number.attribute != KHTTPD_A_LISTENER_BACKLOG) {
            EXPECT_EQ(nla_find(nest, length, number.attribute), nullptr) << number.name;
        }
}

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
    kernel_.stats.cache_hits = 1ULL << 41;
    kernel_.stats.cache_misses = 3;
    kernel_.stats.cache_evictions = 4;
    kernel_.stats.cache_stale = 5;
    kernel_.stats.fast = 6;
    kernel_.stats.cache_entries = 7;
    kernel_.stats.cache_bytes = 1ULL << 42;
    kernel_.stats.log_records = 1ULL << 43;
    kernel_.stats.log_lost = 8;
    kernel_.stats.status = {{200, 10}, {404, 2}};
    kernel_.stats.refused = {{KHTTPD_REFUSAL_LIMIT, 4}};
    kernel_.stats.latency = {{0, 1}, {1024, 2}, {2048, 3}};
    const auto stats = client_.stats();
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->now_ns, 1ULL << 60);
    EXPECT_EQ(stats->requests, 1ULL << 40);
    EXPECT_EQ(stats->cache_hits, 1ULL << 41);
    EXPECT_EQ(stats->cache_misses, 3U);
    EXPECT_EQ(stats->cache_evictions, 4U);
    EXPECT_EQ(stats->cache_stale, 5U);
    EXPECT_EQ(stats->fast, 6U);
    EXPECT_EQ(stats->cache_entries, 7U);
    EXPECT_EQ(stats->cache_bytes, 1ULL << 42);
    EXPECT_EQ(stats->log_records, 1ULL << 43);
    EXPECT_EQ(stats->log_lost, 8U);
    EXPECT_EQ(stats->status, kernel_.stats.status);
    EXPECT_EQ(stats->refused, kernel_.stats.refused);
    EXPECT_THAT(stats->latency, ElementsAre(Bucket{1024, 2}, Bucket{2048, 3}, Bucket{0, 1}));
}

TEST_F(ClientTest, ReadsStatsOfAModuleWithoutACache) {
    kernel_.has_cache = false;
    kernel_.stats.now_ns = 1;
    kernel_.stats.requests = 7;
    const auto stats = client_.stats();
    ASSERT_TRUE(stats);
    EXPECT_EQ(stats->requests, 7U);
    EXPECT_EQ(stats->cache_hits, 0U);
    EXPECT_EQ(stats->fast, 0U);
}

TEST_F(ClientTest, ReadsTheCache) {
    kernel_.cache = {{"", "/", "", 200, 500}, {"a.example", "/x%20y", "gzip", 200, 4294967295}};
    const auto entries = client_.cache();
    ASSERT_TRUE(entries);
    EXPECT_EQ(*entries, kernel_.cache);
}

TEST_F(ClientTest, FlushesWhatItIsToldTo) {
    kernel_.cache = {{"", "/a/1"}, {"", "/b"}, {"h", "/a/2"}, {"h", "/b"}};
    const auto both = client_.flush_cache({"h", "/a"});
    ASSERT_TRUE(both);
    EXPECT_EQ(*both, 1U);
    EXPECT_EQ(kernel_.cache.size(), 3U);
    EXPECT_EQ(*client_.flush_cache({{}, "/a"}), 1U);
    EXPECT_EQ(*client_.flush_cache({"", {}}), 1U);
    EXPECT_EQ(*client_.flush_cache({}), 1U);
    EXPECT_EQ(*client_.flush_cache({}), 0U);
}

TEST_F(ClientTest, IsToldOfTheVirtualHostThatIsNotThere) {
    const auto flushed = client_.flush_cache({"nobody", "/"});
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, ExitCode::no_root);
    EXPECT_EQ(flushed.error().message, "vhost: no virtual host has this name");
    EXPECT_THAT(flushed.error().hint, HasSubstr("khttpdctl vhost list"));
}

TEST(MalformedCache, IsNoCrash) {
    const auto code = [](const auto &result) { return result.error().code; };
    Message empty{KHTTPD_CMD_CACHE_GET};
    EXPECT_EQ(code(decode_entry(empty)), ExitCode::bad_data);
    EXPECT_EQ(code(decode_flush(empty)), ExitCode::bad_data);
    Message pathless{KHTTPD_CMD_CACHE_GET};
    pathless.nest(KHTTPD_A_MSG_ENTRY, [&] { pathless.put_string(KHTTPD_A_ENTRY_VHOST, "a"); });
    EXPECT_EQ(code(decode_entry(pathless)), ExitCode::bad_data);
    Message narrow{KHTTPD_CMD_CACHE_GET};
    narrow.nest(KHTTPD_A_MSG_ENTRY, [&] {
        narrow.put_string(KHTTPD_A_ENTRY_PATH, "/");
        narrow.put_bytes(KHTTPD_A_ENTRY_BYTES, "x", 1);
    });
    EXPECT_EQ(code(decode_entry(narrow)), ExitCode::bad_data);
    Message wide{KHTTPD_CMD_CACHE_FLUSH};
    wide.put_u64(KHTTPD_A_FLUSH_FLUSHED, 1);
    EXPECT_EQ(code(decode_flush(wide)), ExitCode::bad_data);
}

const std::vector<Connection> some_connections = {
    {*Address::parse("192.0.2.7"), 51234, 80, KHTTPD_CONNECTION_STATE_IDLE, 61'000, 17},
    {*Address::parse("2001:db8::7"), 1024, 443, KHTTPD_CONNECTION_STATE_LINGER, 9, 0}};

TEST_F(ClientTest, ReadsTheConnections) {
    kernel_.connections = some_connections;
    const auto open = client_.connections({});
    ASSERT_TRUE(open);
    EXPECT_EQ(*open, some_connections);
    EXPECT_TRUE(kernel_.filter.empty());
}

TEST_F(ClientTest, AsksForWhatTheFilterSays) {
    const ConnectionFilter filter{.from = Block::parse("192.0.2.7/24"),
                                  .ports = {{1, 65535}},
                                  .local_port = 80,
                                  .states = 0x3f,
                                  .min_age_ms = 5'000'000'000};
    kernel_.connections = some_connections;
    const auto open = client_.connections(filter);
    ASSERT_TRUE(open);
    EXPECT_THAT(*open, testing::IsEmpty());
    ConnectionFilter seen = filter;
    seen.from = filter.from->first();
    EXPECT_EQ(kernel_.filter, seen);
    const auto killed = client_.kill_connections({.from = Block::parse("2001:db8::/32")});
    ASSERT_TRUE(killed);
    EXPECT_EQ(*killed, 1U);
    EXPECT_EQ(kernel_.connections.size(), 1U);
}

TEST(MalformedConnection, IsNoCrash) {
    const auto code = [](const auto &result) { return result.error().code; };
    Message empty{KHTTPD_CMD_CONNECTION_GET};
    EXPECT_EQ(code(decode_connection(empty)), ExitCode::bad_data);
    EXPECT_EQ(code(decode_killed(empty)), ExitCode::bad_data);
    Message nowhere{KHTTPD_CMD_CONNECTION_GET};
    nowhere.nest(KHTTPD_A_MSG_CONNECTION, [&] { nowhere.put_u32(KHTTPD_A_CONNECTION_STATE, 0); });
    EXPECT_EQ(code(decode_connection(nowhere)), ExitCode::bad_data);
    Message narrow{KHTTPD_CMD_CONNECTION_GET};
    narrow.nest(KHTTPD_A_MSG_CONNECTION, [&] {
        narrow.put_u32(KHTTPD_A_CONNECTION_STATE, 0);
        narrow.put_bytes(KHTTPD_A_CONNECTION_ADDR6, "short", 5);
    });
    EXPECT_EQ(code(decode_connection(narrow)), ExitCode::bad_data);
    Message wide{KHTTPD_CMD_CONNECTION_KILL};
    wide.put_u64(KHTTPD_A_MSG_KILLED, 1);
    EXPECT_EQ(code(decode_killed(wide)), ExitCode::bad_data);
}

TEST(RefusalOfAFilter, IsNamedAsOnTheCommandLine) {
    Message request{KHTTPD_CMD_CONNECTION_KILL};
    put_filter(request, {.from = Block::parse("192.0.2.0/24"),
                         .ports = {{1, 2}},
                         .local_port = 3,
                         .states = 4,
                         .min_age_ms = 5});
    const auto error = [&](int type) {
        Ack ack;
        ack.error = EINVAL;
        ack.message = "wrong";
        ack.offset = offset_of(request, KHTTPD_A_MSG_FILTER, 0, type);
        return refusal(request, ack);
    };
    EXPECT_EQ(error(KHTTPD_A_FILTER_ADDR4).message, "from: wrong");
    EXPECT_EQ(error(KHTTPD_A_FILTER_PREFIX_LEN).message, "from: wrong");
    EXPECT_EQ(error(KHTTPD_A_FILTER_PORT_MAX).message, "port: wrong");
    EXPECT_EQ(error(KHTTPD_A_FILTER_LOCAL_PORT).message, "local-port: wrong");
    EXPECT_EQ(error(KHTTPD_A_FILTER_STATES).message, "state: wrong");
    EXPECT_EQ(error(KHTTPD_A_FILTER_MIN_AGE_MS).message, "older-than: wrong");
    EXPECT_EQ(error(KHTTPD_A_FILTER_ADDR4).code, ExitCode::usage);
    EXPECT_THAT(error(KHTTPD_A_FILTER_ADDR4).hint, HasSubstr("khttpdctl-connections(8)"));
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

/// A host with everything that one can have.
Host full_host(std::vector<std::string> names) {
    Host host;
    host.names = std::move(names);
    host.root = "/srv/host";
    host.indexes = {"index.htm", "default.html"};
    host.options = KHTTPD_VHOST_OPTION_LISTING | KHTTPD_VHOST_OPTION_INODE_TAG;
    host.symlinks = KHTTPD_SYMLINKS_NONE;
    host.charset = "iso-8859-1";
    host.default_type = "text/plain";
    host.error_pages = {{404, "404.html"}, {500, "a/500.html"}};
    Rule rule;
    rule.prefix = "/img";
    rule.fields = {{"X-A", "1"}, {"X-Empty", ""}};
    rule.remove = {"Server", "ETag"};
    rule.cache_control = "no-store";
    rule.expires_s = 0;
    rule.listing = false;
    rule.readiness = true;
    rule.origins = {{"https://a.example", "*"}};
    rule.allow = {*Block::parse("192.0.2.0/24"), *Block::parse("2001:db8::1")};
    rule.deny = {*Block::parse("192.0.2.7")};
    Rule redirect;
    redirect.prefix = "/old";
    redirect.redirect = "/new";
    redirect.redirect_status = 308;
    Rule open;
    open.prefix = "/open";
    open.allow.emplace();
    open.deny.emplace();
    host.rules = {rule, redirect, open};
    host.allow = {*Block::parse("2001:db8::/32")};
    host.deny = {*Block::parse("0.0.0.0/0"), *Block::parse("::/0")};
    return host;
}

TEST(HostCodec, CountsTheBytesThatItWrites) {
    Host bare;
    bare.indexes.clear();
    bare.charset.clear();
    for (const Host &host : {Host{}, bare, full_host({"a", "*.bc"})}) {
        Message message{KHTTPD_CMD_SERVER_SET};
        put_host(message, host);
        EXPECT_EQ(nla_len(message.attributes()) + static_cast<std::size_t>(NLA_HDRLEN),
                  host_bytes(host));
        Host back;
        ASSERT_TRUE(take_host(back, message.attributes()));
        EXPECT_EQ(back, host);
    }
}

TEST(HostCodec, TakesDefaultsForWhatIsAbsentAndStringsWithoutNul) {
    Message message{KHTTPD_CMD_VHOST_GET};
    message.nest(KHTTPD_A_MSG_VHOST,
                 [&] { message.put_bytes(KHTTPD_A_VHOST_NAME, "example.org", 11); });
    const auto host = decode_host(message);
    ASSERT_TRUE(host);
    Host expected;
    expected.names = {"example.org"};
    EXPECT_EQ(*host, expected);
}

TEST(HostCodec, RefusesWhatIsMalformed) {
    Message bad_link{KHTTPD_CMD_VHOST_GET};
    bad_link.nest(KHTTPD_A_MSG_VHOST, [&] { bad_link.put_u32(KHTTPD_A_VHOST_SYMLINKS, 9); });
    EXPECT_EQ(decode_host(bad_link).error().code, ExitCode::bad_data);
    Message bad_rule{KHTTPD_CMD_VHOST_GET};
    bad_rule.nest(KHTTPD_A_MSG_VHOST, [&] {
        bad_rule.nest(KHTTPD_A_VHOST_RULE, [&] { bad_rule.put_u32(KHTTPD_A_RULE_EXPIRES_S, 1); });
    });
    EXPECT_FALSE(decode_host(bad_rule));
    Message bad_mime{KHTTPD_CMD_MIME_GET};
    bad_mime.nest(KHTTPD_A_MSG_MIME, [&] { bad_mime.put_string(KHTTPD_A_MIME_EXTENSION, "x"); });
    EXPECT_FALSE(decode_mime(bad_mime));
    const Message empty{KHTTPD_CMD_VHOST_GET};
    EXPECT_FALSE(decode_host(empty));
    EXPECT_FALSE(decode_mime(empty));
}

TEST(AttributeAtFaultOfAHost, IsNamedAsInTheFiles) {
    Change change;
    change.hosts.emplace();
    change.hosts->site.rules = full_host({}).rules;
    change.hosts->vhosts = {full_host({"example.org", "b.example"})};
    change.mime = MimeTable{{"foo", "text/x-foo"}};
    const Message request = encode_change(change);
    const auto *start = reinterpret_cast<const char *>(request.header());
    // The names of all attributes, as if each were the one at fault.
    std::vector<std::string> names;
    const std::function<void(nlattr *, int, int)> walk = [&](nlattr *first, int length, int depth) {
        nlattr *attribute;
        int left;
        nla_for_each_attr(attribute, first, length, left) {
            Ack ack;
            ack.offset =
                static_cast<std::uint32_t>(reinterpret_cast<const char *>(attribute) - start);
            names.push_back(attribute_at_fault(request, ack));
            const bool nested =
                depth == 0 ||
                (depth == 1 && (nla_type(attribute) == KHTTPD_A_VHOST_RULE ||
                                nla_type(attribute) == KHTTPD_A_VHOST_ACCESS ||
                                nla_type(attribute) == KHTTPD_A_VHOST_ERROR_PAGE)) ||
                (depth == 2 && nla_type(attribute) == KHTTPD_A_RULE_ACCESS &&
                 nla_is_nested(attribute));
            if (nested)
                walk(static_cast<nlattr *>(nla_data(attribute)), nla_len(attribute), depth + 1);
        }
    };
    walk(request.attributes(), request.attributes_length(), 0);
    EXPECT_THAT(names, testing::IsSupersetOf({"site",
                                              "rule[/img]",
                                              "rule[/img].prefix",
                                              "rule[/img].fields.X-A",
                                              "rule[/img].remove",
                                              "rule[/img].cache-control",
                                              "rule[/img].expires",
                                              "rule[/img].listing",
                                              "rule[/img].origins",
                                              "rule[/img].allow",
                                              "rule[/img].deny",
                                              "rule[/img].readiness",
                                              "rule[/old].redirect",
                                              "rule[/old].status",
                                              "vhost[example.org]",
                                              "vhost[example.org].names",
                                              "vhost[example.org].root",
                                              "vhost[example.org].index",
                                              "vhost[example.org].symlinks",
                                              "vhost[example.org].charset",
                                              "vhost[example.org].default-type",
                                              "vhost[example.org].error-pages.404",
                                              "vhost[example.org].allow",
                                              "vhost[example.org].deny",
                                              "vhost[example.org].rule[/old].redirect",
                                              "mime.types.text/x-foo"}));
}

TEST(RefusalOfTheRoot, IsAMissingRootForAVirtualHostAsWell) {
    Change change;
    change.hosts.emplace().vhosts = {full_host({"a"})};
    const Message request = encode_change(change);
    Ack ack;
    ack.error = EACCES;
    // The header of the host, its name "a" in 8 bytes, then the root.
    ack.offset = static_cast<std::uint32_t>(NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN + 8);
    const Error error = refusal(request, ack);
    EXPECT_EQ(error.code, ExitCode::no_root);
    EXPECT_EQ(error.subject, "vhost[a].root");
}

TEST_F(ClientTest, ReadsTheHostsThatItSet) {
    Change change;
    change.hosts.emplace();
    change.hosts->site = full_host({});
    change.hosts->site.root.clear();
    change.hosts->vhosts = {full_host({"b"}), full_host({"a", "z"})};
    ASSERT_TRUE(client_.change(change));
    const auto hosts = client_.hosts();
    ASSERT_TRUE(hosts);
    EXPECT_EQ(hosts->site, change.hosts->site);
    EXPECT_THAT(hosts->vhosts, ElementsAre(full_host({"a", "z"}), full_host({"b"})));
}

TEST_F(ClientTest, ClearsListsThatAreAsTheyAreByThemselves) {
    Change change;
    change.hosts.emplace().vhosts = {full_host({"a"})};
    change.mime = MimeTable{{"x", "text/x"}};
    ASSERT_TRUE(client_.change(change));
    EXPECT_EQ(kernel_.server.settings.mime.size(), 1U);
    change.hosts.emplace();
    change.mime.emplace();
    const Message request = encode_change(change);
    EXPECT_EQ(nla_type(request.attributes()), KHTTPD_A_CHANGE_CLEAR);
    EXPECT_EQ(nla_get_u32(request.attributes()),
              static_cast<std::uint32_t>(KHTTPD_LIST_VHOSTS | KHTTPD_LIST_MIME));
    ASSERT_TRUE(client_.change(change));
    EXPECT_EQ(kernel_.server.settings.hosts, Hosts{});
    EXPECT_TRUE(kernel_.server.settings.mime.empty());
}

TEST_F(ClientTest, SendsTheLongestLists) {
    Change change;
    change.hosts.emplace();
    for (int i = 0; i < KHTTPD_VHOSTS_MAX; ++i)
        change.hosts->vhosts.push_back(full_host({"h" + std::to_string(1000 + i)}));
    Host &longest = change.hosts->vhosts.front();
    while (host_bytes(longest) < nest_bytes_max - 200) {
        Rule rule;
        rule.prefix = "/" + std::to_string(longest.rules.size());
        rule.cache_control = std::string(100, 'x');
        longest.rules.push_back(rule);
    }
    change.mime.emplace();
    for (int i = 0; i < KHTTPD_EXTENSIONS_MAX; ++i)
        change.mime->emplace("x" + std::to_string(i), "text/x" + std::to_string(i % 100));
    const auto changed = client_.change(change);
    ASSERT_TRUE(changed) << changed.error().message;
    const auto everything = client_.everything();
    ASSERT_TRUE(everything);
    EXPECT_EQ(everything->settings.hosts, *change.hosts);
    EXPECT_EQ(everything->settings.mime, *change.mime);
}

TEST_F(ClientTest, RefusesAHostThatDoesNotFit) {
    Change change;
    Host &host = change.hosts.emplace().vhosts.emplace_back(full_host({"a"}));
    Rule rule;
    rule.cache_control = std::string(1000, 'x');
    for (int i = 0; i < 70; ++i) {
        rule.prefix = "/" + std::to_string(i);
        host.rules.push_back(rule);
    }
    ASSERT_GT(host_bytes(host), nest_bytes_max);
    const auto changed = client_.change(change);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, ExitCode::config);
    EXPECT_THAT(kernel_.changes, testing::IsEmpty());
}

TEST(Decoding, RefusesWhatIsMalformed) {
    Message empty{KHTTPD_CMD_SERVER_GET};
    EXPECT_EQ(decode_server(empty).error().code, ExitCode::bad_data);
    EXPECT_EQ(decode_listener(empty).error().code, ExitCode::bad_data);
    EXPECT_EQ(decode_stats(empty).error().code, ExitCode::bad_data);
    EXPECT_EQ(decode_limit(empty).error().code, ExitCode::bad_data);

    Message short_number{KHTTPD_CMD_SERVER_GET};
    short_number.nest(KHTTPD_A_MSG_SERVER, [&] {
        short_number.put_u32(KHTTPD_A_SERVER_STATE, 0);
        short_number.put_u32(KHTTPD_A_SERVER_GENERATION, 1);
    });
    EXPECT_FALSE(decode_server(short_number));
}

TEST(Decoding, TakesALimitThatWasReached) {
    Message message{KHTTPD_CMD_LIMIT_NTF};
    message.nest(KHTTPD_A_MSG_LIMIT, [&] {
        message.put_u32(KHTTPD_A_REFUSAL_COUNT_REASON, KHTTPD_REFUSAL_EVICTED);
        message.put_u64(KHTTPD_A_REFUSAL_COUNT_COUNT, 1ULL << 40);
    });
    const auto limit = decode_limit(message);
    ASSERT_TRUE(limit);
    EXPECT_EQ(limit->reason, static_cast<std::uint32_t>(KHTTPD_REFUSAL_EVICTED));
    EXPECT_EQ(limit->count, 1ULL << 40);

    Message without_reason{KHTTPD_CMD_LIMIT_NTF};
    without_reason.nest(KHTTPD_A_MSG_LIMIT,
                        [&] { without_reason.put_u64(KHTTPD_A_REFUSAL_COUNT_COUNT, 1); });
    EXPECT_FALSE(decode_limit(without_reason));
}

} // namespace
} // namespace khttpd::netlink
