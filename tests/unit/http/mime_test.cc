// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <span>
#include <string>
#include <string_view>

extern "C" {
#include "mime.h"
}

namespace {

std::string_view find(std::string_view name) {
    return http_mime_find(name.data(), name.size());
}

const std::span table(http_mime_table, http_mime_table_len);

TEST(MimeTable, IsSortedWithoutRepetition) {
    for (size_t i = 1; i < table.size(); i++)
        EXPECT_LT(std::string_view(table[i - 1].extension), std::string_view(table[i].extension));
}

TEST(MimeTable, HasExtensionsThatCanBeFound) {
    for (const http_mime &mime : table) {
        const std::string_view extension = mime.extension;

        EXPECT_TRUE(std::ranges::all_of(extension, [](unsigned char c) {
            return std::islower(c) || std::isdigit(c);
        })) << extension;
        EXPECT_EQ(find("name." + std::string(extension)), mime.type);
    }
}

TEST(MimeTable, HasACharsetOnTypesOfTextAlone) {
    for (const http_mime &mime : table) {
        const std::string_view type = mime.type;

        EXPECT_EQ(type.ends_with("; charset=utf-8"), type.starts_with("text/")) << type;
    }
}

struct Named {
    std::string_view name;
    std::string_view type;
};

class Mime : public testing::TestWithParam<Named> {};

TEST_P(Mime, IsToldFromTheName) {
    EXPECT_EQ(find(GetParam().name), GetParam().type);
}

INSTANTIATE_TEST_SUITE_P(
    Website, Mime,
    testing::Values(
        Named{"index.html", "text/html; charset=utf-8"},
        Named{"index.htm", "text/html; charset=utf-8"},
        Named{"style.css", "text/css; charset=utf-8"},
        Named{"app.js", "text/javascript; charset=utf-8"},
        Named{"app.mjs", "text/javascript; charset=utf-8"},
        Named{"robots.txt", "text/plain; charset=utf-8"},
        Named{"README.md", "text/markdown; charset=utf-8"},
        Named{"data.csv", "text/csv; charset=utf-8"}, Named{"data.json", "application/json"},
        Named{"app.js.map", "application/json"},
        Named{"site.webmanifest", "application/manifest+json"},
        Named{"feed.atom", "application/atom+xml"}, Named{"feed.rss", "application/rss+xml"},
        Named{"sitemap.xml", "application/xml"}, Named{"page.xhtml", "application/xhtml+xml"},
        Named{"logo.svg", "image/svg+xml"}, Named{"favicon.ico", "image/vnd.microsoft.icon"},
        Named{"a.png", "image/png"}, Named{"a.gif", "image/gif"}, Named{"a.jpg", "image/jpeg"},
        Named{"a.jpeg", "image/jpeg"}, Named{"a.webp", "image/webp"}, Named{"a.avif", "image/avif"},
        Named{"a.woff", "font/woff"}, Named{"a.woff2", "font/woff2"}, Named{"a.ttf", "font/ttf"},
        Named{"a.wasm", "application/wasm"}, Named{"a.pdf", "application/pdf"},
        Named{"a.mp4", "video/mp4"}, Named{"a.webm", "video/webm"}, Named{"a.mp3", "audio/mpeg"},
        Named{"a.ogg", "audio/ogg"}, Named{"a.zip", "application/zip"},
        Named{"a.gz", "application/gzip"}, Named{"a.xz", "application/x-xz"},
        Named{"a.zst", "application/zstd"}, Named{"a.tar", "application/x-tar"},
        Named{"a.deb", "application/vnd.debian.binary-package"}));

INSTANTIATE_TEST_SUITE_P(TableEnds, Mime,
                         testing::Values(Named{"a.7z", "application/x-7z-compressed"},
                                         Named{"a.zst", "application/zstd"}));

INSTANTIATE_TEST_SUITE_P(Extension, Mime,
                         testing::Values(Named{"A.HTML", "text/html; charset=utf-8"},
                                         Named{"a.HtMl", "text/html; charset=utf-8"},
                                         Named{"a.tar.gz", "application/gzip"},
                                         Named{"a..html", "text/html; charset=utf-8"},
                                         Named{".a.html", "text/html; charset=utf-8"},
                                         Named{"b.png/a.html", "text/html; charset=utf-8"},
                                         Named{"\xc3\xa9.png", "image/png"}));

INSTANTIATE_TEST_SUITE_P(
    Default, Mime,
    testing::Values(Named{"", HTTP_MIME_DEFAULT}, Named{"README", HTTP_MIME_DEFAULT},
                    Named{"html", HTTP_MIME_DEFAULT}, Named{".html", HTTP_MIME_DEFAULT},
                    Named{"a/.html", HTTP_MIME_DEFAULT}, Named{"a.html/b", HTTP_MIME_DEFAULT},
                    Named{"a.html/", HTTP_MIME_DEFAULT}, Named{"a.", HTTP_MIME_DEFAULT},
                    Named{".", HTTP_MIME_DEFAULT}, Named{"..", HTTP_MIME_DEFAULT},
                    Named{"a.html ", HTTP_MIME_DEFAULT}, Named{"a.htmlx", HTTP_MIME_DEFAULT},
                    Named{"a.ht", HTTP_MIME_DEFAULT}, Named{"a.html~", HTTP_MIME_DEFAULT},
                    Named{"a.webmanifes", HTTP_MIME_DEFAULT},
                    Named{"a.webmanifestx", HTTP_MIME_DEFAULT},
                    Named{"a.averylongextension", HTTP_MIME_DEFAULT},
                    Named{std::string_view("a.html\0", 7), HTTP_MIME_DEFAULT},
                    Named{"a.\xff", HTTP_MIME_DEFAULT}));

} // namespace
