// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/stop.h"

#include "cli/commands.h"

namespace khttpd::cli {
namespace {

constexpr std::chrono::seconds patience{60};

} // namespace

Result<int> stop(const Context &context, const StopOptions &options) {
    auto client = context.client_if_loaded();
    if (!client)
        return client.error();
    if (!*client) {
        context.say("not running: the module is not loaded");
        return 0;
    }
    const auto stopped = control::stop_and_wait(**client, patience, options.now);
    if (!stopped)
        return stopped.error();
    context.say(*stopped ? "stopped" : "not running");
    return 0;
}

} // namespace khttpd::cli
