// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/block.h"

namespace khttpd::config {

/// What the lists `allow` and `deny` are of.
inline constexpr std::string_view blocks_expected =
    "blocks of addresses such as \"192.0.2.0/24\", or \"all\"";

/// Whether @word can be in such a list.
bool is_block(std::string_view word);

/// "; did you mean '192.0.2.0/24'?" for "192.0.2.1/24"; empty where no other word is meant.
std::string meant_block(std::string_view word);

/// The blocks that @words, each of which is_block(), stand for; "all" is one of IPv4 and one of
/// IPv6.
std::vector<Block> blocks_of(const std::vector<std::string> &words);

/// The inverse, without "all".
std::vector<std::string> words_of(const std::vector<Block> &blocks);

} // namespace khttpd::config
