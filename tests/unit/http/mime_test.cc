// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "mime.h"
}

namespace {

// The empty string stands for a type that is not known.
std::string_view find(std::string_view name, const http_mime_table &table = http_mime_built_in) {
    const char *type = http_mime_find(&table, name.data(), name.size());

    return type ? type : "";
}

const std::span table(http_mime_built_in.entries, http_mime_built_in.nr);

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

TEST(MimeTable, LeavesTheCharsetToConfiguration) {
    for (const http_mime &mime : table)
        EXPECT_EQ(std::string_view(mime.type).find(';'), std::string_view::npos) << mime.type;
}

TEST(MimeTable, IsSortedByItsOwnOrder) {
    EXPECT_TRUE(std::ranges::is_sorted(table, [](const http_mime &a, const http_mime &b) {
        return http_mime_compare(&a, &b) < 0;
    }));
}

TEST(MimeTable, CanBeAnother) {
    const std::string longest(HTTP_MIME_EXTENSION_MAX, 'z');
    std::vector<http_mime> entries{
        {longest.c_str(), "a/longest"}, {"html", "a/html"}, {"b", "a/b"}};

    std::qsort(entries.data(), entries.size(), sizeof(entries[0]), http_mime_compare);
    for (u32 nr = 0; nr <= entries.size(); nr++) {
        const http_mime_table own{entries.data(), nr};

        EXPECT_EQ(find("x.b", own), nr > 0 ? "a/b" : "");
        EXPECT_EQ(find("x.HTML", own), nr > 1 ? "a/html" : "");
        EXPECT_EQ(find("x." + longest, own), nr > 2 ? "a/longest" : "");
        EXPECT_EQ(find("x." + longest + "z", own), "");
        EXPECT_EQ(find("x.css", own), "");
    }
}

TEST(MimeTable, MayHaveDotsInExtensions) {
    const std::string longest = "a." + std::string(HTTP_MIME_EXTENSION_MAX - 4, 'z') + ".b";
    std::vector<http_mime> entries{{"gz", "a/gz"},
                                   {"tar.gz", "a/tar.gz"},
                                   {"x.y", "a/x.y"},
                                   {"b", "a/b"},
                                   {longest.c_str(), "a/longest"}};

    std::qsort(entries.data(), entries.size(), sizeof(entries[0]), http_mime_compare);
    const http_mime_table own{entries.data(), static_cast<u32>(entries.size())};
    EXPECT_EQ(find("a.tar.gz", own), "a/tar.gz");
    EXPECT_EQ(find("a.TAR.Gz", own), "a/tar.gz");
    EXPECT_EQ(find("a.b.tar.gz", own), "a/tar.gz");
    EXPECT_EQ(find("tar.gz", own), "a/gz");
    EXPECT_EQ(find(".tar.gz", own), "a/gz");
    EXPECT_EQ(find("d/.tar.gz", own), "a/gz");
    EXPECT_EQ(find("a.tar/b.gz", own), "a/gz");
    EXPECT_EQ(find("a.xtar.gz", own), "a/gz");
    EXPECT_EQ(find("a.tar.gz.bak", own), "");
    EXPECT_EQ(find("a.x.y", own), "a/x.y");
    EXPECT_EQ(find("a.y", own), "");
    EXPECT_EQ(find("a." + longest, own), "a/longest");
    EXPECT_EQ(find("a.z" + longest, own), "a/b");
    EXPECT_EQ(find(std::string(1000, '.') + "gz", own), "a/gz");
}

struct Text {
    const char *type;
    bool text;
};

class MimeIsText : public testing::TestWithParam<Text> {};

TEST_P(MimeIsText, WhereACharsetHasToBeTold) {
    EXPECT_EQ(http_mime_is_text(GetParam().type), GetParam().text) << GetParam().type;
}

// RFC 9110 section 8.3.1: type and parameter names in either case
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section831, MimeIsText,
    testing::Values(Text{"text/html", true}, Text{"TEXT/plain", true}, Text{"text/x; a=b", true},
                    Text{"text/html; charset=utf-8", false}, Text{"text/html;CHARSET=x", false},
                    Text{"text/html; a=b ;\t charset=x", false},
                    Text{"text/html; a=\"; charset=x\"", true},
                    Text{"text/html; a=\"\\\"; charset=x\"", true},
                    Text{"text/html; a=\"\\\"\"; charset=x", false},
                    Text{"text/html; xcharset=x", true}, Text{"text/html; charset", true},
                    Text{"text/html; a=\"\\", true}, Text{"text/html;", true},
                    Text{"application/json", false}, Text{"application/xml", false},
                    Text{"image/svg+xml", false}, Text{"text", false}, Text{"textile/x", false},
                    Text{"", false}));

