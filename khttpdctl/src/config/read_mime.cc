// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/read_mime.h"

#include <array>

#include <fmt/core.h>

#include "config/protocol.h"

namespace khttpd::config {
namespace {

bool is_absolute(std::string_view text) {
    return text.starts_with('/');
}

void read_types(Reading &reading, const toml::node &node) {
    const toml::table *table = reading.table("mime.types", node);
    if (table == nullptr)
        return;
    MimeTable of_this_file;
    for (const auto &[key, list] : *table) {
        const std::string type{key.str()};
        const std::string path = fmt::format("mime.types.{}", type);
        if (!is_media_type(type)) {
            reading.complain(key.source(), fmt::format("mime.types: expected a media type such as "
                                                       "\"text/plain\", not '{}'",
                                                       type));
            continue;
        }
        reading.remember(path, list);
        const auto extensions =
            reading.words(path, "extensions in lower case and without a dot in front", list,
                          KHTTPD_EXTENSIONS_MAX, is_extension);
        if (!extensions)
            continue;
        for (const std::string &extension : *extensions) {
            const auto [other, added] = of_this_file.emplace(extension, type);
            reading.remember("mime.types." + extension, list);
            if (!added)
                reading.complain(list.source(), fmt::format("{}: '{}' has the type {} already",
                                                            path, extension, other->second));
        }
    }
    for (const auto &[extension, type] : of_this_file)
        reading.config().mime_types[extension] = type;
}

} // namespace

void read_mime(Reading &reading, const toml::node &node) {
    static constexpr std::array<std::string_view, 2> known = {"file", "types"};
    const toml::table *table = reading.table("mime", node);
    if (table == nullptr)
        return;
    for (const auto &[key, value] : *table) {
        if (key == "file") {
            reading.remember("mime.file", value);
            if (auto file = reading.word("mime.file", "an absolute path", value, is_absolute))
                reading.config().mime_file = std::move(*file);
        } else if (key == "types") {
            read_types(reading, value);
        } else {
            reading.unknown_key("mime", key, known);
        }
    }
}

} // namespace khttpd::config
