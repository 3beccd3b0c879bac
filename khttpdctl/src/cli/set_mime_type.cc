// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/core.h>

#include "base/text.h"
#include "cli/running.h"
#include "cli/set.h"
#include "config/protocol.h"

namespace khttpd::cli {
namespace {

/// A type that is to go has to stand in the file that this program writes.
Result<void> check_place(const Context &context, const config::Config &before,
                         const SetOptions &options) {
    const auto place = before.sources.find(options.key);
    if (!options.value.empty() || place == before.sources.end() ||
        place->second.file == context.paths.own_file())
        return {};
    return read_only(options.key, place->second);
}

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

Result<int> set_mime_type(const Context &context, const SetOptions &options,
                          const std::string &extension) {
    if (!options.value.empty() && !config::is_media_type(options.value))
        return Error{ExitCode::usage,
                     fmt::format("{}: expected a media type such as \"text/plain\", or \"\" for "
                                 "none, not '{}'",
                                 options.key, printable(options.value)),
                     "khttpd.conf(5) describes mime.types"};
    Edit edit;
    edit.keys = {options.key};
    edit.file = [&](const config::Config &before) -> Result<std::vector<config::OwnEdit>> {
        if (const auto fit = check_place(context, before, options); !fit)
            return fit.error();
        return std::vector<config::OwnEdit>{config::ReplaceType{extension, options.value}};
    };
    edit.live = [&](netlink::Client &client, const Server &server,
                    const config::Config &config) -> Result<Change> {
        auto types = options.edit.runtime ? running_types(client, config, extension, options.value)
                                          : saved_types(config, extension, options.value);
        if (!types)
            return types.error();
        Change change;
        // What somebody else changes meanwhile must not be taken back with this.
        change.expect_generation = server.generation;
        change.mime = std::move(*types);
        return change;
    };
    return carry_out(context, options.edit, edit);
}

} // namespace khttpd::cli
