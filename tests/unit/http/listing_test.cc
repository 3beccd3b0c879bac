// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "listing.h"
#include "target.h"
}

using namespace std::string_literals;

namespace {

constexpr s64 mtime = 784111777; // 1994-11-06 08:49:37

http_listing directory(std::string_view path, bool json = false) {
    http_listing listing{};

    listing.path = path.data();
    listing.path_len = path.size();
    listing.json = json;
    return listing;
}

http_listing_entry entry(std::string_view name, bool dir = false, u64 size = 0, s64 time = mtime) {
    return {
        .name = name.data(), .size = size, .mtime = time, .name_len = u32(name.size()), .dir = dir};
}

// Each piece is written into exactly as many octets as it is said to need at most, so that
// a sanitizer sees one more.
std::string begin(const http_listing &listing) {
    std::vector<char> dst(HTTP_LISTING_BEGIN_MAX(listing.path_len));
    const u32 len = http_listing_begin(dst.data(), dst.size(), &listing);

    EXPECT_GT(len, 0u);
    return {dst.data(), len};
}

std::string row(const http_listing &listing, const http_listing_entry &entry, bool first = false) {
    std::vector<char> dst(HTTP_LISTING_ROW_MAX(entry.name_len));
    const u32 len = http_listing_row(dst.data(), dst.size(), &listing, &entry, first);

    EXPECT_GT(len, 0u);
    return {dst.data(), len};
}

std::string end(const http_listing &listing, u64 entries) {
    std::vector<char> dst(HTTP_LISTING_END_MAX);
    const u32 len = http_listing_end(dst.data(), dst.size(), &listing, entries);

    EXPECT_GT(len, 0u);
    return {dst.data(), len};
}

std::string whole(const http_listing &listing, const std::vector<http_listing_entry> &entries) {
    std::string text = begin(listing);

    for (size_t i = 0; i < entries.size(); i++)
        text += row(listing, entries[i], i == 0);
    return text + end(listing, entries.size());
}

bool has(const std::string &text, std::string_view part) {
    return text.find(part) != text.npos;
}

// What a client asks for that follows a relative reference from a directory (RFC 3986
// section 5.2), as the server decodes it: a path relative to the root, with a slash behind
// it if it must be a directory.
std::string follow(std::string_view directory, std::string_view href) {
    std::string base(3 * directory.size(), '\0');
    base.resize(http_target_encode(directory.data(), directory.size(), base.data(), base.size()));
    const std::string raw = "/" + base + (base.empty() ? "" : "/") + std::string(href);
    std::vector<char> dst(raw.size() + 1);
    http_path path;

    EXPECT_EQ(href.find_first_of("?#:"), href.npos) << href;
    EXPECT_FALSE(href.starts_with('/')) << href;
    EXPECT_EQ(http_target_resolve(raw.data(), raw.size(), dst.data(), dst.size(), &path), 0);
    return std::string(dst.data(), path.len) + (path.dir ? "/" : "");
}

std::string unescape(std::string text) {
    const std::pair<const char *, const char *> entities[] = {
        {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#39;", "'"}, {"&amp;", "&"}};

    for (const auto &[entity, octet] : entities)
        for (size_t at = 0; (at = text.find(entity, at)) != text.npos; at++)
            text.replace(at, std::string_view(entity).size(), octet);
    return text;
}

struct Link {
    std::string href;
    std::string text;
};

// The links of a piece of HTML; there may be no other markup in them.
std::vector<Link> links(const std::string &html) {
    static const std::regex link("<a href=\"([^\"]*)\"[^>]*>([^<]*)</a>");
    std::vector<Link> found;

    for (std::sregex_iterator at(html.begin(), html.end(), link), last; at != last; at++)
        found.push_back({unescape((*at)[1]), unescape((*at)[2])});
    return found;
}

// Strict UTF-8, judged by another implementation than ours: the library throws otherwise.
bool is_utf8(const std::string &text) {
    try {
        (void)nlohmann::json(text).dump();
        return true;
    } catch (const nlohmann::json::type_error &) {
        return false;
    }
}

// What all rows of the page look like; nothing of a name can change it.
bool is_row(const std::string &html) {
    static const std::regex row("<tr><td><a href=\"[-._~A-Za-z0-9%]+/?\">[^<>\"']*</a>"
                                "<td>([0-9.]+ ([KMGTPE]i)?B)?"
                                "<td>[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\n");

    return std::regex_match(html, row);
}

std::vector<std::string> names() {
    std::vector<std::string> names = {"a:b",
                                      "a b",
                                      " a ",
                                      "a?b#c",
                                      "100%",
                                      "%41",
                                      "%2e%2e",
                                      "%2F",
                                      "<script>alert(1)</script>",
                                      "\"'&<>",
                                      "&amp;",
                                      "a\r\nb",
                                      "...",
                                      "..a",
                                      ".a",
                                      "-",
                                      "~",
                                      "a;b&c=d",
                                      "\\",
                                      "//evil"s,
                                      "http:",
                                      "javascript:alert(1)",
                                      "\xc3\xa9",
                                      "\xe9",
                                      "\xed\xa0\x80",
                                      "\xf0\x9f\xa6\x8a",
                                      "\u202egpj.exe",
                                      "\u0085",
                                      "]]>",
                                      "-->",
                                      "</title>",
                                      "{}",
                                      "null"};

    std::erase(names, "//evil"); // a name has no slash
    for (int octet = 1; octet < 256; octet++) {
        if (octet == '/')
            continue;
        if (octet != '.')
            names.push_back(std::string(1, char(octet)));
        names.push_back("a"s + char(octet) + "b");
        names.push_back(std::string(255, char(octet)) + "z");
    }
    return names;
}

TEST(ListingRow, LeadsBackToEveryName) {
    for (const std::string &name : names()) {
        for (const std::string path : {"", "a", "a b/%/c?", "\xff/<"}) {
            const http_listing html = directory(path);
            const http_listing json = directory(path, true);
            const std::string prefix = path.empty() ? "" : path + "/";
            const std::vector<Link> file = links(row(html, entry(name)));
            const std::vector<Link> dir = links(row(html, entry(name, true)));

            ASSERT_EQ(file.size(), 1u) << name;
            ASSERT_EQ(dir.size(), 1u) << name;
            EXPECT_EQ(follow(path, file[0].href), prefix + name);
            EXPECT_EQ(follow(path, dir[0].href), prefix + name + "/");
            EXPECT_EQ(dir[0].text, file[0].text + "/");

            const auto parsed = nlohmann::json::parse(row(json, entry(name), true));
            EXPECT_EQ(parsed["href"], file[0].href);
        }
    }
}

TEST(ListingRow, HasNoMarkupOfAName) {
    const http_listing listing = directory("");

    for (const std::string &name : names()) {
        for (bool dir : {false, true}) {
            const std::string html = row(listing, entry(name, dir));

            EXPECT_TRUE(is_row(html)) << html;
            EXPECT_TRUE(is_utf8(html)) << html;
        }
    }
}

TEST(ListingRow, ShowsANameThatIsText) {
    const http_listing html = directory("");
    const http_listing json = directory("", true);

    for (const std::string name :
         {"a", " two  spaces ", "<b>&\"'", "\xc3\xa9", "\xf0\x9f\xa6\x8a"}) {
        EXPECT_EQ(links(row(html, entry(name)))[0].text, name);
        EXPECT_EQ(nlohmann::json::parse(row(json, entry(name), true))["name"], name);
    }
    EXPECT_EQ(links(row(html, entry("a\nb\xff")))[0].text, "a\xef\xbf\xbd"
                                                           "b\xef\xbf\xbd");
    EXPECT_EQ(nlohmann::json::parse(row(json, entry("a\nb\xff"), true))["name"],
              "a\nb\xef\xbf\xbd");
}

struct Size {
    u64 size;
    std::string_view shown;
};

class ListingSize : public testing::TestWithParam<Size> {};

TEST_P(ListingSize, IsReadable) {
    const http_listing listing = directory("");
    const std::string html = row(listing, entry("a", false, GetParam().size));

    EXPECT_TRUE(has(html, "<td>" + std::string(GetParam().shown) + "<td>")) << html;
}

INSTANTIATE_TEST_SUITE_P(
    Iec80000, ListingSize,
    testing::Values(Size{0, "0 B"}, Size{1, "1 B"}, Size{1023, "1023 B"}, Size{1024, "1.0 KiB"},
                    Size{1126, "1.0 KiB"}, Size{1127, "1.1 KiB"}, Size{1536, "1.5 KiB"},
                    Size{1048575, "1023.9 KiB"}, Size{1048576, "1.0 MiB"},
                    Size{u64{1} << 30, "1.0 GiB"}, Size{u64{5} << 40, "5.0 TiB"},
                    Size{u64{1} << 50, "1.0 PiB"}, Size{u64{1} << 60, "1.0 EiB"},
                    Size{UINT64_MAX, "15.9 EiB"}));

TEST(ListingRow, SaysSizeAndTime) {
    const http_listing html = directory("");
    const http_listing json = directory("", true);

    EXPECT_EQ(row(html, entry("a", false, 5)),
              "<tr><td><a href=\"a\">a</a><td>5 B<td>1994-11-06 08:49\n");
    EXPECT_EQ(row(html, entry("a", true, 5)),
              "<tr><td><a href=\"a/\">a/</a><td><td>1994-11-06 08:49\n");
    EXPECT_EQ(nlohmann::json::parse(row(json, entry("a", false, UINT64_MAX), true)),
              nlohmann::json({{"name", "a"},
                              {"href", "a"},
                              {"type", "file"},
                              {"size", UINT64_MAX},
                              {"mtime", "1994-11-06T08:49:37Z"}}));
    EXPECT_EQ(nlohmann::json::parse(row(json, entry("a", true, 5, -1), true)),
              nlohmann::json({{"name", "a"},
                              {"href", "a/"},
                              {"type", "directory"},
                              {"size", nullptr},
                              {"mtime", "1969-12-31T23:59:59Z"}}));
}

// The longest there is of everything else; the slack of a bound is small.
TEST(ListingBounds, HoldForTheWorstNames) {
    for (bool json : {false, true}) {
        const http_listing listing = directory("", json);
        size_t longest = 0;

        for (int octet = 1; octet < 256; octet++) {
            const std::string name(255, char(octet));
            const http_listing_entry worst = entry(name, false, UINT64_MAX, INT64_MAX);
            const size_t max = HTTP_LISTING_ROW_MAX(name.size());
            size_t len = row(listing, worst).size();

            EXPECT_LE(len, max);
            longest = std::max(longest, len);
            len = row(listing, entry(name, true, UINT64_MAX, INT64_MAX)).size();
            EXPECT_LE(len, max);
            longest = std::max(longest, len);
        }
        EXPECT_GT(longest + 128, size_t{HTTP_LISTING_ROW_MAX(255)}) << json;
        EXPECT_LE(end(listing, UINT64_MAX).size(), size_t{HTTP_LISTING_END_MAX});
    }
}

std::vector<std::string> paths() {
    std::vector<std::string> paths = {"", "a", "a/b", "a b/c\xff/<d>"};
    std::string deep;

    for (int i = 0; i < 2048; i++)
        deep += i ? "/\"" : "\"";
    paths.push_back(deep);
    for (size_t len : {1u, 63u, 255u, 4095u}) {
        for (char octet : {'"', '\x01', '\xff', 'a'}) {
            std::string path(len, octet);

            paths.push_back(path);
            for (size_t at = 255; at + 1 < len; at += 256)
                path[at] = '/';
            paths.push_back(path);
        }
    }
    return paths;
}

TEST(ListingBounds, HoldForTheWorstPaths) {
    for (const std::string &path : paths()) {
        for (bool json : {false, true}) {
            for (bool unsorted : {false, true}) {
                http_listing listing = directory(path, json);

                listing.unsorted = unsorted;
                listing.descending = true;
                listing.key = HTTP_LISTING_TIME;
                const std::string text = begin(listing);
                EXPECT_TRUE(is_utf8(text));
                EXPECT_LE(text.size(), size_t{HTTP_LISTING_BEGIN_MAX(path.size())});
            }
        }
    }
}

TEST(Listing, IsNotWrittenInPart) {
    for (bool json : {false, true}) {
        const http_listing listing = directory("a/b", json);
        const http_listing_entry one = entry("<a>");
        const std::string wanted[] = {begin(listing), row(listing, one), end(listing, 1)};

        for (size_t size = 0; size <= wanted[0].size(); size++) {
            std::vector<char> dst(size);
            const auto check = [&](u32 len, const std::string &wanted) {
                EXPECT_EQ(len, size < wanted.size() ? 0 : wanted.size()) << size;
            };

            check(http_listing_begin(dst.data(), size, &listing), wanted[0]);
            check(http_listing_row(dst.data(), size, &listing, &one, false), wanted[1]);
            check(http_listing_end(dst.data(), size, &listing, 1), wanted[2]);
        }
    }
}

TEST(ListingPage, IsOnePageInLightAndDarkWithoutScripts) {
    const http_listing listing = directory("a/b");
    const std::string html = whole(listing, {entry("c", true), entry("d")});

    EXPECT_TRUE(
        html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"));
    EXPECT_TRUE(html.ends_with("\n</html>\n"));
    EXPECT_TRUE(has(html, "<title>Index of /a/b/</title>"));
    EXPECT_TRUE(has(html, "<meta name=\"viewport\" content=\"width=device-width\">"));
    EXPECT_TRUE(has(html, "color-scheme:light dark"));
    EXPECT_TRUE(has(html, "@media(prefers-color-scheme:dark)"));
    EXPECT_TRUE(has(html, "<caption>"));
    EXPECT_TRUE(has(html, "<p>2 entries"));
    for (const char *outside : {"<script", "<link", "<img", "@import", "url(", "://", " on"})
        EXPECT_FALSE(has(begin(listing), outside)) << outside;
}

TEST(ListingPage, CountsItsEntries) {
    const http_listing listing = directory("");

    EXPECT_TRUE(has(end(listing, 0), ">0 entries\n"));
    EXPECT_TRUE(has(end(listing, 1), ">1 entry\n"));
    EXPECT_TRUE(has(end(listing, 50000), ">50000 entries\n"));
}

// The links of the page but those of the columns.
std::vector<Link> parents(const http_listing &listing) {
    std::vector<Link> found = links(begin(listing));

    std::erase_if(found, [](const Link &link) { return link.href.starts_with('?'); });
    return found;
}

TEST(ListingPage, LeadsToTheParents) {
    const std::string path = "a b/<c>/\xc3\xa9/d";
    const std::vector<Link> found = parents(directory(path));
    const std::vector<std::pair<std::string, std::string>> wanted = {
        {"/", "/"},
        {"a b", "a b/"},
        {"<c>", "a b/<c>/"},
        {"\xc3\xa9", "a b/<c>/\xc3\xa9/"},
        {"../", "a b/<c>/\xc3\xa9/"},
    };

    ASSERT_EQ(found.size(), wanted.size());
    for (size_t i = 0; i < wanted.size(); i++) {
        EXPECT_EQ(found[i].text, wanted[i].first);
        EXPECT_EQ(follow(path, found[i].href), wanted[i].second);
    }
}

TEST(ListingPage, LeadsNowhereAboveTheRoot) {
    EXPECT_TRUE(parents(directory("")).empty());
    EXPECT_TRUE(has(begin(directory("")), "<h1>Index of /</h1>"));
    EXPECT_EQ(parents(directory("a")).size(), 2u);
    EXPECT_EQ(follow("a", parents(directory("a"))[0].href), "/");
}

TEST(ListingPage, LeadsToTheRootAndTheNextParentsFromFarBelow) {
    std::string path = "0";
    for (int i = 1; i < 100; i++)
        path += "/" + std::to_string(i);
    const std::vector<Link> found = parents(directory(path));

    ASSERT_EQ(found.size(), 18u);
    EXPECT_EQ(follow(path, found[0].href), "/");
    for (size_t i = 1; i < 17; i++) {
        EXPECT_EQ(found[i].text, std::to_string(82 + i));
        EXPECT_TRUE(follow(path, found[i].href).ends_with("/" + found[i].text + "/"));
    }
    EXPECT_TRUE(has(begin(directory(path)), "/</a>\u2026/"));
    EXPECT_TRUE(has(begin(directory(path)), "/99/</h1>"));
}

struct Query {
    std::string_view query;
    http_listing_key key;
    bool descending;
};

class ListingQuery : public testing::TestWithParam<Query> {};

TEST_P(ListingQuery, TellsTheOrder) {
    const auto &[query, key, descending] = GetParam();
    const std::vector<char> octets(query.begin(), query.end());
    http_listing listing{};

    listing.key = HTTP_LISTING_TIME;
    listing.descending = true;
    http_listing_query(&listing, octets.data(), octets.size());
    EXPECT_EQ(listing.key, key) << query;
    EXPECT_EQ(listing.descending, descending) << query;
}

INSTANTIATE_TEST_SUITE_P(
    Members, ListingQuery,
    testing::Values(Query{"", HTTP_LISTING_NAME, false}, Query{"C=N", HTTP_LISTING_NAME, false},
                    Query{"C=S", HTTP_LISTING_SIZE, false}, Query{"C=M", HTTP_LISTING_TIME, false},
                    Query{"O=D", HTTP_LISTING_NAME, true}, Query{"O=A", HTTP_LISTING_NAME, false},
                    Query{"C=S;O=D", HTTP_LISTING_SIZE, true},
                    Query{"O=D;C=S", HTTP_LISTING_SIZE, true},
                    Query{"C=M&O=A", HTTP_LISTING_TIME, false},
                    Query{"O=D&C=M", HTTP_LISTING_TIME, true},
                    Query{"a=b;C=M;;O=D&", HTTP_LISTING_TIME, true},
                    Query{"C=S;C=M;O=D;O=A", HTTP_LISTING_TIME, false}));
INSTANTIATE_TEST_SUITE_P(
    Others, ListingQuery,
    testing::Values(Query{"C=D", HTTP_LISTING_NAME, false}, Query{"C=", HTTP_LISTING_NAME, false},
                    Query{"C", HTTP_LISTING_NAME, false}, Query{"c=s", HTTP_LISTING_NAME, false},
                    Query{"C=SS", HTTP_LISTING_NAME, false},
                    Query{"XC=S", HTTP_LISTING_NAME, false},
                    Query{"C:S;O:D", HTTP_LISTING_NAME, false},
                    Query{"O=X;C=S", HTTP_LISTING_SIZE, false},
                    Query{";&;&", HTTP_LISTING_NAME, false},
                    Query{std::string_view("C=\0", 3), HTTP_LISTING_NAME, false}));

// Each head of a column asks for that order, or the other way round where it is that already.
TEST(ListingPage, HasColumnsThatSort) {
    for (http_listing_key key : {HTTP_LISTING_NAME, HTTP_LISTING_SIZE, HTTP_LISTING_TIME}) {
        for (bool descending : {false, true}) {
            http_listing listing = directory("a");

            listing.key = key;
            listing.descending = descending;
            const std::string html = begin(listing);
            std::vector<Link> found = links(html);
            std::erase_if(found, [](const Link &link) { return !link.href.starts_with('?'); });
            ASSERT_EQ(found.size(), 3u);
            for (size_t i = 0; i < 3; i++) {
                http_listing next{};

                http_listing_query(&next, found[i].href.data() + 1, found[i].href.size() - 1);
                EXPECT_EQ(next.key, http_listing_key(i));
                EXPECT_EQ(next.descending, key == next.key && !descending);
            }
            EXPECT_EQ(has(html, " aria-sort=\"ascending\">"), !descending);
            EXPECT_EQ(has(html, " aria-sort=\"descending\">"), descending);
            EXPECT_FALSE(has(html, "no order"));
        }
    }
}

TEST(ListingPage, SaysThatItIsNotSorted) {
    http_listing listing = directory("");

    listing.unsorted = true;
    const std::string html = whole(listing, {entry("a")});
    EXPECT_TRUE(has(html, "<p>The entries are too many to sort and come in no order.\n<table>"));
    EXPECT_TRUE(has(html, "<caption>Entries in no order</caption>"));
    EXPECT_FALSE(has(html, " aria-sort="));
    EXPECT_FALSE(has(html, "?C="));

    listing.json = true;
    const auto json = nlohmann::json::parse(whole(listing, {entry("a")}));
    EXPECT_TRUE(json["sort"].is_null());
    EXPECT_TRUE(json["order"].is_null());
}

// RFC 8259
TEST(ListingJson, IsADocument) {
    http_listing listing = directory("a \"b\"/c\xff", true);
    const std::vector<std::string> all = names();
    std::vector<http_listing_entry> entries;

    for (const std::string &name : all)
        entries.push_back(entry(name));
    for (size_t nr : {size_t{0}, size_t{1}, size_t{2}, entries.size()}) {
        const auto json =
            nlohmann::json::parse(whole(listing, {entries.begin(), entries.begin() + nr}));

        EXPECT_EQ(json["path"], "/a \"b\"/c\xef\xbf\xbd/");
        EXPECT_EQ(json["sort"], "name");
        EXPECT_EQ(json["order"], "ascending");
        ASSERT_EQ(json["entries"].size(), nr);
        for (size_t i = 0; i < nr; i++)
            EXPECT_EQ(follow("", json["entries"][i]["href"].get<std::string>()), all[i]);
    }
    listing.key = HTTP_LISTING_TIME;
    listing.descending = true;
    listing.path_len = 0;
    const auto json = nlohmann::json::parse(whole(listing, {}));
    EXPECT_EQ(json["path"], "/");
    EXPECT_EQ(json["sort"], "mtime");
    EXPECT_EQ(json["order"], "descending");
}

struct Order {
    http_listing_key key;
    bool descending;
    std::vector<std::string_view> names;
};

class ListingOrder : public testing::TestWithParam<Order> {};

const std::vector<http_listing_entry> shuffled = {
    entry("b", false, 10, 3),    entry("B", false, 10, 1),
    entry("a.txt", false, 5, 2), entry("A", false, UINT64_MAX, -5),
    entry("z", true, 1, 9),      entry("Y", true, 7, 9),
    entry("a", false, 10, 2),    entry("\xc3\xa9", false, 0, INT64_MAX),
    entry("aa", false, 10, 2),   entry("x", true, 3, 1),
    entry("_", false, 5, 4),
};

TEST_P(ListingOrder, HasDirectoriesFirstAndTiesByName) {
    const auto &[key, descending, wanted] = GetParam();
    http_listing listing{};
    std::vector<http_listing_entry> entries = shuffled;

    listing.key = key;
    listing.descending = descending;
    std::ranges::sort(entries, [&](const http_listing_entry &a, const http_listing_entry &b) {
        return http_listing_compare(&listing, &a, &b) < 0;
    });
    std::vector<std::string_view> names;
    for (const http_listing_entry &entry : entries)
        names.emplace_back(entry.name, entry.name_len);
    EXPECT_EQ(names, wanted);
}

INSTANTIATE_TEST_SUITE_P(
    All, ListingOrder,
    testing::Values(Order{HTTP_LISTING_NAME,
                          false,
                          {"x", "Y", "z", "_", "A", "a", "a.txt", "aa", "B", "b", "\xc3\xa9"}},
                    Order{HTTP_LISTING_NAME,
                          true,
                          {"z", "Y", "x", "\xc3\xa9", "b", "B", "aa", "a.txt", "a", "A", "_"}},
                    Order{HTTP_LISTING_SIZE,
                          false,
                          {"x", "Y", "z", "\xc3\xa9", "_", "a.txt", "a", "aa", "B", "b", "A"}},
                    Order{HTTP_LISTING_SIZE,
                          true,
                          {"x", "Y", "z", "A", "a", "aa", "B", "b", "_", "a.txt", "\xc3\xa9"}},
                    Order{HTTP_LISTING_TIME,
                          false,
                          {"x", "Y", "z", "A", "B", "a", "a.txt", "aa", "b", "_", "\xc3\xa9"}},
                    Order{HTTP_LISTING_TIME,
                          true,
                          {"Y", "z", "x", "\xc3\xa9", "_", "b", "a", "a.txt", "aa", "B", "A"}}));

// What sort() needs to end at all.
TEST(ListingCompare, IsAnOrder) {
    for (http_listing_key key : {HTTP_LISTING_NAME, HTTP_LISTING_SIZE, HTTP_LISTING_TIME}) {
        for (bool descending : {false, true}) {
            http_listing listing{};

            listing.key = key;
            listing.descending = descending;
            const auto compare = [&](size_t i, size_t j) {
                const int order = http_listing_compare(&listing, &shuffled[i], &shuffled[j]);
                return (order > 0) - (order < 0);
            };
            for (size_t i = 0; i < shuffled.size(); i++) {
                for (size_t j = 0; j < shuffled.size(); j++) {
                    EXPECT_EQ(compare(i, j), -compare(j, i));
                    EXPECT_EQ(compare(i, j) == 0, i == j);
                    for (size_t k = 0; k < shuffled.size(); k++) {
                        if (compare(i, j) < 0 && compare(j, k) < 0) {
                            EXPECT_LT(compare(i, k), 0);
                        }
                    }
                }
            }
        }
    }
}

} // namespace
