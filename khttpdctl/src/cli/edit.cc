// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/edit.h"

#include <algorithm>

#include <fmt/ostream.h>

#include "cli/json.h"
#include "cli/running.h"
#include "config/load.h"
#include "config/verify.h"
#include "config/vhost_setting.h"
#include "control/apply.h"
#include "control/cpumask.h"

namespace khttpd::cli {
namespace {

/// What @server is after what @change asks of the module.
Result<Server> change_module(const Context &context, netlink::Client &client, const Change &change,
                             const Server &server) {
    if (change.empty_for_kernel())
        return server;
    auto changed = client.change(change);
    if (!changed)
        return changed.error();
    if (!changed->warning.empty())
        context.warn(changed->warning);
    return std::move(changed->server);
}

/// The same, and has the workqueues use other CPUs: both or neither.
Result<Server> change_with_cpumasks(const Context &context, netlink::Client &client,
                                    Change change) {
    const auto before = control::read_server(client, context.paths);
    if (!before)
        return before.error();
    // What somebody else changes from now on must not be taken back with this.
    change.expect_generation = change.expect_generation.value_or(before->generation);
    auto after = change_module(context, client, change, *before);
    if (!after)
        return after;
    CpuMasks asked;
    for (std::size_t queue = 0; queue < asked.size(); ++queue)
        asked[queue] = change.cpumasks[queue].value_or("");
    if (const auto put = control::complete_with_cpumasks(client, context.paths, *before, *after,
                                                         asked, context.messages().warn);
        !put)
        return put.error();
    return after;
}

/// Gives workqueues back what the files say of their CPUs. Other numbers mean other workqueues,
/// which have lost it.
void restore_cpumasks(const Context &context, const Change &change, const Server &server,
                      const config::Config &config) {
    // The kernel replaces both at once.
    const bool replaced =
        std::any_of(change.numbers.begin(), change.numbers.end(),
                    [](const Change::Assignment &each) { return each.number->queue.has_value(); });
    if (!replaced)
        return;
    CpuMasks lost = config.settings.cpumasks;
    for (std::size_t queue = 0; queue < lost.size(); ++queue)
        if (change.cpumasks[queue])
            lost[queue].clear();
    if (const auto put = control::put_cpumasks(context.paths, server, lost); !put)
        context.warn(put.error().message);
}

/// Changes the server if one is running; otherwise there is no value.
Result<std::optional<Server>> change_running(const Context &context, const EditOptions &options,
                                             const Edit &edit, const config::Config &config) {
    auto running = running_server(context);
    if (!running)
        return running.error();
    if (!*running)
        return std::nullopt;
    auto &[client, server] = **running;
    if (const auto expected = control::check_generation(server, options.expect_generation);
        !expected)
        return expected.error();
    auto change = edit.live(client, server, config);
    if (!change)
        return change.error();
    if (change->empty())
        return std::optional{std::move(server)};
    if (options.expect_generation)
        change->expect_generation = options.expect_generation;
    auto after = change->cpumasks[0] || change->cpumasks[1]
                     ? change_with_cpumasks(context, client, *change)
                     : change_module(context, client, *change, server);
    if (!after)
        return after.error();
    restore_cpumasks(context, *change, *after, config);
    return std::optional{std::move(*after)};
}

void print_json(const Context &context, const std::vector<std::string> &changed, bool saved,
                const std::optional<Server> &server) {
    Json json = json_object();
    json["changed"] = changed;
    json["saved"] = saved;
    json["applied"] = server.has_value();
    json["generation"] = server ? Json(server->generation) : Json(nullptr);
    fmt::print(context.out, "{}\n", json_text(json));
}

void tell(const Context &context, const EditOptions &options, const Edit &edit,
          const std::optional<Server> &server) {
    if (options.json)
        return print_json(context, edit.keys, !options.runtime, server);
    const std::string what = options.runtime
                                 ? "applied to the running server, not saved"
                                 : fmt::format("{}; {}", edit.unsets ? "unset" : "saved",
                                               server ? "applied to the running server"
                                                      : "takes effect at the next start");
    for (const std::string &key : edit.keys)
        context.say(fmt::format("{}: {}", key, what));
}

void tell_of_nothing(const Context &context, const EditOptions &options, const Edit &edit) {
    if (options.json)
        return print_json(context, {}, false, std::nullopt);
    for (const std::string &key : edit.keys)
        context.say(fmt::format("{}: nothing to do, no file has it", key));
}

/// @key with the first name of the virtual host that it names, as the places of @config have it.
std::string canonical_key(const config::Config &config, const std::string &key) {
    const auto vhost = config::split_vhost(key);
    const config::HostConfig *host =
        vhost ? config::find_vhost(config.vhosts, vhost->name) : nullptr;
    return host != nullptr ? fmt::format("{}.{}", host_key(host->names), vhost->rest) : key;
}

/// Tells which other file has the word where the own one has it no longer.
void tell_successor(const Context &context, const Edit &edit, const config::Config &config) {
    for (const std::string &key : edit.keys)
        if (const auto place = config.sources.find(canonical_key(config, key));
            place != config.sources.end())
            context.say(fmt::format("{}: {} counts now", key, place->second.text()));
}

/// What is to be different in the own file.
Result<std::vector<config::OwnEdit>> own_edits(const Edit &edit, const config::Config &before) {
    auto edits = edit.file(before);
    const auto is_given = [&](const std::string &key) {
        return before.sources.contains(canonical_key(before, key));
    };
    if (edits && edit.unsets && std::none_of(edit.keys.begin(), edit.keys.end(), is_given))
        edits->clear();
    return edits;
}

void warn_if_overridden(const Context &context, const Edit &edit, const config::Config &config) {
    for (const std::string &key : edit.keys) {
        const Source *place = config::find_source(config, canonical_key(config, key));
        if (place != nullptr && place->file != context.paths.own_file())
            context.warn(fmt::format("{} overrides this at the next start", place->text()));
    }
}

Result<int> carry_out_at_runtime(const Context &context, const EditOptions &options,
                                 const Edit &edit) {
    const auto config = config::load(context.paths);
    if (!config)
        return config.error();
    if (edit.check)
        if (const auto fits = edit.check(*config); !fits)
            return fits.error();
    const auto server = change_running(context, options, edit, *config);
    if (!server)
        return server.error();
    if (!*server)
        return Error{ExitCode::unavailable, "the server is not running",
                     "without --runtime the setting is saved for the next start"};
    tell(context, options, edit, *server);
    return 0;
}

} // namespace

Error read_only(std::string_view what, const Source &place) {
    return {ExitCode::config,
            fmt::format("{} stands in {}, which khttpdctl only reads", what, place.text()),
            "remove it there; with --runtime, the running server alone is changed"};
}

Result<void> check_removal(const Context &context, const config::Config &before,
                           const std::string &key) {
    const auto place = before.sources.find(key);
    if (place == before.sources.end() || place->second.file == context.paths.own_file())
        return {};
    // A later file hides what the own one says.
    const auto own = config::load_own(context.paths);
    if (!own)
        return own.error();
    if (own->sources.contains(key))
        return {};
    Error refusal = read_only(key, place->second);
    refusal.hint = "remove it there; 'khttpdctl set --runtime' changes the running server alone";
    return refusal;
}

Result<int> carry_out(const Context &context, const EditOptions &options, const Edit &edit) {
    if (options.runtime)
        return carry_out_at_runtime(context, options, edit);
    // In this order a failure anywhere leaves both the file and the server as they were.
    auto saved = config::OwnFileChange::prepare(
        context.paths, [&](const config::Config &before) { return own_edits(edit, before); });
    if (!saved)
        return saved.error();
    if (saved->empty()) {
        tell_of_nothing(context, options, edit);
        return 0;
    }
    if (edit.check)
        if (const auto fits = edit.check(saved->config()); !fits)
            return fits.error();
    const auto server = change_running(context, options, edit, saved->config());
    if (!server)
        return server.error();
    if (const auto committed = saved->commit(); !committed)
        return committed.error();
    if (!edit.unsets)
        warn_if_overridden(context, edit, saved->config());
    tell(context, options, edit, *server);
    if (edit.unsets && !options.json)
        tell_successor(context, edit, saved->config());
    return 0;
}

} // namespace khttpd::cli
