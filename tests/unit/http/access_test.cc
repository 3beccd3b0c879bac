// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

extern "C" {
#include "access.h"
}

namespace {

using Octets = std::array<u8, HTTP_ADDRESS_LEN>;

// An address as the server has it: one of IPv4 mapped.
Octets address(const std::string &text) {
    const bool v4 = text.find(':') == std::string::npos;
    Octets octets;

    EXPECT_EQ(inet_pton(AF_INET6, ((v4 ? "::ffff:" : "") + text).c_str(), octets.data()), 1)
        << text;
    return octets;
}

http_block block(const std::string &text, bool deny = false) {
    const auto slash = text.find('/');
    const Octets octets = address(text.substr(0, slash));
    const bool v4 = text.find(':') == std::string::npos;
    http_block block = {.address = {}, .len = 128, .deny = deny};

    std::copy(octets.begin(), octets.end(), block.address);
    if (slash != std::string::npos)
        block.len = static_cast<u8>(std::stoi(text.substr(slash + 1)) +
                                    (v4 ? HTTP_ADDRESS_MAPPED_BITS : 0));
    return block;
}

class Access {
  public:
    Access(const std::vector<std::string> &allow, const std::vector<std::string> &deny)
        : blocks_(allow.size() + deny.size()),
          access_{.blocks = blocks_.data(), .nr = 0, .closed = false} {
        for (const auto &text : allow)
            add(block(text));
        for (const auto &text : deny)
            add(block(text, true));
    }

    Access(const Access &) = delete;

    bool allows(const std::string &client) const {
        return http_access_allows(&access_, address(client).data());
    }

    const http_access *get() const { return &access_; }

  private:
    void add(const http_block &block) {
        ASSERT_TRUE(http_block_valid(&block));
        http_access_add(&access_, &block);
    }

