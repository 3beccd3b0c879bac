// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "netlink/message.h"

namespace khttpd::netlink {

/// Records of the access log, in one message of the kernel's.
struct LogBatch {
    Message message;                    ///< what the records lie in
    std::span<const std::byte> records; ///< as log::decode_records() takes them
    std::uint64_t lost = 0;             ///< records that were lost before these
};

/// The records of the access log. Whoever takes them is the only one that gets them.
class LogSource {
  public:
    virtual ~LogSource() = default;
    /// Readable when there is something to read(); for poll(2).
    virtual int fd() const = 0;
    /// Asks for the records that there are; they are read() later, when fd() is readable.
    virtual Result<void> ask() = 0;
    /// Whether an answer is still to come.
    virtual bool waits() const = 0;
    /// What has arrived so far, all that was asked for at once or nothing; never blocks. Where the
    /// kernel says that there are records, it is asked for them.
    virtual Result<std::vector<LogBatch>> read() = 0;
};

} // namespace khttpd::netlink