struct Content {
    const char *type;
    bool compressible;
};

class MimeCompressible : public testing::TestWithParam<Content> {};

TEST_P(MimeCompressible, WhereACodingSaves) {
    EXPECT_EQ(http_mime_compressible(GetParam().type), GetParam().compressible) << GetParam().type;
}

INSTANTIATE_TEST_SUITE_P(Text, MimeCompressible,
                         testing::Values(Content{"text/html", true}, Content{"text/css", true},
                                         Content{"TEXT/Plain", true},
                                         Content{"text/html; charset=utf-8", true},
                                         Content{"text/x-unheard-of", true}, Content{"text", false},
                                         Content{"textile/x", false}, Content{"", false}));

// RFC 6839: what a suffix says of the type underneath
INSTANTIATE_TEST_SUITE_P(
    Rfc6839Suffix, MimeCompressible,
    testing::Values(Content{"image/svg+xml", true}, Content{"IMAGE/SVG+XML", true},
                    Content{"application/ld+json", true}, Content{"model/gltf+json", true},
                    Content{"application/openapi+yaml", true}, Content{"image/svg+xml;a=b", true},
                    Content{"image/svg+xml ; a=b", true}, Content{"image/svg+xml\t;a=b", true},
                    Content{"+xml", true}, Content{"xml", false}, Content{"a/b+xmlx", false},
                    Content{"a/b-xml", false}, Content{"application/epub+zip", false},
                    Content{"application/x+gzip", false}, Content{"image/png;a=b+xml", false}));

INSTANTIATE_TEST_SUITE_P(
    Listed, MimeCompressible,
    testing::Values(Content{"application/javascript", true}, Content{"application/json", true},
                    Content{"Application/JSON;charset=utf-8", true},
                    Content{"application/xml", true}, Content{"application/wasm", true},
                    Content{"font/ttf", true}, Content{"font/otf", true},
                    Content{"application/jso", false}, Content{"application/jsonx", false},
                    Content{"x/application/json", false}, Content{";application/json", false}));

INSTANTIATE_TEST_SUITE_P(CompressedAlready, MimeCompressible,
                         testing::Values(Content{"image/png", false}, Content{"image/jpeg", false},
                                         Content{"image/webp", false}, Content{"font/woff", false},
                                         Content{"font/woff2", false}, Content{"video/mp4", false},
                                         Content{"audio/ogg", false},
                                         Content{"application/pdf", false},
                                         Content{"application/gzip", false},
                                         Content{"application/zip", false},
                                         Content{HTTP_MIME_DEFAULT, false}));

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
        Named{"index.html", "text/html"}, Named{"index.htm", "text/html"},
        Named{"style.css", "text/css"}, Named{"app.js", "text/javascript"},
        Named{"app.mjs", "text/javascript"}, Named{"robots.txt", "text/plain"},
        Named{"README.md", "text/markdown"}, Named{"data.csv", "text/csv"},
        Named{"data.json", "application/json"}, Named{"app.js.map", "application/json"},
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
                         testing::Values(Named{"A.HTML", "text/html"}, Named{"a.HtMl", "text/html"},
                                         Named{"a.tar.gz", "application/gzip"},
                                         Named{"a..html", "text/html"},
                                         Named{".a.html", "text/html"},
                                         Named{"b.png/a.html", "text/html"},
                                         Named{"\xc3\xa9.png", "image/png"}));

INSTANTIATE_TEST_SUITE_P(
    Unknown, Mime,
    testing::Values(Named{"", ""}, Named{"README", ""}, Named{"html", ""}, Named{".html", ""},
                    Named{"a/.html", ""}, Named{"a.html/b", ""}, Named{"a.html/", ""},
                    Named{"a.", ""}, Named{".", ""}, Named{"..", ""}, Named{"a.html ", ""},
                    Named{"a.htmlx", ""}, Named{"a.ht", ""}, Named{"a.html~", ""},
                    Named{"a.webmanifes", ""}, Named{"a.webmanifestx", ""},
                    Named{"a.averylongextension", ""}, Named{std::string_view("a.html\0", 7), ""},
                    Named{"a.\xff", ""}));

} // namespace
