// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd.h>
#include <netlink/attr.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace khttpd::netlink {

// Policies by type of attribute.
inline constexpr nla_policy u32{.type = NLA_U32, .minlen = 4, .maxlen = 4};
inline constexpr nla_policy u64{.type = NLA_U64, .minlen = 8, .maxlen = 8};
// Not of the string types, which libnl wants terminated; what another program sent need not be.
inline constexpr nla_policy string{.type = NLA_UNSPEC, .minlen = 0, .maxlen = KHTTPD_PATH_MAX + 1};
inline constexpr nla_policy address6{.type = NLA_UNSPEC, .minlen = 16, .maxlen = 16};
inline constexpr nla_policy nest{.type = NLA_NESTED, .minlen = 0, .maxlen = 0};

template<int Max>
using Policy = std::array<nla_policy, Max + 1>;

/// The string that @attribute holds, with or without a NUL behind it.
inline std::string text_of(const nlattr *attribute) {
    const auto *text = static_cast<const char *>(nla_data(attribute));
    return {text, strnlen(text, static_cast<std::size_t>(nla_len(attribute)))};
}

/// The strings of all attributes of @type within @nest.
inline std::vector<std::string> texts_of(nlattr *nest, int type) {
    std::vector<std::string> list;
    nlattr *inner;
    int left;
    nla_for_each_nested(inner, nest, left) {
        if (nla_type(inner) == type)
            list.push_back(text_of(inner));
    }
    return list;
}

/// Bytes that @text takes as an attribute.
inline std::size_t string_bytes(std::string_view text) {
    return static_cast<std::size_t>(nla_total_size(static_cast<int>(text.size()) + 1));
}

/// The attributes of one nest, checked against its policy; unknown ones are passed over, and of
/// several of one type the last counts.
template<int Max>
class Nest {
  public:
    Nest(nlattr *nest, const Policy<Max> &policy) {
        // libnl takes the policy without const, but only reads it.
        valid_ = nla_parse_nested(found_.data(), Max, nest,
                                  const_cast<nla_policy *>(policy.data())) == 0;
    }

    bool valid() const { return valid_; }

    bool has(int type) const { return found_[type] != nullptr; }

    const nlattr *operator[](int type) const { return found_[type]; }

    std::uint32_t number(int type, std::uint32_t otherwise = 0) const {
        return has(type) ? nla_get_u32(found_[type]) : otherwise;
    }

    std::uint64_t big(int type) const { return has(type) ? nla_get_u64(found_[type]) : 0; }

    std::string text(int type) const { return has(type) ? text_of(found_[type]) : std::string{}; }

  private:
    std::array<nlattr *, Max + 1> found_{};
    bool valid_;
};

/// The module sent a @what that cannot be understood.
Error malformed(const char *what);

} // namespace khttpd::netlink
