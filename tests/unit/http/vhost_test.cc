// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "vhost.h"
}

namespace {

bool valid(std::string_view name) {
    return http_vhost_name_valid(name.data(), name.size());
}

const std::string label(63, 'a');
const std::string longest = label + "." + label + "." + label + "." + label;

class VhostName : public testing::TestWithParam<std::string_view> {};

class VhostNoName : public testing::TestWithParam<std::string_view> {};

TEST_P(VhostName, IsValid) {
    EXPECT_TRUE(valid(GetParam())) << GetParam();
}

TEST_P(VhostNoName, IsInvalid) {
    EXPECT_FALSE(valid(GetParam())) << GetParam();
}

// RFC 3986 section 3.2.2, without what two hosts that are the same could differ in
INSTANTIATE_TEST_SUITE_P(Rfc3986Section322, VhostName,
                         testing::Values("example.org", "localhost", "a", "under_score.example",
                                         "xn--bcher-kva.example", "192.0.2.1", "[2001:db8::1]",
                                         "[::ffff:192.0.2.1]", "[::]", "1.example", "-"));
INSTANTIATE_TEST_SUITE_P(Wildcard, VhostName, testing::Values("*.example.org", "*.org", "*.a.b.c"));
INSTANTIATE_TEST_SUITE_P(Rfc3986Section322, VhostNoName,
                         testing::Values("", "Example.org", "[2001:DB8::1]", "2001:db8::1",
                                         "[2001:db8::1", "[]", "example.org:80", "[::1]:80",
                                         "example.org:", "a b", "a/b", "a@b", "a\tb",
                                         "b\xc3\xbc"
                                         "cher.example",
                                         std::string_view("a\0b", 3), "%zz"));
INSTANTIATE_TEST_SUITE_P(Label, VhostNoName,
                         testing::Values(".", ".example.org", "example.org.", "a..b", "*..b",
                                         "*.b."));
INSTANTIATE_TEST_SUITE_P(Wildcard, VhostNoName,
                         testing::Values("*", "*.", "*example.org", "**.example.org",
                                         "*.*.example.org", "a.*.example.org", "a*.example.org",
                                         "*.example.*"));

TEST(VhostNames, HaveALongest) {
    EXPECT_EQ(longest.size(), size_t{HTTP_VHOST_NAME_MAX});
    EXPECT_TRUE(valid(longest));
    EXPECT_FALSE(valid(longest + "a"));
}

// A table of names as configuration makes it: the number of a virtual host is the place
// of its name.
class Names {
  public:
    explicit Names(std::vector<std::string_view> names) {
        for (std::string_view name : names) {
            EXPECT_TRUE(valid(name)) << name;
            names_.push_back({name.data(), u32(name.size()), u32(names_.size())});
        }
        std::qsort(names_.data(), names_.size(), sizeof(names_[0]), http_vhost_compare);
    }

    // Looked up in exactly so many octets, so that a sanitizer sees one more.
    int find(std::string_view host) const {
        const std::vector<char> octets(host.begin(), host.end());

        return http_vhost_find(names_.data(), names_.size(), octets.data(), octets.size());
    }

    const std::vector<http_vhost_name> &sorted() const { return names_; }

