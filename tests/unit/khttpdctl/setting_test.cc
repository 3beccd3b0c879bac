// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/nearest.h"
#include "config/root.h"
#include "config/setting.h"
#include "temp_dir.h"

#include <sys/stat.h>

namespace khttpd::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Setting, AcceptsTheEndsOfARange) {
    const Number &number = *find_number("timeouts.idle-ms");
    for (const std::uint32_t value : {number.min, number.max}) {
        const auto setting = parse_setting("timeouts.idle-ms", std::to_string(value), {});
        ASSERT_TRUE(setting);
        EXPECT_EQ(std::get<std::uint32_t>(setting->value), value);
    }
}

TEST(Setting, RefusesWhatIsNoNumberInRange) {
    for (const char *text : {"99", "86400001", "", "x", "1000x", "-1", "4294967396", "1e3"}) {
        const auto setting = parse_setting("timeouts.idle-ms", text, {});
        ASSERT_FALSE(setting) << text;
        EXPECT_EQ(setting.error().code, ExitCode::usage);
        EXPECT_THAT(setting.error().message, HasSubstr("an integer from 100 to 86400000"));
    }
}

TEST(Setting, UnderstandsListeners) {
    const auto setting = parse_setting("listener", "[::]:80 127.0.0.1:8080,[::1]:81", {});
    ASSERT_TRUE(setting);
    EXPECT_EQ(endpoints(std::get<std::vector<Listener>>(setting->value)),
              "[::]:80 127.0.0.1:8080 [::1]:81");
}

TEST(Setting, KeepsWhatAListenerHasBesides) {
    Config config;
    config.settings.listeners = {{*Address::parse("::"), 80, true, 5}};
    const auto setting = parse_setting("listener", "[::]:80 [::]:81", config);
    ASSERT_TRUE(setting);
    const auto listeners = std::get<std::vector<Listener>>(setting->value);
    EXPECT_EQ(listeners[0].backlog, 5U);
    EXPECT_EQ(listeners[1].backlog, static_cast<std::uint32_t>(KHTTPD_DEFAULT_BACKLOG));
}

TEST(Setting, RefusesWhatIsNoListener) {
    for (const char *text : {"", "80", ":80", "::80", "[::]", "[::]:0", "[::]:65536",
                             "[1.2.3.4]:80", "localhost:80", "[::]:80 [::]:80", "1.2.3.4:80x"}) {
        const auto setting = parse_setting("listener", text, {});
        ASSERT_FALSE(setting) << text;
        EXPECT_EQ(setting.error().code, ExitCode::usage);
    }
}

TEST(Setting, UnderstandsFlags) {
    const auto none = parse_setting("workqueue.hot.flags", "", {});
    ASSERT_TRUE(none);
    EXPECT_EQ(std::get<std::uint32_t>(none->value), 0U);
    const auto cold = parse_setting("workqueue.cold.flags", "freezable", {});
    ASSERT_TRUE(cold);
    EXPECT_EQ(flags_text(std::get<std::uint32_t>(cold->value)), "unbound freezable");
    const auto wrong = parse_setting("workqueue.hot.flags", "higpri", {});
    ASSERT_FALSE(wrong);
    EXPECT_THAT(wrong.error().message, HasSubstr("did you mean 'highpri'?"));
}

TEST(Setting, UnderstandsTrueAndFalse) {
    const auto on = parse_setting("cache.fast", "true", {});
    ASSERT_TRUE(on);
    EXPECT_EQ(std::get<std::uint32_t>(on->value), 1U);
    const auto off = parse_setting("compression.enabled", "false", {});
    ASSERT_TRUE(off);
    EXPECT_EQ(std::get<std::uint32_t>(off->value), 0U);
    for (const char *text : {"", "1", "yes", "True"}) {
        const auto wrong = parse_setting("cache.fast", text, {});
        ASSERT_FALSE(wrong) << text;
        EXPECT_EQ(wrong.error().code, ExitCode::usage);
        EXPECT_THAT(wrong.error().message, HasSubstr("cache.fast: expected true or false"));
    }
}

TEST(Setting, MakesARelativeRootAbsolute) {
    const auto cwd = std::filesystem::current_path();
    const auto root = [](const char *text) {
        return std::get<std::string>(parse_setting("server.root", text, {})->value);
    };
    EXPECT_EQ(root("."), cwd.string());
    EXPECT_EQ(root("sub/dir/"), (cwd / "sub/dir").string());
    EXPECT_EQ(root("/srv//www/"), "/srv/www");
    EXPECT_EQ(root("/"), "/");
    EXPECT_EQ(root("/usr/../usr/bin/."), std::filesystem::canonical("/usr/bin").string());
}

