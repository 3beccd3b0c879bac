// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "base/result.h"
#include "config/config.h"
#include "control/apply.h"
#include "doctor/machine.h"
#include "host/module.h"
#include "host/netns.h"
#include "netlink/client.h"

namespace khttpd::cli {

/// What the commands have of the world outside; the tests give them another one.
struct Context {
    std::ostream &out; ///< results
    std::ostream &err; ///< messages
    std::function<Result<std::unique_ptr<netlink::Transport>>()> connect;
    std::function<host::ModuleState()> module_state;
    std::function<bool()> has_unit;
    host::NetworkNamespaces namespaces{};
    /// Where the doctor looks; paths, has_unit and client of it are those of the context.
    std::function<doctor::Machine()> machine;
    config::Paths paths = {};
    std::string netns = {}; ///< as it was asked for; empty for that of the process
    bool verbose = false;
    bool quiet = false;
    bool terminal = false; ///< out is a terminal
    bool color = false;    ///< and colours are welcome on it
    bool unicode = false;  ///< the locale has block characters

    /// Goes into the network namespace @name, and to the configuration of its server.
    Result<void> enter(const std::string &name);

    Result<netlink::Client> client() const;

    /// A client if the module is there already; never a reason to load it.
    Result<std::optional<netlink::Client>> client_if_loaded() const;

    /// The systemd unit of the server.
    std::string unit() const;

    /// "warning: TEXT"
    void warn(const std::string &text) const;
    /// "hint: TEXT"
    void hint(const std::string &text) const;
    /// For those who asked for more with -v.
    void detail(const std::string &text) const;
    /// warn() and detail(), for what does not know this program's ways.
    control::Messages messages() const;
    /// For those who did not ask for silence with -q.
    void say(const std::string &text) const;
    /// Warns where the module that is loaded is not of this program's version, or not @installed.
    void compare_versions(const std::string &loaded,
                          const std::optional<std::string> &installed) const;
    /// The faults in files, "error: MESSAGE", and the hint.
    void report(const Error &error) const;
};

/// The context of a real process.
Context real_context(std::ostream &out, std::ostream &err);

} // namespace khttpd::cli
