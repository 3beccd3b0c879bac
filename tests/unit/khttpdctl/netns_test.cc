// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli_fixture.h"
#include "host/netns.h"

namespace khttpd {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class NetnsTest : public test::CliTest {
  protected:
    NetnsTest() { name_netns("blue"); }
};

TEST_F(NetnsTest, IsEnteredBeforeOrAfterTheCommand) {
    EXPECT_EQ(run({"--netns", "blue", "version"}), 0);
    EXPECT_EQ(run({"version", "--netns", "blue"}), 0);
    EXPECT_THAT(err(), IsEmpty());
}

TEST_F(NetnsTest, IsNotThere) {
    EXPECT_EQ(run({"--netns", "blu", "version"}), 66);
    EXPECT_EQ(err(), "error: there is no network namespace 'blu'; did you mean 'blue'?\n"
                     "hint: 'ip netns add blu' makes one\n");
    EXPECT_THAT(out(), IsEmpty());
    std::filesystem::remove_all(directory_ / "run-netns");
    EXPECT_EQ(run({"--netns", "blu", "version"}), 66);
    EXPECT_EQ(err(), "error: there is no network namespace 'blu'\n"
                     "hint: 'ip netns add blu' makes one\n");
}

TEST_F(NetnsTest, HasNoSuchName) {
    for (const char *name : {"", ".", "..", "../run-netns/blue", "/proc/self/ns/net"}) {
        EXPECT_EQ(run({"--netns", name, "version"}), 64) << name;
        EXPECT_THAT(err(), HasSubstr("hint: ")) << name;
    }
}

TEST_F(NetnsTest, IsAFileOfSomethingElse) {
    directory_.write("run-netns/stale", "");
    EXPECT_EQ(run({"--netns", "stale", "version"}), 66);
    EXPECT_THAT(err(), HasSubstr("is no network namespace"));
}

TEST_F(NetnsTest, IsInTheHintToTheService) {
    write_valid_config();
    unit_ = true;
    EXPECT_EQ(run({"--netns", "blue", "start"}), 0);
    EXPECT_THAT(err(), HasSubstr("'systemctl start khttpd@blue'"));
}

TEST_F(NetnsTest, HasAConfigurationOfItsOwn) {
    std::ostringstream stream;
    cli::Context context{.out = stream,
                         .err = stream,
                         .connect = {},
                         .module_state = {},
                         .has_unit = {},
                         .namespaces = host::NetworkNamespaces{directory_ / "run-netns"}};
    EXPECT_TRUE(context.enter("blue"));
    EXPECT_EQ(context.paths.main_file(), "/etc/khttpd/netns/blue/khttpd.conf");
    EXPECT_EQ(context.unit(), "khttpd@blue");
}

TEST_F(NetnsTest, IsOwnAsLongAsItHasTheName) {
    const host::NetworkNamespaces namespaces{directory_ / "run-netns"};
    EXPECT_TRUE(namespaces.is_own("blue"));
    EXPECT_FALSE(namespaces.is_own("green"));
    std::filesystem::remove(directory_ / "run-netns/blue");
    EXPECT_FALSE(namespaces.is_own("blue"));
    directory_.write("run-netns/blue", "made anew");
    EXPECT_FALSE(namespaces.is_own("blue"));
}

} // namespace
} // namespace khttpd
