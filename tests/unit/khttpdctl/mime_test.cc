// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/mime_types.h"
#include "config/protocol.h"
#include "config/verify.h"
#include "temp_dir.h"

namespace khttpd::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(MimeTypes, AreReadFromLines) {
    const MimeFile file = parse_mime_types("# types\n\ntext/html\t\thtml htm # pages\r\n"
                                           "  image/png PNG\napplication/none\n"
                                           "text/plain;charset=x txt");
    EXPECT_EQ(file.table, (MimeTable{{"html", "text/html"},
                                     {"htm", "text/html"},
                                     {"png", "image/png"},
                                     {"txt", "text/plain;charset=x"}}));
    EXPECT_EQ(file.skipped, 0U);
}

TEST(MimeTypes, AreSkippedWhereTheyAreNone) {
    using namespace std::string_view_literals;
    const MimeFile file =
        parse_mime_types("html\ntext/ a\n/b b\ntext/x .b c\ntext/y \0 d\ntext/z e\n"sv);
    EXPECT_EQ(file.table.count("a"), 0U);
    EXPECT_EQ(file.table.count(".b"), 0U);
    EXPECT_EQ(file.table.at("c"), "text/x");
    EXPECT_EQ(file.table.at("d"), "text/y");
    EXPECT_EQ(file.skipped, 5U);
    const MimeFile longest =
        parse_mime_types("text/x " + std::string(31, 'x') + " " + std::string(32, 'y') + "\n" +
                         std::string(300, 'z') + "/x f\n");
    EXPECT_THAT(longest.table, ElementsAre(std::pair{std::string(31, 'x'), std::string{"text/x"}}));
    EXPECT_EQ(longest.skipped, 2U);
}

TEST(MimeTypes, MayHaveExtensionsOfSeveralParts) {
    EXPECT_EQ(
        parse_mime_types("application/tm+json tm.json TM.JSONLD\n").table,
        (MimeTable{{"tm.json", "application/tm+json"}, {"tm.jsonld", "application/tm+json"}}));
}

TEST(MimeTypes, LetTheLastTypeOfAnExtensionCount) {
    EXPECT_EQ(parse_mime_types("text/a x\ntext/b x\n").table, (MimeTable{{"x", "text/b"}}));
    EXPECT_THAT(parse_mime_types("").table, IsEmpty());
}

class VerifiedMime : public testing::Test {
  protected:
    VerifiedMime() {
        config_.user = config_.group.emplace("54321");
        config_.settings.root = directory_.make_directory("www").string();
        config_.mime_file = (directory_ / "types").string();
    }

    test::TempDir directory_;
    Config config_;
};

TEST_F(VerifiedMime, PutsTheFileOverWhatIsBuiltInAndTheConfigurationOverBoth) {
    directory_.write("types", "text/x-html html\ntext/x-css css\n!\n");
    config_.mime_types = {{"css", "text/own"}, {"own", "text/own"}};
    const auto verified = verify(config_);
    ASSERT_TRUE(verified);
    const MimeTable &table = verified->settings.mime;
    EXPECT_EQ(table.at("html"), "text/x-html");
    EXPECT_EQ(table.at("css"), "text/own");
    EXPECT_EQ(table.at("own"), "text/own");
    EXPECT_EQ(table.at("png"), "image/png");
    EXPECT_THAT(verified->warnings, IsEmpty());
    EXPECT_THAT(verified->remarks, ElementsAre(HasSubstr("on 1 lines")));
}

TEST_F(VerifiedMime, LeavesTheModuleItsTableWhereThereIsNoFile) {
    const auto verified = verify(config_);
    ASSERT_TRUE(verified);
    EXPECT_THAT(verified->settings.mime, IsEmpty());
    EXPECT_THAT(verified->warnings, ElementsAre(HasSubstr("types does not exist")));
    config_.mime_types = {{"own", "text/own"}};
    const auto own = verify(config_);
    ASSERT_TRUE(own);
    EXPECT_EQ(own->settings.mime.size(), built_in_mime().size() + 1);
}

TEST_F(VerifiedMime, LimitsTheTable) {
    std::string text;
    for (int i = 0; i < KHTTPD_EXTENSIONS_MAX + 1; ++i)
        text += "text/x x" + std::to_string(i) + "\n";
    directory_.write("types", text);
    const auto verified = verify(config_);
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code, ExitCode::config);
    EXPECT_THAT(verified.error().message, HasSubstr("at most 16384 extensions"));
}

} // namespace
} // namespace khttpd::config
