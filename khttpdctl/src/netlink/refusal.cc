// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/refusal.h"

#include <linux/khttpd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/core.h>

namespace khttpd::netlink {
namespace {

/// What the kernel says of an attribute beyond the end of the module's policy.
constexpr std::string_view unknown_attribute = "Unknown attribute type";

struct Advice {
    ExitCode code;
    std::string_view hint;
};

Advice advice(int error, std::string_view attribute) {
    // A new user is refused with EACCES where the document root is closed to it.
    if ((attribute.ends_with(".root") && error != EPERM) ||
        (attribute == "server.user" && error == EACCES))
        return {ExitCode::no_root,
                "the document root has to be a directory that the configured user can search"};
    if (attribute == "vhost" && error == ENOENT)
        return {ExitCode::no_root, "'khttpdctl vhost list' shows the virtual hosts"};
    switch (error) {
    case EPERM:
        return {ExitCode::permission, "changing the server needs CAP_NET_ADMIN, and CAP_SETUID and "
                                      "CAP_SETGID for another user (try sudo)"};
    case EACCES:
        return {ExitCode::permission, "ports below 1024 need CAP_NET_BIND_SERVICE (try sudo)"};
    case EBUSY:
        return {ExitCode::temporary, "the server is busy with another change; try again"};
    case ESTALE:
        return {ExitCode::temporary, "somebody else changed the server meanwhile; try again"};
    case EADDRINUSE:
        return {ExitCode::os_error,
                "another server has the address; 'ss -ltnp' lists who listens where"};
    case ENODEV:
        return {ExitCode::config, "'ip link' lists the network devices of this machine"};
    case EADDRNOTAVAIL:
        return {ExitCode::config, "'ip address' lists the addresses of this machine"};
    case ENOENT:
        return {ExitCode::unavailable, "the khttpd module seems to have been unloaded"};
    case EOPNOTSUPP:
        return {ExitCode::unavailable, version_hint};
    case EINVAL:
    case ERANGE:
    case E2BIG:
    case EDESTADDRREQ:
    case EAFNOSUPPORT:
        return {ExitCode::config, "khttpd.conf(5) describes every setting"};
    }
    return {ExitCode::os_error, ""};
}

bool is_about_connections(const Message &request) {
    return request.command() == KHTTPD_CMD_CONNECTION_GET ||
           request.command() == KHTTPD_CMD_CONNECTION_KILL;
}

} // namespace

Error refusal(const Message &request, const Ack &ack) {
    const bool setting = request.command() == KHTTPD_CMD_SERVER_SET;
    const std::string attribute = attribute_at_fault(request, ack);
    if (ack.message == unknown_attribute)
        return {ExitCode::unavailable,
                fmt::format("{}the khttpd module does not know this setting",
                            attribute.empty() ? "" : attribute + ": "),
                version_hint, attribute};
    // The generic netlink core refuses what needs privilege before the module could say anything.
    const bool unprivileged = ack.error == EPERM && ack.message.empty();
    const std::string reason = unprivileged          ? "this needs CAP_NET_ADMIN"
                               : ack.message.empty() ? std::strerror(ack.error)
                                                     : ack.message;
    auto [code, hint] = advice(ack.error, attribute);
    if (code == ExitCode::config && is_about_connections(request)) {
        code = ExitCode::usage;
        hint = "khttpdctl-connections(8) describes what can be asked for";
    }
    Error error{code, reason, unprivileged && !setting ? "try sudo" : std::string{hint}, attribute};
    if (ack.missing_type && !attribute.empty())
        error.message = fmt::format("{} is missing", attribute);
    else if (!attribute.empty())
        error.message = fmt::format("{}: {}", attribute, reason);
    return error;
}

} // namespace khttpd::netlink
