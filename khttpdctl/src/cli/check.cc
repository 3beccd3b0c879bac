// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/json.h"
#include "config/load.h"
#include "config/verify.h"

namespace khttpd::cli {
namespace {

Result<config::Verified> verify_files(const Context &context, const std::string &file) {
    const auto config = file.empty() ? config::load(context.paths) : config::load_single(file);
    if (!config)
        return config.error();
    return config::verify(*config);
}

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
    const auto verified = verify_files(context, options.file);
    if (options.json) {
        Json json = json_object();
        json["valid"] = static_cast<bool>(verified);
        json["errors"] = verified ? Json::array() : errors_json(verified.error());
        json["warnings"] = verified ? Json(verified->warnings) : Json::array();
        fmt::print(context.out, "{}\n", json_text(json));
        return verified ? 0 : static_cast<int>(verified.error().code);
    }
    if (!verified)
        return verified.error();
    for (const std::string &warning : verified->warnings)
        context.warn(warning);
    context.say("the configuration is valid");
    return 0;
}

} // namespace khttpd::cli
