// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <nlohmann/json.hpp>

namespace khttpd::cli {

using Json = nlohmann::ordered_json;

/// The version of what --json prints: raised when something that was there changes or goes, not
/// when something is added.
inline constexpr int json_schema_version = 1;

/// An object that says which schema it follows.
inline Json json_object() {
    return Json{{"schema_version", json_schema_version}};
}

/// As one line; bytes that are not UTF-8, as paths may have, are replaced.
inline std::string json_line(const Json &json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// For people as well.
inline std::string json_text(const Json &json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace khttpd::cli
