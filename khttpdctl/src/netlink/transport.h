// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/settings.h"
#include "model/stats.h"
#include "netlink/extack.h"
#include "netlink/log_source.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// What came back for one request.
struct Answer {
    std::vector<Message> messages;
    Ack ack;
    bool interrupted = false; ///< a dump during which the data changed
};

/// The server's state or configuration is now this.
struct ServerChanged {
    Server server; ///< without listeners
};

/// Notifications were lost; what is known has to be read anew.
struct EventsLost {};

/// The module has been unloaded.
struct FamilyGone {};

using Event = std::variant<ServerChanged, LimitReached, EventsLost, FamilyGone>;

/// Notifications of the kernel, on a socket of their own.
class EventSource {
  public:
    virtual ~EventSource() = default;
    /// Readable when there are events; for poll(2).
    virtual int fd() const = 0;
    /// What has arrived so far; never blocks.
    virtual Result<std::vector<Event>> read() = 0;
};

/// A way to the module's netlink family.
class Transport {
  public:
    virtual ~Transport() = default;
    /// Sends @request and collects everything up to its acknowledgement. A refusal by the kernel is
    /// an Answer; an Error means that there was none.
    virtual Result<Answer> exchange(Message &request) = 0;
    /// Subscribes to the events group.
    virtual Result<std::unique_ptr<EventSource>> subscribe() = 0;
    /// Prepares to take the records of the access log.
    virtual Result<std::unique_ptr<LogSource>> open_log() = 0;
};

} // namespace khttpd::netlink
