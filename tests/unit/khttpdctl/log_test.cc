// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <fstream>
#include <random>
#include <regex>
#include <sstream>

#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "log/access_log.h"
#include "log/format.h"
#include "log/record.h"
#include "log/sink.h"
#include "netlink/log_source.h"
#include "temp_dir.h"

namespace khttpd {
namespace {

using log::AccessLog;
using log::Formatter;
using log::Record;
using nlohmann::json;
using namespace std::string_view_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t noon_ns = 1'795'348'800'123'456'789; // 2026-11-22T12:00:00Z

Record a_record() {
    Record record;
    record.time_ns = noon_ns;
    record.duration_ns = 1'234'567;
    record.bytes = 321;
    record.content_bytes = 12;
    record.client = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7};
    record.local = {0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    record.client_port = 40000;
    record.local_port = 80;
    record.status = 200;
    record.line = "GET /a?b HTTP/1.1";
    record.host = "a.test";
    record.referer = "http://b.test/";
    record.agent = "curl/7.88.1";
    return record;
}

std::string line_of(khttpd_log_format format, const Record &record) {
    std::string text;
    Formatter{format}.append(text, record);
    return text;
}

/// What the module would hand out.
std::string encoded(const Record &record) {
    khttpd_log_record head{};
    head.time_ns = record.time_ns;
    head.duration_ns = record.duration_ns;
    head.bytes = record.bytes;
    head.head_len = static_cast<std::uint32_t>(record.bytes - record.content_bytes);
    std::memcpy(head.client, record.client.data(), sizeof(head.client));
    std::memcpy(head.local, record.local.data(), sizeof(head.local));
    head.client_port = record.client_port;
    head.local_port = record.local_port;
    head.status = record.status;
    head.line_len = static_cast<std::uint16_t>(record.line.size());
    head.host_len = static_cast<std::uint16_t>(record.host.size());
    head.referer_len = static_cast<std::uint16_t>(record.referer.size());
    head.agent_len = static_cast<std::uint16_t>(record.agent.size());
    std::string texts;
    for (const std::string_view text : {record.line, record.host, record.referer, record.agent})
        texts += text;
    texts.resize((texts.size() + 7) / 8 * 8);
    head.size = static_cast<std::uint16_t>(sizeof(head) + texts.size());
    return std::string(reinterpret_cast<const char *>(&head), sizeof(head)) + texts;
}

std::span<const std::byte> bytes_of(const std::string &text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

TEST(LogFormat, WritesTheCombinedLogFormat) {
    setenv("TZ", "UTC0", 1);
    tzset();
    EXPECT_EQ(line_of(KHTTPD_LOG_FORMAT_COMBINED, a_record()),
              "192.0.2.7 - - [22/Nov/2026:12:00:00 +0000] \"GET /a?b HTTP/1.1\" 200 12 "
              "\"http://b.test/\" \"curl/7.88.1\"\n");
    unsetenv("TZ");
    tzset();
}

TEST(LogFormat, WritesADashForWhatIsNotThere) {
    Record record = a_record();
    record.line = record.referer = record.agent = "";
    EXPECT_THAT(line_of(KHTTPD_LOG_FORMAT_COMBINED, record),
                HasSubstr("] \"-\" 200 12 \"-\" \"-\"\n"));
}

TEST(LogFormat, EscapesWhatCouldEndAFieldOrALine) {
    Record record = a_record();
    record.line = "GET /\"\\ HTTP/1.1";
    record.agent = "a\r\n127.0.0.1 - -\x1b[2J\x7f\xc3\xa9\0b"sv;
    const std::string line = line_of(KHTTPD_LOG_FORMAT_COMBINED, record);
    EXPECT_THAT(line, HasSubstr("\"GET /\\x22\\x5c HTTP/1.1\""));
    EXPECT_THAT(line, HasSubstr("\"a\\x0d\\x0a127.0.0.1 - -\\x1b[2J\\x7f\\xc3\\xa9\\x00b\""));
}

TEST(LogFormat, WritesAnObjectOfJson) {
    const json object = json::parse(line_of(KHTTPD_LOG_FORMAT_JSON, a_record()));
    EXPECT_EQ(object, json({{"time", "2026-11-22T12:00:00.123Z"},
                            {"client", "192.0.2.7"},
                            {"client_port", 40000},
                            {"local", "2001:db8::1"},
                            {"local_port", 80},
                            {"host", "a.test"},
                            {"method", "GET"},
                            {"target", "/a?b"},
                            {"protocol", "HTTP/1.1"},
                            {"status", 200},
                            {"bytes", 321},
                            {"content_bytes", 12},
                            {"duration_us", 1234},
                            {"referer", "http://b.test/"},
                            {"user_agent", "curl/7.88.1"},
                            {"complete", true},
                            {"cut", false}}));
}

TEST(LogFormat, TellsOfARequestThatIsNoneAsItWas) {
    for (const std::string_view line : {"", "GET", "GET /", "GET / a HTTP/1.1"}) {
        Record record = a_record();
        record.line = line;
        const json object = json::parse(line_of(KHTTPD_LOG_FORMAT_JSON, record));
        EXPECT_EQ(object.at("request"), line);
        EXPECT_FALSE(object.contains("method"));
    }
}

TEST(LogFormat, KeepsWhatIsUtf8AndReplacesWhatIsNot) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xc3", "\\ufffd"},
        {"\xc3(", "\\ufffd("},
        {"\xc0\xaf", "\\ufffd\\ufffd"},
        {"\xe0\x80\x80", "\\ufffd\\ufffd\\ufffd"},
        {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},
        {"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
        {"\"\\\n\x7f", "\\\"\\\\\\u000a\\u007f"},
    };
    for (const auto &[text, expected] : cases) {
        std::string written;
        log::append_json_string(written, text);
        EXPECT_EQ(written, expected);
    }
}

TEST(LogFormat, TellsOfLossInALineOfItsOwn) {
    std::string text;
    Formatter{KHTTPD_LOG_FORMAT_COMBINED}.append_loss(text, 12, noon_ns);
    EXPECT_TRUE(std::regex_match(text, std::regex{"# \\[.*\\] khttpd: records lost: 12\n"}))
        << text;
    text.clear();
    Formatter{KHTTPD_LOG_FORMAT_JSON}.append_loss(text, 12, noon_ns);
    EXPECT_EQ(json::parse(text), json({{"time", "2026-11-22T12:00:00.123Z"}, {"lost", 12}}));
}

TEST(LogFormat, WhateverComesIsOneLine) {
    std::mt19937 chance{59};
    const std::regex combined{
        "[0-9.]+ - - \\[[^\\]]+\\] \"[ !#-\\[\\]-~]*\" 200 12 \"[ !#-\\[\\]-~]*\" "
        "\"[ !#-\\[\\]-~]*\"\n",
        std::regex::optimize};
    for (int round = 0; round < 2000; ++round) {
        std::string texts[4];
        for (std::string &text : texts)
            for (unsigned left = chance() % 40; left > 0; --left)
                text += static_cast<char>(chance() % 3 ? chance() % 256
                                                       : "\"\\\n\r\xc3\xe2 "[chance() % 7]);
        Record record = a_record();
        record.line = texts[0];
        record.host = texts[1];
        record.referer = texts[2];
        record.agent = texts[3];
        std::string line = line_of(KHTTPD_LOG_FORMAT_COMBINED, record);
        // A backslash stands only where it escapes.
        for (std::size_t at = 0; (at = line.find('\\', at)) != line.npos; line.replace(at, 4, "~"))
            ASSERT_EQ(line.compare(at, 2, "\\x"), 0) << line;
        ASSERT_TRUE(std::regex_match(line, combined)) << line;
        const std::string object = line_of(KHTTPD_LOG_FORMAT_JSON, record);
        ASSERT_EQ(std::count(object.begin(), object.end(), '\n'), 1);
        // Throws at what is not UTF-8.
        ASSERT_TRUE(json::parse(object).is_object());
        ASSERT_EQ(json::parse(object).at("status"), 200);
    }
}

TEST(LogRecord, IsDecodedAsItWasEncoded) {
    const std::string batch = encoded(a_record()) + encoded(a_record());
    std::vector<Record> records;
    ASSERT_TRUE(log::decode_records(bytes_of(batch), records));
    ASSERT_THAT(records, SizeIs(2));
    for (const Record &record : records)
        EXPECT_EQ(line_of(KHTTPD_LOG_FORMAT_JSON, record),
                  line_of(KHTTPD_LOG_FORMAT_JSON, a_record()));
}

TEST(LogRecord, HasNoContentWhereNotEvenTheHeadWasSent) {
    Record record = a_record();
    std::string batch = encoded(record);
    khttpd_log_record head;
    std::memcpy(&head, batch.data(), sizeof(head));
    head.bytes = head.head_len - 1;
    std::memcpy(batch.data(), &head, sizeof(head));
    std::vector<Record> records;
    ASSERT_TRUE(log::decode_records(bytes_of(batch), records));
    EXPECT_EQ(records.at(0).content_bytes, 0U);
}

TEST(LogRecord, IsRefusedWhereItIsMalformed) {
    const std::string sound = encoded(a_record());
    std::vector<Record> records;
    for (std::size_t length = 1; length < sound.size(); ++length)
        EXPECT_FALSE(log::decode_records(bytes_of(sound.substr(0, length)), records)) << length;
    EXPECT_THAT(records, IsEmpty());
    std::mt19937 chance{59};
    for (int round = 0; round < 5000; ++round) {
        std::string damaged = sound + sound;
        for (int times = 0; times < 4; ++times)
            damaged[chance() % damaged.size()] = static_cast<char>(chance());
        records.clear();
        log::decode_records(bytes_of(damaged), records);
        // Whatever is made of it lies within it.
        for (const Record &record : records)
            EXPECT_FALSE(line_of(KHTTPD_LOG_FORMAT_JSON, record).empty());
    }
}

/// A kernel that hands out what the test puts there.
class Source : public netlink::LogSource {
  public:
    int fd() const override { return -1; }

