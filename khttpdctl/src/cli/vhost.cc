// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"

namespace khttpd::cli {
namespace {

Json host_json(const Host &host, const std::string &root) {
    return {{"names", host.names}, {"root", root}, {"rules", host.rules.size()}};
}

void print_host(std::ostream &out, const std::string &names, const Host &host,
                const std::string &root) {
    fmt::print(out, "{}\n  root   {}\n  rules  {}\n", printable(names), printable(root),
               host.rules.size());
}

} // namespace

Result<int> vhost_list(const Context &context, const VhostListOptions &options) {
    auto client = context.client();
    if (!client)
        return client.error();
    const auto server = client->server();
    if (!server)
        return server.error();
    const auto hosts = client->hosts();
    if (!hosts)
        return hosts.error();

    const std::string &shared = server->settings.root;
    const auto root_of = [&](const Host &host) { return host.root.empty() ? shared : host.root; };
    if (options.json) {
        Json json = json_object();
        json["default"] = host_json(hosts->site, shared);
        json["vhosts"] = Json::array();
        for (const Host &host : hosts->vhosts)
            json["vhosts"].push_back(host_json(host, root_of(host)));
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    print_host(context.out, "(default)", hosts->site, shared);
    for (const Host &host : hosts->vhosts)
        print_host(context.out, fmt::format("{}", fmt::join(host.names, " ")), host, root_of(host));
    return 0;
}

} // namespace khttpd::cli
