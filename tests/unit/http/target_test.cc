// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "target.h"
}

using namespace std::string_view_literals;

namespace {

struct Resolved {
    u16 status;
    std::string path;
    bool dir = false;
    bool hidden = false;
};

// Source and destination are just as large as they are said to be, so that a sanitizer sees more.
Resolved resolve(std::string_view raw, size_t size) {
    const std::vector<char> source(raw.begin(), raw.end());
    const auto dst = std::make_unique<char[]>(size);
    http_path path;

    std::fill_n(dst.get(), size, '?');
    const u16 status = http_target_resolve(source.data(), source.size(), dst.get(), size, &path);
    if (status)
        return {status, ""};
    EXPECT_EQ(dst[path.len], '\0');
    return {0, {dst.get(), path.len}, path.dir, path.hidden};
}

Resolved resolve(std::string_view raw) {
    return resolve(raw, raw.size() + 1);
}

struct Case {
    std::string_view raw;
    std::string_view path;
};

class TargetFile : public testing::TestWithParam<Case> {};

TEST_P(TargetFile, IsResolved) {
    const Resolved result = resolve(GetParam().raw);

    EXPECT_EQ(result.status, 0) << GetParam().raw;
    EXPECT_EQ(result.path, GetParam().path) << GetParam().raw;
    EXPECT_FALSE(result.dir) << GetParam().raw;
}

class TargetDirectory : public testing::TestWithParam<Case> {};

TEST_P(TargetDirectory, IsResolved) {
    const Resolved result = resolve(GetParam().raw);

    EXPECT_EQ(result.status, 0) << GetParam().raw;
    EXPECT_EQ(result.path, GetParam().path) << GetParam().raw;
    EXPECT_TRUE(result.dir) << GetParam().raw;
}

INSTANTIATE_TEST_SUITE_P(Plain, TargetFile,
                         testing::Values(Case{"/a", "a"}, Case{"/a/b", "a/b"}, Case{"a", "a"},
                                         Case{"/a;x=1", "a;x=1"}, Case{"/a+b", "a+b"},
                                         Case{"/a:b@c", "a:b@c"}, Case{"/\xff\x80", "\xff\x80"},
                                         Case{"/a\\b", "a\\b"}, Case{"/~a", "~a"}));

INSTANTIATE_TEST_SUITE_P(Plain, TargetDirectory,
                         testing::Values(Case{"", ""}, Case{"/", ""}, Case{"/a/", "a"},
                                         Case{"/a/b/", "a/b"}));

// RFC 3986 section 2.1: once, whatever comes out
INSTANTIATE_TEST_SUITE_P(Decoding, TargetFile,
                         testing::Values(Case{"/a%20b", "a b"}, Case{"/%41%5a%5A", "AZZ"},
                                         Case{"/%2541", "%41"}, Case{"/%252e%252e/a", "%2e%2e/a"},
                                         Case{"/%c3%A9", "\xc3\xa9"}, Case{"/%ff", "\xff"},
                                         Case{"/%0a%01%7f", "\n\x01\x7f"}, Case{"/%3fa", "?a"},
                                         Case{"/%23", "#"}, Case{"/a%2Fb", "a/b"},
                                         Case{"%2fa", "a"}));

// RFC 3986 section 5.2.4
INSTANTIATE_TEST_SUITE_P(
    DotSegments, TargetFile,
    testing::Values(Case{"/a/b/c/./../../g", "a/g"}, Case{"mid/content=5/../6", "mid/6"},
                    Case{"/./a", "a"}, Case{"/a/./b", "a/b"}, Case{"/a/../b", "b"},
                    Case{"/a/b/../../c", "c"}, Case{"/a/%2e%2E/b", "b"}, Case{"/a/.%2e/b", "b"},
                    Case{"/a/%2e/b", "a/b"}, Case{"/a%2f..%2fb", "b"}, Case{"/a%2f%2e%2e%2fb", "b"},
                    Case{"/a/..%2fb", "b"}, Case{"/aa/bb/../cc", "aa/cc"}, Case{"/a/...", "a/..."},
                    Case{"/a/..b", "a/..b"}, Case{"/a/b..", "a/b.."}, Case{"/a/.b", "a/.b"},
                    Case{"/a/b.", "a/b."}, Case{"/a/. ", "a/. "}));

INSTANTIATE_TEST_SUITE_P(DotSegments, TargetDirectory,
                         testing::Values(Case{"/.", ""}, Case{"/..", ""}, Case{"/a/.", "a"},
                                         Case{"/a/..", ""}, Case{"/a/b/..", "a"},
                                         Case{"/a/b/../", "a"}, Case{"/a/./", "a"}, Case{".", ""},
                                         Case{"/a/%2e", "a"}, Case{"/a/b%2f", "a/b"}));

INSTANTIATE_TEST_SUITE_P(AboveTheRoot, TargetFile,
                         testing::Values(Case{"/../a", "a"},
                                         Case{"/../../../etc/passwd", "etc/passwd"},
                                         Case{"/a/../../../b", "b"}, Case{"../a", "a"},
                                         Case{"/%2e%2e/%2e%2e/a", "a"}, Case{"/..%2f..%2fa", "a"},
                                         Case{"//../a", "a"}, Case{"/a//../../../b", "b"}));

INSTANTIATE_TEST_SUITE_P(AboveTheRoot, TargetDirectory,
                         testing::Values(Case{"/../", ""}, Case{"/../..", ""}, Case{"..", ""},
                                         Case{"/a/../..", ""}, Case{"/a/../../", ""}));

INSTANTIATE_TEST_SUITE_P(EmptySegments, TargetFile,
                         testing::Values(Case{"//a", "a"}, Case{"///a//b", "a/b"},
                                         Case{"//a/..//b", "b"}, Case{"/a//../b", "b"},
                                         Case{"/%2f%2Fa", "a"},
                                         Case{"//example.org/a", "example.org/a"}));

INSTANTIATE_TEST_SUITE_P(EmptySegments, TargetDirectory,
                         testing::Values(Case{"//", ""}, Case{"/a//", "a"}, Case{"/a//.//", "a"}));

class TargetInvalid : public testing::TestWithParam<std::string_view> {};

TEST_P(TargetInvalid, IsABadRequest) {
    EXPECT_EQ(resolve(GetParam()).status, 400) << GetParam();
}

// RFC 3986 section 2.1; a NUL is in no name
INSTANTIATE_TEST_SUITE_P(Escape, TargetInvalid,
                         testing::Values("/%", "/a%", "/a%4", "/a%/", "/a%4/", "/%g0", "/%0g",
                                         "/% 41", "/%-1", "/%+1", "/%%41", "/%u0041", "/%00",
                                         "/a%00.html", "/..%00/", "/a\0b"sv));

TEST(Target, KnowsHiddenSegments) {
    for (std::string_view raw :
         {"/.git", "/.git/", "/.git/config", "/a/.b", "/a/.b/c", "/...", "/..a", "/%2egit",
          "/.well-known2", "/.well-know", "/.Well-Known", "/.well-known/.a", "/a%2f.b", "/./.a"})
        EXPECT_TRUE(resolve(raw).hidden) << raw;
    for (std::string_view raw : {"/", "/a", "/a.b", "/a./b", "/.", "/..", "/a/../b", "/.git/../a",
                                 "/.well-known", "/.well-known/", "/.well-known/acme-challenge/a",
                                 "/a/.well-known/b", "/%2ewell-known/a", "/.git/.."})
        EXPECT_FALSE(resolve(raw).hidden) << raw;
}

TEST(Target, FitsWhereItsResultDoes) {
    EXPECT_EQ(resolve("/abc", 4).path, "abc");
    EXPECT_EQ(resolve("/abc", 3).status, 414);
    EXPECT_EQ(resolve("/", 1).path, "");
    EXPECT_EQ(resolve("/a", 1).status, 414);
}

// Whatever the input: inside the buffer, no dot segment, no slash too many.
TEST(Target, ResolvesEveryShortPathToAPlainOne) {
    constexpr std::string_view alphabet[] = {"/", ".", "a", "%2f", "%2e"};
    std::vector<std::string> paths{""};

    for (size_t begin = 0, round = 0; round < 6; round++) {
        const size_t end = paths.size();
        for (; begin < end; begin++)
            for (std::string_view piece : alphabet)
                paths.push_back(paths[begin] + std::string(piece));
    }
    for (const std::string &raw : paths) {
        const Resolved result = resolve(raw);
        ASSERT_EQ(result.status, 0) << raw;
        const std::string padded = "/" + result.path + "/";
        ASSERT_EQ(padded.find("/../"), padded.npos) << raw;
        ASSERT_EQ(padded.find("/./"), padded.npos) << raw;
        ASSERT_TRUE(result.path.empty() || padded.find("//") == padded.npos) << raw;
    }
}

std::string encode(std::string_view path, size_t size) {
    const std::vector<char> source(path.begin(), path.end());
    std::vector<char> dst(size);

    dst.resize(http_target_encode(source.data(), source.size(), dst.data(), dst.size()));
    return {dst.begin(), dst.end()};
}

std::string encode(std::string_view path) {
    return encode(path, 3 * path.size());
}

// RFC 3986 section 3.3: pchar and "/" stay
TEST(TargetEncode, EncodesWhatIsNotPlainInAPath) {
    EXPECT_EQ(encode("a/b"), "a/b");
    EXPECT_EQ(encode("azAZ09-._~!$&'()*+,;=:@/"), "azAZ09-._~!$&'()*+,;=:@/");
    EXPECT_EQ(encode("a b"), "a%20b");
    EXPECT_EQ(encode("%?#[]"), "%25%3F%23%5B%5D");
    EXPECT_EQ(encode("\"<>\\^`{|}"), "%22%3C%3E%5C%5E%60%7B%7C%7D");
    EXPECT_EQ(encode("\r\n\t\x7f"), "%0D%0A%09%7F");
    EXPECT_EQ(encode("\xc3\xa9\xff"), "%C3%A9%FF");
    EXPECT_EQ(encode("\0"sv), "%00");
    EXPECT_EQ(encode(""), "");
}

TEST(TargetEncode, LeadsBackToTheSamePath) {
    for (int octet = 1; octet < 256; octet++) {
        if (octet == '/' || octet == '.')
            continue;
        const std::string path(1, char(octet));
        EXPECT_EQ(resolve(encode(path)).path, path) << octet;
    }
}

TEST(TargetEncode, WritesNothingThatDoesNotFit) {
    std::string dst = "????";

    EXPECT_EQ(http_target_encode("a b", 3, dst.data(), 4), 0u);
    EXPECT_EQ(dst, "????");
    EXPECT_EQ(encode("a b", 5), "a%20b");
    EXPECT_EQ(encode("ab", 1), "");
}

} // namespace
