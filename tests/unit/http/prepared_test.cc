// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "date.h"
#include "head.h"
#include "prepared.h"
}

namespace {

constexpr int64_t then = 784111777; // RFC 9110, 5.6.7
constexpr uint32_t lifetime = 86400;
constexpr uint64_t size = 102400;
constexpr std::string_view last = "\r\nConnection: close";

// Of everything that a prepared head may tell, and of what looks like it.
http_head like(uint16_t status, int64_t now, const char *date) {
    static const std::string fields =
        "X-Date: Date: none\r\nExpires: 0\r\nX: Content-Length: 3\r\n";
    http_head head{};

    head.status = status;
    head.minor = 1;
    head.keep_alive = true;
    head.server = true;
    head.date = date;
    head.type = "text/html";
    head.charset = "utf-8";
    head.has_length = true;
    head.content_length = size;
    head.has_mtime = true;
    head.mtime = then - 1000;
    head.etag = "\"tag\"";
    head.etag_len = 5;
    head.has_expires = true;
    head.expires = now + lifetime;
    head.accept_ranges = true;
    head.fields = fields.data();
    head.fields_len = fields.size();
    return head;
}

std::string write(const http_head &head) {
    std::vector<char> octets(4096);

    octets.resize(http_head_write(octets.data(), octets.size(), &head));
    return {octets.begin(), octets.end()};
}

class Prepared : public testing::Test {
  protected:
    // What would be written at the time, if nothing had been prepared.
    std::string written(http_head head) {
        head.date = date_.data();
        head.expires = then + lifetime;
        return write(head);
    }

    // The same out of what was prepared long before; into exactly so many octets, so that a
    // sanitizer sees one more.
    std::string completed(http_head head, http_completion &completion) {
        std::string early(HTTP_DATE_LEN, '\0');
        http_date_format(early.data(), 0);
        head.date = early.data();
        head.expires = 0;
        const std::string text = write(head);
        http_prepared prepared;
        http_prepared_init(&prepared, text.data(), text.size(), head.has_expires);

        completion.now = then;
        completion.expires_s = lifetime;
        completion.date = date_.data();
        completion.date_len = date_.size();
        std::vector<char> octets(http_prepared_len(&prepared, &completion));
        EXPECT_EQ(http_prepared_copy(&prepared, &completion, octets.data()),
                  octets.data() + octets.size());
        return {octets.begin(), octets.end()};
    }

    std::string completed(const http_head &head) {
        http_completion completion{};
        return completed(head, completion);
    }

    // The 206 out of the head of a 200.
    std::string completed(const http_head &head, const http_range &range) {
        char lines[HTTP_PREPARED_PART_MAX];
        http_completion completion{};
        completion.part = lines;
        completion.part_len = http_prepared_part(lines, &range, head.content_length);
        return completed(head, completion);
    }

    std::string date_ = [] {
        std::string date(HTTP_DATE_LEN, '\0');
        http_date_format(date.data(), then);
        return date;
    }();
};

TEST_F(Prepared, IsWhatWouldBeWritten) {
    for (const uint16_t status : {200, 304, 404})
        for (const bool expires : {false, true})
            for (const bool server : {false, true}) {
                http_head head = like(status, then, date_.data());
                head.has_expires = expires;
                head.server = server;
                EXPECT_EQ(completed(head), written(head));
            }
}

TEST_F(Prepared, TellsTheEndOfAConnectionBehindTheDate) {
    http_head head = like(200, then, date_.data());
    date_ += last;
    const std::string octets = completed(head);
    date_.resize(HTTP_DATE_LEN);
    head.keep_alive = false;
    EXPECT_EQ(octets, written(head));
}

TEST_F(Prepared, GivesAPart) {
    const http_range ranges[] = {{0, 1}, {0, size}, {size - 1, 1}, {1000, 100}};

    for (const http_range &range : ranges)
        for (const uint8_t hide : {0, HTTP_HEAD_SERVER | HTTP_HEAD_ETAG | HTTP_HEAD_CONTENT_TYPE})
            for (const bool expires : {false, true}) {
                http_head head = like(200, then, date_.data());
                head.hide = hide;
                head.has_expires = expires;
                const std::string octets = completed(head, range);
                head.status = 206;
                head.has_range = true;
                head.range_off = range.off;
                head.range_len = range.len;
                head.range_size = size;
                head.content_length = range.len;
                EXPECT_EQ(octets, written(head));
            }
}

TEST_F(Prepared, HasRoomForTheLongestPart) {
    char lines[HTTP_PREPARED_PART_MAX];
    const http_range range = {UINT64_MAX - 1, UINT64_MAX};

    EXPECT_NE(http_prepared_part(lines, &range, UINT64_MAX), 0u);
}

} // namespace
