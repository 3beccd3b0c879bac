// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "config/load.h"
#include "config/own_file.h"
#include "temp_dir.h"

namespace khttpd::config {
namespace {

constexpr const char *own = "khttpd.conf.d/50-khttpdctl.conf";

class OwnFile : public testing::Test {
  protected:
    /// The names of all files in the drop-in directory.
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto &each : std::filesystem::directory_iterator{paths_.dropin_directory()})
            names.push_back(each.path().filename().string());
        return names;
    }

    test::TempDir directory_;
    Paths paths_{directory_.path()};
};

TEST_F(OwnFile, IsMadeWithItsDirectory) {
    auto change = OwnFileChange::prepare(paths_, {Setting{"server.root", std::string{"/srv"}}});
    ASSERT_TRUE(change);
    ASSERT_TRUE(change->commit());
    EXPECT_EQ(load(paths_)->settings.root, "/srv");
    struct stat status;
    ASSERT_EQ(stat(paths_.own_file().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0644U);
}

TEST_F(OwnFile, KeepsTheOtherKeys) {
    directory_.write(own, "[limits]\nfields = 7\n[server]\nroot = '/old'\nuser = 'u'\n"
                          "[[listener]]\nport = 81\n");
    auto change = OwnFileChange::prepare(paths_, {Setting{"server.root", std::string{"/new"}}});
    ASSERT_TRUE(change);
    ASSERT_TRUE(change->commit());
    const auto config = load(paths_);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->settings.root, "/new");
    EXPECT_EQ(config->user, "u");
    EXPECT_EQ(config->settings.fields, 7U);
    EXPECT_EQ(endpoints(config->settings.listeners), "[::]:81");
}

TEST_F(OwnFile, WritesEveryKindOfValue) {
    const Listener listener{*Address::parse("::1"), 8080, true, 9};
    for (const Setting &setting :
         {Setting{"timeouts.idle-ms", 5000U}, Setting{"workqueue.hot.flags", 3U},
          Setting{"listener", std::vector{listener}}, Setting{"server.user", std::string{"1"}},
          Setting{"cache.fast", 0U}, Setting{"compression.enabled", 1U}}) {
        auto change = OwnFileChange::prepare(paths_, {setting});
        ASSERT_TRUE(change);
        ASSERT_TRUE(change->commit());
    }
    const auto config = load(paths_);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->settings.idle_ms, 5000U);
    EXPECT_EQ(config->settings.hot_flags, 3U);
    EXPECT_EQ(config->settings.listeners, std::vector{listener});
    EXPECT_EQ(config->user, "1");
    EXPECT_EQ(config->settings.cache_fast, 0U);
    EXPECT_EQ(config->settings.compression_enabled, 1U);
    EXPECT_THAT(directory_.read(own), testing::HasSubstr("fast = false"));
}

TEST_F(OwnFile, KeepsNoTableThatIsEmpty) {
    directory_.write(own, "[limits]\nfields = 7\nrequests = 8\n[site]\n"
                          "error-pages = { 404 = '/a' }\n[workqueue.cold]\nmax-active = 9\n");
    auto change =
        OwnFileChange::prepare(paths_, {Unset{"limits.fields"}, Unset{"site.error-pages.404"},
                                        Unset{"workqueue.cold.max-active"}});
    ASSERT_TRUE(change);
    EXPECT_FALSE(change->empty());
    ASSERT_TRUE(change->commit());
    const std::string text = directory_.read(own);
    EXPECT_THAT(text, testing::HasSubstr("[limits]\nrequests = 8\n"));
    for (const char *gone : {"fields", "site", "error-pages", "workqueue"})
        EXPECT_THAT(text, testing::Not(testing::HasSubstr(gone)));
}

TEST_F(OwnFile, KnowsThatNothingIsToChange) {
    EXPECT_TRUE(OwnFileChange::prepare(paths_, std::vector<OwnEdit>{})->empty());
}

TEST_F(OwnFile, IsUntouchedUntilCommitted) {
    const std::string before = "[server]\nroot = '/old'\n";
    directory_.write(own, before);
    {
        const auto change =
            OwnFileChange::prepare(paths_, {Setting{"server.root", std::string{"/new"}}});
        ASSERT_TRUE(change);
        EXPECT_EQ(change->config().settings.root, "/new");
        EXPECT_EQ(directory_.read(own), before);
    }
    EXPECT_EQ(directory_.read(own), before);
    EXPECT_THAT(files(), testing::ElementsAre("50-khttpdctl.conf"));
}

TEST_F(OwnFile, IsNotTakenApartWhenItIsBroken) {
    const std::string before = "[server\n";
    directory_.write(own, before);
    const auto change =
        OwnFileChange::prepare(paths_, {Setting{"server.root", std::string{"/new"}}});
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().code, ExitCode::config);
    EXPECT_EQ(directory_.read(own), before);
}

TEST_F(OwnFile, SurvivesQuotesAndBackslashes) {
    const std::string root = "/srv/a \"b\" 'c' \\d";
    auto change = OwnFileChange::prepare(paths_, {Setting{"server.root", root}});
    ASSERT_TRUE(change);
    ASSERT_TRUE(change->commit());
    EXPECT_EQ(load(paths_)->settings.root, root);
}

} // namespace
} // namespace khttpd::config
