// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.h"

#include <algorithm>

namespace khttpd {

std::string in_lower_case(std::string_view text) {
    std::string lower{text};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char byte) { return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte; });
    return lower;
}

std::string printable(std::string_view text) {
    std::string result{text};
    std::replace_if(
        result.begin(), result.end(),
        [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }, '?');
    return result;
}

} // namespace khttpd