TEST(Setting, NamesTheLikelyKey) {
    const auto wrong = check_key("timeout.idle-ms");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, ExitCode::usage);
    EXPECT_THAT(wrong.error().message, HasSubstr("did you mean 'timeouts.idle-ms'?"));
}

TEST(Nearest, NamesNothingThatIsFarAway) {
    const std::vector<std::string_view> words = {"status", "stats", "stop"};
    EXPECT_EQ(nearest("stat", words), "stats");
    EXPECT_EQ(nearest("sttaus", words), "status");
    EXPECT_EQ(nearest("frobnicate", words), "");
    EXPECT_EQ(nearest("", words), "");
}

class Root : public testing::Test {
  protected:
    /// A user and a group that own nothing here.
    static constexpr Account stranger{54321, 54321};

    static Result<std::vector<std::string>> check(const std::string &root, const Account &account,
                                                  bool listing = false) {
        return check_root({root, "server.root", listing}, account);
    }

    test::TempDir directory_;
};

TEST_F(Root, FitsWhereEverybodyCanReadAndSearch) {
    const auto warnings = check(directory_.path(), stranger);
    ASSERT_TRUE(warnings);
    EXPECT_THAT(*warnings, IsEmpty());
}

TEST_F(Root, HasToExistAndBeADirectory) {
    const auto missing = check(directory_ / "missing", stranger);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ExitCode::no_root);
    EXPECT_THAT(missing.error().message, HasSubstr("No such file or directory"));
    const auto file = check(directory_.write("file", ""), stranger);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ExitCode::no_root);
    EXPECT_THAT(file.error().message, HasSubstr("is not a directory"));
}

TEST_F(Root, HasToBeSearchable) {
    const auto path = directory_.make_directory("www");
    for (const mode_t mode : {0700, 0750, 0754}) {
        ASSERT_EQ(chmod(path.c_str(), mode), 0);
        const auto denied = check(path, stranger);
        ASSERT_FALSE(denied) << mode;
        EXPECT_EQ(denied.error().code, ExitCode::no_root);
        EXPECT_THAT(denied.error().message, HasSubstr("cannot be searched by user 54321"));
        EXPECT_THAT(denied.error().hint, HasSubstr("chmod o+x"));
    }
    ASSERT_EQ(chmod(path.c_str(), 0750), 0);
    EXPECT_TRUE(check(path, {getuid(), 54321}));
    EXPECT_TRUE(check(path, {54321, getgid()}));
    // What the owner may not, he may not even where everybody else may.
    ASSERT_EQ(chmod(path.c_str(), 0055), 0);
    EXPECT_FALSE(check(path, {getuid(), 54321}));
}

TEST_F(Root, HasToBeReadableOnlyToBeListed) {
    const auto path = directory_.make_directory("www");
    ASSERT_EQ(chmod(path.c_str(), 0711), 0);
    const auto quiet = check(path, stranger);
    ASSERT_TRUE(quiet);
    EXPECT_THAT(*quiet, IsEmpty());
    const auto listed = check(path, stranger, true);
    ASSERT_TRUE(listed);
    EXPECT_THAT(*listed, ElementsAre(HasSubstr("cannot be read by user 54321")));
}

TEST_F(Root, WarnsOfWhatIsUnwise) {
    const auto top = check("/", stranger);
    ASSERT_TRUE(top);
    EXPECT_THAT(*top, ElementsAre(HasSubstr("the whole file system")));
    const auto path = directory_.make_directory("www");
    ASSERT_EQ(chmod(path.c_str(), 0777), 0);
    const auto open = check(path, stranger);
    ASSERT_TRUE(open);
    EXPECT_THAT(*open, ElementsAre(HasSubstr("writable by everybody")));
}

TEST(Account, MayNotBeRoot) {
    for (const char *user : {"0", "root"}) {
        const auto account = find_account(user, "1");
        ASSERT_FALSE(account);
        EXPECT_EQ(account.error().code, ExitCode::config);
        EXPECT_EQ(account.error().subject, "server.user");
    }
}

TEST(Account, IsFoundByNumberOrName) {
    const auto account = find_account("54321", "54322");
    ASSERT_TRUE(account);
    EXPECT_EQ(account->uid, 54321U);
    EXPECT_EQ(account->gid, 54322U);
    const auto missing = find_account("no-such-user", {});
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().message, HasSubstr("'no-such-user' does not exist"));
    EXPECT_EQ(find_account("54321", "no-such-group").error().subject, "server.group");
    EXPECT_FALSE(find_account("4294967295", "1"));
}

} // namespace
} // namespace khttpd::config
