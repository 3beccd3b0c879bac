// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/patient.h"

#include <linux/capability.h>

#include <fstream>

#include "config/load.h"

namespace khttpd::doctor {
namespace {

Result<std::optional<Server>> find_server(const Machine &machine) {
    auto client = machine.client();
    if (!client)
        return client.error();
    if (!*client)
        return std::nullopt;
    auto server = (*client)->server_with_listeners();
    if (!server)
        return server.error();
    return std::optional{std::move(*server)};
}

} // namespace

Patient Patient::admit(const Machine &machine) {
    return {machine, host::find_module(machine.places), host::loaded_version(machine.places),
            config::load(machine.paths), find_server(machine)};
}

bool Patient::serves() const {
    return server && *server && (*server)->state == KHTTPD_STATE_RUNNING;
}

bool Patient::may_change() const {
    std::ifstream status{machine.proc / "self/status"};
    std::string key;
    for (std::string value; status >> key && std::getline(status, value);)
        if (key == "CapEff:")
            return (std::stoull(value, nullptr, 16) >> CAP_NET_ADMIN & 1) != 0;
    return false;
}

} // namespace khttpd::doctor