  private:
    std::vector<http_vhost_name> names_;
};

enum { EXAMPLE, WILD, DEEP, EXACT, LONGEST, V4, V6, TOP, NONE = -1 };

const Names table({"example.org", "*.example.org", "*.b.example.org", "a.b.example.org", longest,
                   "192.0.2.1", "[2001:db8::1]", "*.test"});

struct Host {
    std::string_view host;
    int vhost;
};

class Vhost : public testing::TestWithParam<Host> {};

TEST_P(Vhost, IsFoundByTheHostOfARequest) {
    EXPECT_EQ(table.find(GetParam().host), GetParam().vhost) << GetParam().host;
}

INSTANTIATE_TEST_SUITE_P(Exact, Vhost,
                         testing::Values(Host{"example.org", EXAMPLE},
                                         Host{"a.b.example.org", EXACT}, Host{"192.0.2.1", V4},
                                         Host{"[2001:db8::1]", V6}, Host{longest, LONGEST}));

// RFC 9110 section 4.2.3: case and the port make no difference; RFC 3986 section 3.2.2:
// the final dot of a name that is fully qualified
INSTANTIATE_TEST_SUITE_P(
    Rfc9110Section423, Vhost,
    testing::Values(Host{"EXAMPLE.Org", EXAMPLE}, Host{"example.org:80", EXAMPLE},
                    Host{"example.org:", EXAMPLE}, Host{"example.org:65535", EXAMPLE},
                    Host{"Example.org.", EXAMPLE}, Host{"example.org.:8080", EXAMPLE},
                    Host{"[2001:DB8::1]:8080", V6}, Host{"192.0.2.1:80", V4}));

INSTANTIATE_TEST_SUITE_P(Wildcard, Vhost,
                         testing::Values(Host{"a.example.org", WILD},
                                         Host{"A.Example.ORG.:80", WILD},
                                         Host{"x.y.z.example.org", WILD},
                                         Host{"b.example.org", WILD}, Host{"c.b.example.org", DEEP},
                                         Host{"x.a.b.example.org", DEEP}, Host{"a.test", TOP},
                                         Host{"*.example.org", WILD}));

INSTANTIATE_TEST_SUITE_P(None, Vhost,
                         testing::Values(Host{"", NONE}, Host{".", NONE}, Host{"org", NONE},
                                         Host{"test", NONE}, Host{".test", NONE},
                                         Host{"example.com", NONE}, Host{"xexample.org", NONE},
                                         Host{"example.orgx", NONE}, Host{"example.org..", NONE},
                                         Host{"192.0.2.10", NONE}, Host{"192.0.2", NONE},
                                         Host{"[2001:db8::]", NONE},
                                         Host{"[2001:db8:0::1]", NONE}));

TEST(Vhosts, MayBeNone) {
    EXPECT_EQ(http_vhost_find(nullptr, 0, "example.org", 11), NONE);
}

TEST(Vhosts, AreLookedUpByHostsOfAnyLength) {
    const std::string dots(4096, '.');
    const std::string label(4096, 'a');

    EXPECT_EQ(table.find(longest + "."), LONGEST);
    EXPECT_EQ(table.find(longest + "a"), NONE);
    EXPECT_EQ(table.find("a." + longest), NONE);
    EXPECT_EQ(table.find(std::string(HTTP_VHOST_NAME_MAX - 5, 'a') + ".test"), TOP);
    EXPECT_EQ(table.find(std::string(HTTP_VHOST_NAME_MAX - 4, 'a') + ".test"), NONE);
    EXPECT_EQ(table.find(dots), NONE);
    EXPECT_EQ(table.find(label), NONE);
}

TEST(Vhosts, AreFoundAmongMany) {
    std::vector<std::string> names;
    std::vector<std::string_view> views;

    for (int i = 0; i < 4096; i++) {
        names.push_back("host" + std::to_string(i * 7919 % 4096) + ".example");
        names.push_back("*.host" + std::to_string(i * 7919 % 4096) + ".example");
    }
    views.assign(names.begin(), names.end());
    const Names many(views);
    EXPECT_TRUE(std::ranges::is_sorted(many.sorted(), [](const auto &a, const auto &b) {
        return http_vhost_compare(&a, &b) < 0;
    }));
    for (size_t i = 0; i < views.size(); i += 2) {
        EXPECT_EQ(many.find(views[i]), int(i));
        EXPECT_EQ(many.find("deep.er." + std::string(views[i])), int(i + 1));
    }
    EXPECT_EQ(many.find("host4096.example"), NONE);
}

TEST(VhostCompare, TellsNamesApartAndNothingElse) {
    const std::vector<std::string_view> order{"*.a", "*.aa", "a", "a-", "a.a", "aa", "b"};

    for (size_t i = 0; i < order.size(); i++) {
        for (size_t j = 0; j < order.size(); j++) {
            const http_vhost_name a{order[i].data(), u32(order[i].size()), 1};
            const http_vhost_name b{order[j].data(), u32(order[j].size()), 2};
            const int result = http_vhost_compare(&a, &b);

            EXPECT_EQ(result < 0, i < j) << order[i] << " " << order[j];
            EXPECT_EQ(result == 0, i == j) << order[i] << " " << order[j];
        }
    }
}

} // namespace
