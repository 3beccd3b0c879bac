// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/json.h"

namespace khttpd::cli {
namespace {

/// The version of the loaded module; nothing where none is loaded.
Result<std::optional<std::string>> module_version(const Context &context) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client)
        return std::nullopt;
    const auto server = (*client)->server();
    if (!server)
        return server.error();
    return std::optional{server->version};
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
        json["khttpdctl"] = KHTTPD_VERSION;
        json["module"] = loaded ? Json(*loaded) : Json(nullptr);
        json["installed"] = installed ? Json(*installed) : Json(nullptr);
        fmt::print(context.out, "{}\n", json_text(json));
    } else {
        fmt::print(context.out, "khttpdctl {}\nmodule    {}\ninstalled {}\n", KHTTPD_VERSION,
                   loaded.value_or("not loaded"), installed.value_or("none"));
    }
    if (loaded)
        context.compare_versions(*loaded, installed);
    return 0;
}

} // namespace khttpd::cli
