// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "log/format.h"
#include "log/sink.h"
#include "model/settings.h"
#include "netlink/log_source.h"

namespace khttpd::log {

/// Takes the records from the kernel and writes them where the settings say.
class AccessLog {
  public:
    using OpenFile = std::function<Result<std::unique_ptr<Sink>>()>;

    /// @open_file opens the file anew, also after it was renamed.
    AccessLog(std::unique_ptr<netlink::LogSource> source, OpenFile open_file)
        : source_(std::move(source)), open_file_(std::move(open_file)) {}

    int fd() const { return source_->fd(); }

    /// The settings are these now.
    Result<void> configure(const Settings &settings);
    /// Opens the file anew. The old one is kept where that fails.
    Result<void> reopen();
    /// fd() is readable. Records for which there is no place to write them are lost, and counted.
    Result<void> on_readable();
    /// Asks for what there may be, in case a notification was lost.
    Result<void> look();
    /// Takes what is left, for no longer than @patience.
    Result<void> finish(std::chrono::milliseconds patience);

  private:
    Result<void> open_sink();
    void write(const std::vector<netlink::LogBatch> &batches);

    std::unique_ptr<netlink::LogSource> source_;
    OpenFile open_file_;
    khttpd_log_access access_ = KHTTPD_LOG_ACCESS_NONE;
    khttpd_log_format format_ = KHTTPD_LOG_FORMAT_COMBINED;
    std::unique_ptr<Sink> sink_;
    Formatter formatter_{KHTTPD_LOG_FORMAT_COMBINED};
    std::vector<Record> records_; ///< as large as it ever was, like the text
    std::string text_;
    std::uint64_t lost_ = 0; ///< records that no line tells of yet
    int error_ = 0;          ///< errno of the last write, which was told
};

} // namespace khttpd::log