    Result<void> ask() override {
        ++asked;
        return {};
    }

    bool waits() const override { return false; }

    Result<std::vector<netlink::LogBatch>> read() override {
        std::vector<netlink::LogBatch> batches;
        texts_.swap(waiting);
        for (const std::string &text : texts_)
            batches.push_back({netlink::Message{KHTTPD_CMD_LOG_GET}, bytes_of(text), lost});
        waiting.clear();
        lost = 0;
        return batches;
    }

    std::vector<std::string> waiting;
    std::uint64_t lost = 0;
    int asked = 0;

  private:
    std::vector<std::string> texts_;
};

class AccessLogTest : public testing::Test {
  protected:
    AccessLogTest() : path_(directory_ / "access.log") {
        auto source = std::make_unique<Source>();
        source_ = source.get();
        log_ = std::make_unique<AccessLog>(std::move(source),
                                           [this] { return log::open_file(path_); });
        settings_.log_access = KHTTPD_LOG_ACCESS_FILE;
        settings_.log_format = KHTTPD_LOG_FORMAT_JSON;
    }

    std::vector<json> written() const {
        std::ifstream file{path_};
        std::vector<json> lines;
        for (std::string line; std::getline(file, line);)
            lines.push_back(json::parse(line));
        return lines;
    }

