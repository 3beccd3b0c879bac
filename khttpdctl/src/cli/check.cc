// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/json.h"
#include "control/apply.h"

namespace khttpd::cli {
namespace {

Json errors_json(const Error &error) {
    Json list = Json::array();
    for (const Diagnostic &each : error.details)
        list.push_back({{"file", each.source.file},
                        {"line", each.source.line},
                        {"column", each.source.column},
                        {"message", each.message}});
    if (list.empty())
        list.push_back({{"file", nullptr},
                        {"line", nullptr},
                        {"column", nullptr},
                        {"message", error.message}});
    return list;
}

} // namespace

Result<int> check(const Context &context, const CheckOptions &options) {
    const auto wanted = options.file.empty() ? control::read_files(context.paths)
                                             : control::read_file(options.file);
    if (options.json) {
        Json json = json_object();
        json["valid"] = static_cast<bool>(wanted);
        json["errors"] = wanted ? Json::array() : errors_json(wanted.error());
        json["warnings"] = wanted ? Json(wanted->warnings) : Json::array();
        fmt::print(context.out, "{}\n", json_text(json));
        return wanted ? 0 : static_cast<int>(wanted.error().code);
    }
    if (!wanted)
        return wanted.error();
    control::tell(*wanted, context.messages());
    context.say("the configuration is valid");
    return 0;
}

} // namespace khttpd::cli
