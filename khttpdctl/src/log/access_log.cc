// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/access_log.h"

#include <poll.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <spdlog/spdlog.h>

namespace khttpd::log {
namespace {

std::uint64_t now_ns() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

bool earlier(const Record &a, const Record &b) {
    return a.time_ns < b.time_ns;
}

} // namespace

Result<void> AccessLog::open_sink() {
    if (access_ == KHTTPD_LOG_ACCESS_NONE) {
        sink_.reset();
        return {};
    }
    if (access_ == KHTTPD_LOG_ACCESS_JOURNAL) {
        sink_ = open_journal();
        return {};
    }
    auto file = open_file_();
    if (!file)
        return file.error();
    sink_ = std::move(*file);
    return {};
}

Result<void> AccessLog::configure(const Settings &settings) {
    const auto access = static_cast<khttpd_log_access>(settings.log_access);
    const auto format = static_cast<khttpd_log_format>(settings.log_format);
    if (format != format_)
        formatter_ = Formatter{format};
    format_ = format;
    if (access == access_)
        return {};
    access_ = access;
    sink_.reset();
    if (const auto opened = open_sink(); !opened)
        return opened;
    return look();
}

Result<void> AccessLog::reopen() {
    return open_sink();
}

Result<void> AccessLog::look() {
    if (access_ == KHTTPD_LOG_ACCESS_NONE)
        return {};
    if (!sink_)
        if (const auto opened = open_sink(); !opened)
            return opened;
    return source_->ask();
}

Result<void> AccessLog::on_readable() {
    const auto batches = source_->read();
    if (!batches)
        return batches.error();
    if (!batches->empty())
        write(*batches);
    return {};
}

void AccessLog::write(const std::vector<netlink::LogBatch> &batches) {
    records_.clear();
    for (const netlink::LogBatch &batch : batches) {
        lost_ += batch.lost;
        if (!decode_records(batch.records, records_))
            spdlog::error("the khttpd module sent a malformed record of the access log");
    }
    // Each CPU has those of its own in their order.
    if (!std::is_sorted(records_.begin(), records_.end(), earlier))
        std::stable_sort(records_.begin(), records_.end(), earlier);

    text_.clear();
    for (const Record &record : records_)
        formatter_.append(text_, record);
    const std::uint64_t told = std::exchange(lost_, 0);
    if (told != 0)
        formatter_.append_loss(text_, told, now_ns());
    // Where there is no place to write to, everything is lost, and told of when there is one.
    const Written written =
        sink_ ? sink_->write(text_) : Written{records_.size() + (told != 0 ? 1 : 0), error_};
    if (written.error != 0 && written.error != error_)
        spdlog::error("the access log cannot be written: {}", std::strerror(written.error));
    if (written.error == 0 && error_ != 0)
        spdlog::info("the access log can be written again");
    error_ = written.error;
    // The line that tells of losses is the last one, and lost with the others.
    if (written.lost != 0)
        lost_ = written.lost + told - (told != 0 ? 1 : 0);
}

Result<void> AccessLog::finish(std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    if (const auto asked = look(); !asked)
        return asked;
    while (source_->waits()) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0)
            return Error{ExitCode::temporary, "the access log could not be read to its end", ""};
        pollfd ready{.fd = source_->fd(), .events = POLLIN, .revents = 0};
        poll(&ready, 1, static_cast<int>(left.count()));
        if (const auto taken = on_readable(); !taken)
            return taken;
    }
    return {};
}

} // namespace khttpd::log