    test::TempDir directory_;
    std::filesystem::path path_;
    Source *source_;
    std::unique_ptr<AccessLog> log_;
    Settings settings_;
};

TEST_F(AccessLogTest, WritesRecordsInTheirOrder) {
    ASSERT_TRUE(log_->configure(settings_));
    EXPECT_EQ(source_->asked, 1);
    Record later = a_record();
    later.time_ns += 1'000'000'000;
    source_->waiting = {encoded(later), encoded(a_record()) + encoded(later)};
    ASSERT_TRUE(log_->on_readable());
    const auto lines = written();
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_EQ(lines[0].at("time"), "2026-11-22T12:00:00.123Z");
    EXPECT_EQ(lines[1].at("time"), "2026-11-22T12:00:01.123Z");

    struct stat status {};

    ASSERT_EQ(stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0007, 0U);
}

TEST_F(AccessLogTest, TellsOfLoss) {
    ASSERT_TRUE(log_->configure(settings_));
    source_->waiting = {encoded(a_record())};
    source_->lost = 7;
    ASSERT_TRUE(log_->on_readable());
    ASSERT_THAT(written(), SizeIs(2));
    EXPECT_EQ(written()[1].at("lost"), 7);
}

TEST_F(AccessLogTest, GoesOnInANewFileWhenItWasRotated) {
    ASSERT_TRUE(log_->configure(settings_));
    std::filesystem::rename(path_, directory_ / "access.log.1");
    source_->waiting = {encoded(a_record())};
    ASSERT_TRUE(log_->on_readable());
    EXPECT_FALSE(std::filesystem::exists(path_));
    ASSERT_TRUE(log_->reopen());
    source_->waiting = {encoded(a_record()), encoded(a_record())};
    ASSERT_TRUE(log_->on_readable());
    EXPECT_THAT(written(), SizeIs(2));
}

TEST_F(AccessLogTest, CountsWhatItHasNoPlaceFor) {
    path_ = directory_ / "absent" / "access.log";
    EXPECT_FALSE(log_->configure(settings_));
    source_->waiting = {encoded(a_record()), encoded(a_record())};
    ASSERT_TRUE(log_->on_readable());
    EXPECT_FALSE(log_->look());
    std::filesystem::create_directory(directory_ / "absent");
    ASSERT_TRUE(log_->look());
    source_->waiting = {encoded(a_record())};
    ASSERT_TRUE(log_->on_readable());
    ASSERT_THAT(written(), SizeIs(2));
    EXPECT_EQ(written()[1].at("lost"), 2);
}

TEST_F(AccessLogTest, SurvivesAFullDisk) {
    // The limit on a file stands for the disk.
    ASSERT_TRUE(log_->configure(settings_));
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    source_->waiting = std::vector<std::string>(10, encoded(a_record()));
    const auto taken = log_->on_readable();
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_DFL);
    ASSERT_TRUE(taken);
    // Whole lines alone.
    const std::size_t kept = written().size();
    EXPECT_GT(kept, 0U);
    EXPECT_LT(kept, 10U);
    source_->waiting = {encoded(a_record())};
    ASSERT_TRUE(log_->on_readable());
    const auto lines = written();
    ASSERT_THAT(lines, SizeIs(kept + 2));
    EXPECT_EQ(lines.back().at("lost"), 10 - kept);
}

TEST_F(AccessLogTest, WritesNothingWhenItIsOff) {
    settings_.log_access = KHTTPD_LOG_ACCESS_NONE;
    ASSERT_TRUE(log_->configure(settings_));
    ASSERT_TRUE(log_->look());
    EXPECT_EQ(source_->asked, 0);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

class LogCommandTest : public test::CliTest {
  protected:
    std::string path_ = (directory_ / "access.log").string();

    std::string shown(const std::string &content, const std::string &lines) {
        std::ofstream{path_, std::ios::binary} << content;
        EXPECT_EQ(run({"log", "--file", path_, "-n", lines}), 0);
        return out();
    }
};

TEST_F(LogCommandTest, ShowsTheEnd) {
    EXPECT_EQ(shown("a\nb\nc\n", "2"), "b\nc\n");
}

TEST_F(LogCommandTest, ShowsAllWhereThereIsNoMore) {
    EXPECT_EQ(shown("a\nb\nc\n", "10"), "a\nb\nc\n");
}

TEST_F(LogCommandTest, ShowsALineThatHasNoEnd) {
    EXPECT_EQ(shown("a\nb\nc", "2"), "b\nc");
}

TEST_F(LogCommandTest, ShowsNothingOfNothing) {
    EXPECT_EQ(shown("", "2"), "");
}

TEST_F(LogCommandTest, ShowsLinesLongerThanABlock) {
    const std::string line = std::string(100'000, 'x') + "\n";
    EXPECT_EQ(shown(line + line + line, "2"), line + line);
}

TEST_F(LogCommandTest, NamesTheFileThatIsNotThere) {
    EXPECT_EQ(run({"log", "--file", path_}), 66);
    EXPECT_THAT(err(), HasSubstr(path_));
    EXPECT_THAT(err(), HasSubstr("hint: "));
}

} // namespace
} // namespace khttpd
