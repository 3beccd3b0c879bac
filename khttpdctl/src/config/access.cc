// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/access.h"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

namespace khttpd::config {
namespace {

constexpr std::string_view all = "all";

} // namespace

bool is_block(std::string_view word) {
    const auto block = Block::parse(word);
    return word == all || (block && *block == block->first());
}

std::string meant_block(std::string_view word) {
    const auto block = Block::parse(word);
    if (!block || is_block(word))
        return {};
    return fmt::format("; did you mean '{}'?", block->first().text());
}

std::vector<Block> blocks_of(const std::vector<std::string> &words) {
    std::vector<Block> blocks;
    for (const std::string &word : words) {
        if (word == all) {
            blocks.push_back(*Block::parse("0.0.0.0/0"));
            blocks.push_back(*Block::parse("::/0"));
        } else {
            blocks.push_back(*Block::parse(word));
        }
    }
    return blocks;
}

std::vector<std::string> words_of(const std::vector<Block> &blocks) {
    std::vector<std::string> words;
    std::transform(blocks.begin(), blocks.end(), std::back_inserter(words),
                   [](const Block &block) { return block.text(); });
    return words;
}

} // namespace khttpd::config
