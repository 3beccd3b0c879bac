// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/mime_types.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "config/protocol.h"

namespace khttpd::config {
namespace {

constexpr std::string_view blanks = " \t\r\f\v";

/// The part of @text before the first of @delimiters, which both are taken off it.
std::string_view take_until(std::string_view &text, std::string_view delimiters) {
    const auto end = std::min(text.find_first_of(delimiters), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::vector<std::string_view> words_of(std::string_view line) {
    line = line.substr(0, line.find('#'));
    std::vector<std::string_view> words;
    while (!line.empty())
        if (const std::string_view word = take_until(line, blanks); !word.empty())
            words.push_back(word);
    return words;
}

/// Whether all of the line was understood.
bool take_line(MimeTable &table, const std::vector<std::string_view> &words) {
    if (!is_media_type(words.front()))
        return false;
    bool understood = true;
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        std::string extension = in_lower_case(*word);
        if (is_extension(extension))
            table[std::move(extension)] = words.front();
        else
            understood = false;
    }
    return understood;
}

} // namespace

MimeFile parse_mime_types(std::string_view text) {
    MimeFile file;
    while (!text.empty()) {
        const auto words = words_of(take_until(text, "\n"));
        if (!words.empty() && !take_line(file.table, words))
            ++file.skipped;
    }
    return file;
}

} // namespace khttpd::config
