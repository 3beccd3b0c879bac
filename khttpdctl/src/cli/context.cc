// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/context.h"

#include <langinfo.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include <fmt/ostream.h>

#include "base/version.h"
#include "host/command.h"
#include "host/unit.h"
#include "netlink/libnl_transport.h"

namespace khttpd::cli {
namespace {

Result<std::unique_ptr<netlink::Transport>> connect_to_kernel() {
    auto transport = netlink::LibnlTransport::open();
    if (!transport && transport.error().code == ExitCode::unavailable)
        return host::explain_absence(host::ModulePlaces::of_this_machine());
    return transport;
}

/// https://no-color.org and terminals that cannot.
bool colors_are_welcome() {
    const char *no_color = std::getenv("NO_COLOR");
    const char *term = std::getenv("TERM");
    return (no_color == nullptr || *no_color == '\0') && term != nullptr &&
           std::string_view{term} != "dumb";
}

} // namespace

Result<void> Context::enter(const std::string &name) {
    if (const auto entered = namespaces.enter(name); !entered)
        return entered.error();
    netns = name;
    paths.directory /= std::filesystem::path{"netns"} / name;
    return {};
}

Result<netlink::Client> Context::client() const {
    auto transport = connect();
    if (!transport)
        return transport.error();
    return netlink::Client{std::move(*transport)};
}

Result<std::optional<netlink::Client>> Context::client_if_loaded() const {
    if (module_state() != host::ModuleState::loaded)
        return std::nullopt;
    auto opened = client();
    if (!opened)
        return opened.error();
    return std::optional{std::move(*opened)};
}

std::string Context::unit() const {
    return netns.empty() ? "khttpd" : "khttpd@" + netns;
}

void Context::warn(const std::string &text) const {
    fmt::print(err, "warning: {}\n", text);
}

void Context::hint(const std::string &text) const {
    if (!quiet)
        fmt::print(err, "hint: {}\n", text);
}

void Context::detail(const std::string &text) const {
    if (verbose)
        fmt::print(err, "{}\n", text);
}

control::Messages Context::messages() const {
    return {[this](const std::string &text) { warn(text); },
            [this](const std::string &text) { detail(text); }};
}

void Context::say(const std::string &text) const {
    if (!quiet)
        fmt::print(out, "{}\n", text);
}

void Context::compare_versions(const std::string &loaded,
                               const std::optional<std::string> &installed) const {
    if (loaded != tool_version())
        warn(fmt::format("the loaded module is version {}, khttpdctl is {}", loaded,
                         tool_version()));
    if (installed.value_or(loaded) != loaded) {
        warn(fmt::format("module {} serves on; {} is installed, and a restart loads it", loaded,
                         *installed));
        hint("systemctl stop khttpd && rmmod khttpd && systemctl start khttpd");
    } else if (loaded != tool_version()) {
        hint("'khttpdctl doctor' tells more");
    }
}

void Context::report(const Error &error) const {
    for (const Diagnostic &detail : error.details)
        fmt::print(err, "{}\n", detail.text());
    fmt::print(err, "error: {}\n", error.message);
    if (!error.hint.empty())
        fmt::print(err, "hint: {}\n", error.hint);
}

Context real_context(std::ostream &out, std::ostream &err) {
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    return Context{
        .out = out,
        .err = err,
        .connect = connect_to_kernel,
        .module_state = [] { return host::module_state(host::ModulePlaces::of_this_machine()); },
        .has_unit = host::has_unit,
        .machine =
            [] {
                doctor::Machine machine;
                machine.places = host::ModulePlaces::of_this_machine();
                machine.command = host::run_command;
                return machine;
            },
        .terminal = terminal,
        .color = terminal && colors_are_welcome(),
        .unicode = std::string_view{nl_langinfo(CODESET)} == "UTF-8",
    };
}

} // namespace khttpd::cli
