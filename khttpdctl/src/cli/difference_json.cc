// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/difference_json.h"

#include <algorithm>

#include "cli/setting_json.h"
#include "config/of_settings.h"

namespace khttpd::cli {

Json differences_json(const std::vector<control::Difference> &differences, const Side &before,
                      const Side &after) {
    const auto keys = config::all_keys();
    const auto text = [](const std::string &value) {
        return value.empty() ? Json(nullptr) : Json(value);
    };
    Json list = Json::array();
    for (const control::Difference &each : differences) {
        const bool known = std::find(keys.begin(), keys.end(), each.key) != keys.end();
        list.push_back(
            {{"key", each.key},
             {before.name, known ? setting_json(before.config, each.key) : text(each.before)},
             {after.name, known ? setting_json(after.config, each.key) : text(each.after)}});
    }
    return list;
}

Json differences_json(const control::Plan &plan, const control::Wanted &wanted) {
    return differences_json(control::differences(plan),
                            {"running", config::config_of(plan.have.settings)},
                            {"files", wanted.config});
}

} // namespace khttpd::cli
