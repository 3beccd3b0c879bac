// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "request.h"

extern "C" {
#include "field.h"
}

namespace {

const std::vector<std::pair<std::string, http_field>> names{
    {"Accept", HTTP_FIELD_ACCEPT},
    {"Accept-Encoding", HTTP_FIELD_ACCEPT_ENCODING},
    {"If-Match", HTTP_FIELD_IF_MATCH},
    {"If-Modified-Since", HTTP_FIELD_IF_MODIFIED_SINCE},
    {"If-None-Match", HTTP_FIELD_IF_NONE_MATCH},
    {"If-Range", HTTP_FIELD_IF_RANGE},
    {"If-Unmodified-Since", HTTP_FIELD_IF_UNMODIFIED_SINCE},
    {"Origin", HTTP_FIELD_ORIGIN},
    {"Range", HTTP_FIELD_RANGE},
    {"Connection", HTTP_FIELD_CONNECTION},
    {"Content-Length", HTTP_FIELD_CONTENT_LENGTH},
    {"Expect", HTTP_FIELD_EXPECT},
    {"Host", HTTP_FIELD_HOST},
    {"Transfer-Encoding", HTTP_FIELD_TRANSFER_ENCODING},
};

http_field find(std::string_view name) {
    const std::vector<char> octets(name.begin(), name.end());

    return http_field_find(octets.data(), octets.size());
}

std::string folded(std::string name, int (*fold)(int)) {
    std::ranges::transform(name, name.begin(), fold);
    return name;
}

// RFC 9110 section 5.1: names in either case
TEST(Field, IsFoundByItsName) {
    for (const auto &[name, field] : names) {
        EXPECT_EQ(find(name), field) << name;
        EXPECT_EQ(find(folded(name, std::tolower)), field) << name;
        EXPECT_EQ(find(folded(name, std::toupper)), field) << name;
    }
}

// Every other token of the same length that differs in one octet is another field.
TEST(Field, IsFoundByNoOtherName) {
    const std::string_view tchars = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    for (const auto &[name, field] : names) {
        EXPECT_EQ(find(name.substr(1)), HTTP_FIELD_OTHER) << name;
        EXPECT_EQ(find(name.substr(0, name.size() - 1)), HTTP_FIELD_OTHER) << name;
        EXPECT_EQ(find(name + "s"), HTTP_FIELD_OTHER) << name;
        for (size_t at = 0; at < name.size(); at++) {
            for (char c : tchars) {
                std::string other = name;
                other[at] = c;
                EXPECT_EQ(find(other),
                          std::tolower(c) == std::tolower(name[at]) ? field : HTTP_FIELD_OTHER)
                    << other;
            }
        }
    }
    for (size_t len = 0; len < 70; len++)
        EXPECT_EQ(find(std::string(len, 'a')), HTTP_FIELD_OTHER) << len;
}

struct List {
    std::string_view list;
    std::vector<std::string> members;
    bool escapes = true;
};

class FieldList : public testing::TestWithParam<List> {};

TEST_P(FieldList, HasItsMembers) {
    const auto &[list, wanted, escapes] = GetParam();
    const std::vector<char> octets(list.begin(), list.end());
    const char *at = octets.data();
    u32 left = octets.size();
    std::vector<std::string> members;
    const char *member;
    u32 len;

    while (http_list_next(&at, &left, &member, &len, escapes))
        members.emplace_back(member, len);
    EXPECT_EQ(members, wanted) << list;
    EXPECT_EQ(left, 0u) << list;
}

INSTANTIATE_TEST_SUITE_P(Rfc9110Section561, FieldList,
                         testing::Values(List{"", {}}, List{"a", {"a"}}, List{"a,b", {"a", "b"}},
                                         List{"a , b", {"a", "b"}},
                                         List{"a\t,\tb \t,  c", {"a", "b", "c"}},
                                         List{"a b,c", {"a b", "c"}}));
// Its examples and more: empty members do not count.
INSTANTIATE_TEST_SUITE_P(Rfc9110Section5612, FieldList,
                         testing::Values(List{"foo,bar", {"foo", "bar"}},
                                         List{"foo ,bar,", {"foo", "bar"}},
                                         List{"foo , ,bar,charlie", {"foo", "bar", "charlie"}},
                                         List{",", {}}, List{",   ,", {}}, List{" ", {}},
                                         List{",,,a", {"a"}}, List{"a,,,", {"a"}},
                                         List{"\t, a", {"a"}}));
INSTANTIATE_TEST_SUITE_P(Rfc9110Section564, FieldList,
                         testing::Values(List{R"("a,b",c)", {R"("a,b")", "c"}},
                                         List{R"(a="b,c";d,e)", {R"(a="b,c";d)", "e"}},
                                         List{R"("a\",b",c)", {R"("a\",b")", "c"}},
                                         List{R"("a\\",b)", {R"("a\\")", "b"}},
                                         List{R"("",a)", {R"("")", "a"}},
                                         List{R"(a\,b)", {R"(a\)", "b"}},
                                         List{R"("a,b)", {R"("a,b)"}},
                                         List{R"("a,b\)", {R"("a,b\)"}}));
