// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "base/version.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/running.h"

namespace khttpd::cli {
namespace {

/// The version of the loaded module; nothing where none is loaded.
Result<std::optional<std::string>> module_version(const Context &context) {
    auto reached = loaded_server(context);
    if (!reached)
        return reached.error();
    return *reached ? std::optional{std::move((*reached)->server.version)} : std::nullopt;
}

} // namespace

Result<int> version(const Context &context, const VersionOptions &options) {
    const auto module = module_version(context);
    // This program's own version is to be had even so.
    if (!module)
        context.warn(module.error().message);
    const auto loaded = module ? *module : std::nullopt;
    const auto installed = doctor::installed_version(context.machine());

    if (options.json) {
        Json json = json_object();
        json["khttpdctl"] = tool_version();
        json["module"] = loaded ? Json(*loaded) : Json(nullptr);
        json["installed"] = installed ? Json(*installed) : Json(nullptr);
        fmt::print(context.out, "{}\n", json_text(json));
    } else {
        fmt::print(context.out, "khttpdctl {}\nmodule    {}\ninstalled {}\n", tool_version(),
                   loaded.value_or("not loaded"), installed.value_or("none"));
    }
    if (loaded)
        context.compare_versions(*loaded, installed);
    return 0;
}

} // namespace khttpd::cli