    std::vector<http_block> blocks_;
    http_access access_;
};

TEST(Access, IsForAllWhereNothingIsSaid) {
    const Access access({}, {});
    EXPECT_TRUE(access.allows("192.0.2.1"));
    EXPECT_TRUE(access.allows("2001:db8::1"));
}

TEST(Access, IsForNobodyElseWhereSomebodyIsAllowed) {
    const Access access({"192.0.2.0/24"}, {});
    EXPECT_TRUE(access.allows("192.0.2.0"));
    EXPECT_TRUE(access.allows("192.0.2.255"));
    EXPECT_FALSE(access.allows("192.0.3.0"));
    EXPECT_FALSE(access.allows("192.0.1.255"));
    EXPECT_FALSE(access.allows("2001:db8::1"));
}

TEST(Access, IsForAllOthersWhereSomebodyIsDenied) {
    const Access access({}, {"192.0.2.0/24", "2001:db8::/32"});
    EXPECT_FALSE(access.allows("192.0.2.77"));
    EXPECT_FALSE(access.allows("2001:db8:ffff::1"));
    EXPECT_TRUE(access.allows("192.0.3.77"));
    EXPECT_TRUE(access.allows("2001:db9::1"));
}

TEST(Access, IsDecidedByTheLongestPrefixInWhateverOrder) {
    const std::vector<std::string> allow = {"10.0.0.0/8", "10.1.2.3"};
    const std::vector<std::string> deny = {"10.1.0.0/16", "10.1.2.0/24"};
    const std::vector<std::string> backwards_allow = {"10.1.2.3", "10.0.0.0/8"};
    const std::vector<std::string> backwards_deny = {"10.1.2.0/24", "10.1.0.0/16"};
    for (const Access &access : {Access(allow, deny), Access(backwards_allow, backwards_deny)}) {
        EXPECT_TRUE(access.allows("10.0.0.1"));
        EXPECT_FALSE(access.allows("10.1.0.1"));
        EXPECT_FALSE(access.allows("10.1.2.4"));
        EXPECT_TRUE(access.allows("10.1.2.3"));
        EXPECT_FALSE(access.allows("11.0.0.1"));
    }
}

TEST(Access, IsDeniedWhereBothListsHaveTheBlock) {
    EXPECT_FALSE(Access({"10.0.0.0/8"}, {"10.0.0.0/8"}).allows("10.0.0.1"));
    EXPECT_FALSE(Access({"::1"}, {"::1"}).allows("::1"));
}

TEST(Access, KeepsIPv4AndIPv6Apart) {
    const Access six({"::/0"}, {});
    EXPECT_TRUE(six.allows("2001:db8::1"));
    EXPECT_TRUE(six.allows("::"));
    EXPECT_TRUE(six.allows("::fffe:c000:201"));
    EXPECT_FALSE(six.allows("192.0.2.1"));
    const Access four({"0.0.0.0/0"}, {});
    EXPECT_TRUE(four.allows("0.0.0.0"));
    EXPECT_TRUE(four.allows("255.255.255.255"));
    EXPECT_FALSE(four.allows("::ffff:ffff:ffff:ffff"));
    EXPECT_FALSE(four.allows("::1"));
    EXPECT_FALSE(Access({}, {"0.0.0.0/0"}).allows("192.0.2.1"));
    EXPECT_TRUE(Access({}, {"0.0.0.0/0"}).allows("2001:db8::1"));
    EXPECT_TRUE(Access({}, {"::/0"}).allows("192.0.2.1"));
}

TEST(Access, ComparesEveryBitOfAPrefix) {
    for (int len = 1; len <= 128; len++) {
        http_block all = block("ff00::/0");
        std::fill(std::begin(all.address), std::end(all.address), 0xff);
        all.len = static_cast<u8>(len);
        http_block_mask(&all);
        std::vector<http_block> blocks(1);
        http_access access = {.blocks = blocks.data(), .nr = 0, .closed = false};
        http_access_add(&access, &all);
        Octets client;
        client.fill(0xff);
        EXPECT_TRUE(http_access_allows(&access, client.data())) << len;
        client[(len - 1) / 8] ^= static_cast<u8>(0x80 >> (len - 1) % 8);
        EXPECT_FALSE(http_access_allows(&access, client.data())) << len;
        client.fill(0xff);
        if (len < 128)
            client[len / 8] ^= static_cast<u8>(0x80 >> len % 8);
        EXPECT_TRUE(http_access_allows(&access, client.data())) << len;
    }
}

TEST(Block, HasNoBitsBehindItsPrefix) {
    for (const char *text : {"10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0", "2001:db8::/32",
                             "2001:db8::1/128", "10.128.0.0/9", "fe80::/10"}) {
        const http_block right = block(text);
        EXPECT_TRUE(http_block_valid(&right)) << text;
    }
    for (const char *text : {"10.0.0.1/8", "10.128.0.0/8", "0.0.0.1/0", "::1/0", "2001:db8::/28",
                             "::ffff:0:0/90", "fe90::/10"}) {
        http_block wrong = block(text);
        EXPECT_FALSE(http_block_valid(&wrong)) << text;
        http_block_mask(&wrong);
        EXPECT_TRUE(http_block_valid(&wrong)) << text;
    }
    http_block long_one = block("::");
    long_one.len = 129;
    EXPECT_FALSE(http_block_valid(&long_one));
}

TEST(Access, IsEqualWhereTheBlocksAre) {
    const Access none({}, {}), one({"10.0.0.0/8"}, {}), other({}, {"10.0.0.0/8"}),
        two({"10.0.0.0/8", "::1"}, {});
    EXPECT_TRUE(http_access_equal(none.get(), none.get()));
    EXPECT_TRUE(http_access_equal(one.get(), Access({"10.0.0.0/8"}, {}).get()));
    EXPECT_FALSE(http_access_equal(one.get(), other.get()));
    EXPECT_FALSE(http_access_equal(one.get(), two.get()));
    EXPECT_FALSE(http_access_equal(one.get(), none.get()));
    EXPECT_TRUE(http_access_equal(two.get(), Access({"::1", "10.0.0.0/8"}, {}).get()));
}

} // namespace
