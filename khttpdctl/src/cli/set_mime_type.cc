// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>

#include "base/text.h"
#include "cli/running.h"
#include "cli/set.h"
#include "config/protocol.h"

namespace khttpd::cli {
namespace {

/// The media types of a server with @config, and with @type for @extension, whatever later files
/// say.
Result<MimeTable> saved_types(config::Config config, const std::string &extension,
                              const std::string &type) {
    if (!type.empty())
        config.mime_types[extension] = type;
    auto verified = mime_of(config);
    if (!verified)
        return verified.error();
    return std::move(verified->settings.mime);
}

/// The media types of the running server, with @type for @extension. Without one, it has that of
/// the file of types in @config, or the one that is built in.
Result<MimeTable> running_types(netlink::Client &client, config::Config config,
                                const std::string &extension, const std::string &type) {
    auto types = client.mime();
    if (!types)
        return types.error();
    MimeTable changed = config::mime_in_use(std::move(*types));
    config.mime_types = {};
    auto saved = saved_types(std::move(config), extension, type);
    if (!saved)
        return saved.error();
    const MimeTable otherwise = config::mime_in_use(std::move(*saved));
    changed.erase(extension);
    if (const auto found = otherwise.find(extension); found != otherwise.end())
        changed.insert(*found);
    return changed;
}

} // namespace

Result<int> set_mime_type(const Context &context, const KeyEdit &asked,
                          const std::string &extension) {
    const std::string type = asked.value.value_or("");
    if (!type.empty() && !config::is_media_type(type))
        return Error{ExitCode::usage,
                     fmt::format("{}: expected a media type such as \"text/plain\", or \"\" for "
                                 "none, not '{}'",
                                 asked.key, printable(type)),
                     "khttpd.conf(5) describes mime.types"};
    Edit edit;
    edit.keys = {asked.key};
    edit.unsets = !asked.value;
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        if (type.empty())
            if (const auto fit = check_removal(context, before, asked.key); !fit)
                return fit.error();
        return std::vector<config::OwnEdit>{config::ReplaceType{extension, type}};
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &config) -> Result<Change> {
        auto types = asked.options.runtime ? running_types(client, config, extension, type)
                                           : saved_types(config, extension, type);
        if (!types)
            return types.error();
        Change change;
        // What somebody else changes meanwhile must not be taken back with this.
        change.expect_generation = server.generation;
        change.mime = std::move(*types);
        return change;
    };
    return carry_out(context, asked.options, edit);
}

} // namespace khttpd::cli