// Section 8.8.3: a backslash is an etagc like others
INSTANTIATE_TEST_SUITE_P(Rfc9110Section883, FieldList,
                         testing::Values(List{R"("a\","b")", {R"("a\")", R"("b")"}, false},
                                         List{R"("a,\",W/"b,")", {R"("a,\")", R"(W/"b,")"}, false},
                                         List{R"("\\","b")", {R"("\\")", R"("b")"}, false}));

struct Parameter {
    std::string_view octets;
    u32 len = 0;
    u32 name = 0;
};

class FieldParameter : public testing::TestWithParam<Parameter> {};

TEST_P(FieldParameter, IsAsLong) {
    const auto &[text, len, name] = GetParam();
    const std::vector<char> octets(text.begin(), text.end());
    u32 name_len;

    EXPECT_EQ(http_parameter_len(octets.data(), octets.size(), &name_len), len) << text;
    if (len) {
        EXPECT_EQ(name_len, name) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(Rfc9110Section566, FieldParameter,
                         testing::Values(Parameter{"a=b", 3, 1}, Parameter{"name=value;c=d", 10, 4},
                                         Parameter{"a=b c", 3, 1}, Parameter{R"(a="")", 4, 1},
                                         Parameter{R"(a="b;c";d)", 7, 1},
                                         Parameter{R"(a="\"")", 6, 1}, Parameter{R"(a="\\")", 6, 1},
                                         Parameter{"a=\"\t\x80\"", 6, 1}));
INSTANTIATE_TEST_SUITE_P(None, FieldParameter,
                         testing::Values(Parameter{""}, Parameter{"a"}, Parameter{"a="},
                                         Parameter{"=b"}, Parameter{"a =b"}, Parameter{"a= b"},
                                         Parameter{R"(a=")"}, Parameter{R"(a="b)"},
                                         Parameter{R"(a="\)"}, Parameter{R"(a="b\")"},
                                         Parameter{"a=\"\x7f\""}, Parameter{"a=\"\\\n\""}));

struct Walk {
    http_field field;
    Lines lines;
    std::vector<std::string> values;
    std::vector<std::string> members;
};

class FieldWalk : public testing::TestWithParam<Walk> {};

TEST_P(FieldWalk, ComesByAllLines) {
    const auto &[field, lines, wanted, members] = GetParam();
    const Request request(lines);
    std::vector<std::string> values;
    http_field_iter iter;
    const char *value;
    u32 len;

    http_field_begin(&iter, request.get(), request.buf(), field);
    while (http_field_next_line(&iter, &value, &len))
        values.emplace_back(value, len);
    EXPECT_EQ(values, wanted) << joined(lines);
    EXPECT_FALSE(http_field_next_line(&iter, &value, &len));
    EXPECT_EQ(http_request_has(request.get(), field), !wanted.empty());
    EXPECT_EQ(http_request_repeats(request.get(), field), wanted.size() > 1);
}

TEST_P(FieldWalk, ComesByAllMembers) {
    const auto &[field, lines, values, wanted] = GetParam();
    const Request request(lines);
    std::vector<std::string> members;
    http_field_iter iter;
    const char *member;
    u32 len;

    http_field_begin(&iter, request.get(), request.buf(), field);
    while (http_field_next_member(&iter, &member, &len))
        members.emplace_back(member, len);
    EXPECT_EQ(members, wanted) << joined(lines);
    EXPECT_FALSE(http_field_next_member(&iter, &member, &len));
}

INSTANTIATE_TEST_SUITE_P(
    OneLine, FieldWalk,
    testing::Values(Walk{HTTP_FIELD_ACCEPT, {}, {}, {}},
                    Walk{HTTP_FIELD_ACCEPT, {"Accept-Encoding: a"}, {}, {}},
                    Walk{HTTP_FIELD_ACCEPT, {"Accept: a"}, {"a"}, {"a"}},
                    Walk{HTTP_FIELD_ACCEPT, {"ACCEPT:a, b"}, {"a, b"}, {"a", "b"}},
                    Walk{HTTP_FIELD_ACCEPT, {"accept: \t a \t"}, {"a"}, {"a"}},
                    Walk{HTTP_FIELD_ACCEPT, {"Accept:"}, {""}, {}},
                    Walk{HTTP_FIELD_ACCEPT, {"Accept: \t "}, {""}, {}},
                    Walk{HTTP_FIELD_ACCEPT, {"Accept: ,"}, {","}, {}},
                    Walk{HTTP_FIELD_RANGE, {"A: b", "Range: c", "D: e"}, {"c"}, {"c"}}));
// RFC 9110 section 5.3: lines of the same name are one list, in their order
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section53, FieldWalk,
    testing::Values(
        Walk{HTTP_FIELD_ACCEPT, {"Accept: a", "Accept: b"}, {"a", "b"}, {"a", "b"}},
        Walk{HTTP_FIELD_ACCEPT,
             {"A: b", "accept: a,b", "C: d, e", "Accept-Encoding: f", "ACCEPT: \tc ", "Range: g",
              "Accept:d,", "H:"},
             {"a,b", "c", "d,"},
             {"a", "b", "c", "d"}},
        Walk{HTTP_FIELD_ACCEPT,
             {"Accept:", "Accept: a", "Accept:", "Accept: ,"},
             {"", "a", "", ","},
             {"a"}},
        Walk{HTTP_FIELD_ACCEPT, {"Accept: a", "Accept:"}, {"a", ""}, {"a"}},
        Walk{HTTP_FIELD_ACCEPT, {"Accept: \"a", "Accept: b\""}, {"\"a", "b\""}, {"\"a", "b\""}},
        Walk{HTTP_FIELD_ACCEPT,
             {"Accept: a:b", "X:Accept: c", "Accept: d"},
             {"a:b", "d"},
             {"a:b", "d"}},
        Walk{HTTP_FIELD_ACCEPT, {R"(Accept: "a\",b",c)"}, {R"("a\",b",c)"}, {R"("a\",b")", "c"}},
        Walk{HTTP_FIELD_IF_MATCH,
             {R"(If-Match: "a\","b")", R"(If-Match: "c\", "d")"},
             {R"("a\","b")", R"("c\", "d")"},
             {R"("a\")", R"("b")", R"("c\")", R"("d")"}},
        Walk{HTTP_FIELD_IF_NONE_MATCH,
             {R"(If-None-Match: "a\","b")"},
             {R"("a\","b")"},
             {R"("a\")", R"("b")"}}));

TEST(Field, MayRepeatAsOftenAsTheHeadHasRoom) {
    const Request request(Lines(1000, "If-Match: \"a\", \"b\""));
    http_field_iter iter;
    const char *member;
    size_t members = 0;
    u32 len;

    http_field_begin(&iter, request.get(), request.buf(), HTTP_FIELD_IF_MATCH);
    while (http_field_next_member(&iter, &member, &len)) {
        members++;
        EXPECT_EQ(len, 3u);
    }
    EXPECT_EQ(members, 2000u);
}

} // namespace
