// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/difference_json.h"

#include <algorithm>

#include "cli/setting_json.h"
#include "config/of_settings.h"
#include "control/describe.h"

namespace khttpd::cli {

Json differences_json(const control::Plan &plan, const control::Wanted &wanted) {
    const config::Config have = config::config_of(plan.have.settings);
    const auto keys = config::all_keys();
    const auto text = [](const std::string &value) {
        return value.empty() ? Json(nullptr) : Json(value);
    };
    Json list = Json::array();
    for (const control::Difference &each : control::differences(plan)) {
        const bool known = std::find(keys.begin(), keys.end(), each.key) != keys.end();
        list.push_back(
            {{"key", each.key},
             {"running", known ? setting_json(have, each.key) : text(each.before)},
             {"files", known ? setting_json(wanted.config, each.key) : text(each.after)}});
    }
    return list;
}

} // namespace khttpd::cli
