// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "cli/commands.h"
#include "cli/json.h"
#include "cli/running.h"
#include "cli/toml_json.h"
#include "config/load.h"
#include "config/writer.h"
#include "control/describe.h"

namespace khttpd::cli {
namespace {

Result<config::Config> running(const Context &context) {
    auto config = running_config(context);
    if (!config)
        return config.error();
    if (!*config)
        return Error{ExitCode::unavailable, "the server is not running",
                     "without --running the configuration of the files is shown"};
    return std::move(**config);
}

/// Warns of what other means than this program have put into the kernel, and no file can say.
void warn_of_losses(const Context &context, const config::Config &config, const std::string &text) {
    const auto again = config::load_text(text);
    if (!again) {
        for (const Diagnostic &each : again.error().details)
            context.warn(fmt::format("no file can say this: {}", each.message));
        return;
    }
    control::Plan plan;
    plan.have.settings = config.settings;
    Settings said = again->settings;
    // Users and media types are known from the files alone only by name.
    said.uid = config.settings.uid;
    said.gid = config.settings.gid;
    said.mime = config.settings.mime;
    plan.difference = difference(plan.have.settings, said);
    for (const std::string &line : control::describe(plan))
        context.warn(fmt::format("no file can say this, but only what follows: {}", line));
}

} // namespace

Result<int> show_config(const Context &context, const ShowConfigOptions &options) {
    const auto config = options.running ? running(context) : config::load(context.paths);
    if (!config)
        return config.error();
    const toml::table table = config::whole_table(*config);
    const std::string text = config::file_text(table);
    warn_of_losses(context, *config, text);
    if (options.json) {
        Json json = json_object();
        json["configuration"] = toml_json(table);
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    fmt::print(context.out, "{}", text);
    return 0;
}

} // namespace khttpd::cli
