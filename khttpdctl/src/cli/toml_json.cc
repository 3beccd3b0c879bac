// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/toml_json.h"

namespace khttpd::cli {

Json toml_json(const toml::node &node) {
    if (const toml::table *table = node.as_table()) {
        Json json = Json::object();
        for (const auto &[key, value] : *table)
            json[std::string{key.str()}] = toml_json(value);
        return json;
    }
    if (const toml::array *list = node.as_array()) {
        Json json = Json::array();
        for (const toml::node &element : *list)
            json.push_back(toml_json(element));
        return json;
    }
    if (const auto flag = node.value_exact<bool>())
        return *flag;
    if (const auto number = node.value_exact<std::int64_t>())
        return *number;
    return node.value_or(std::string{});
}

} // namespace khttpd::cli
