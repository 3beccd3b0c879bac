// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log.h"

#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include <fmt/core.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

#include "daemon/journal.h"

namespace khttpd::daemon {
namespace {

bool has_journal() {
    return std::getenv("JOURNAL_STREAM") != nullptr;
}

/// Whether the journal has taken it.
bool send(std::vector<std::string> fields) {
    std::vector<iovec> parts;
    for (std::string &field : fields)
        parts.push_back({field.data(), field.size()});
    return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

} // namespace

void set_up_log(bool verbose, bool quiet) {
    std::shared_ptr<spdlog::logger> logger;
    if (has_journal()) {
        auto sink = std::make_shared<spdlog::sinks::systemd_sink_st>();
        logger = std::make_shared<spdlog::logger>("khttpdctl", std::move(sink));
    } else {
        auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_st>();
        logger = std::make_shared<spdlog::logger>("khttpdctl", std::move(sink));
        logger->set_pattern("%Y-%m-%d %H:%M:%S %^%l%$: %v");
    }
    logger->set_level(verbose ? spdlog::level::debug
                      : quiet ? spdlog::level::warn
                              : spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void log_event(const events::Event &event, const std::string &message, bool warn) {
    const auto level = warn ? spdlog::level::warn : spdlog::level::info;
    if (!spdlog::should_log(level))
        return;
    if (has_journal()) {
        auto fields = journal_fields(event);
        fields.push_back(fmt::format("MESSAGE={}", message));
        fields.push_back(fmt::format("PRIORITY={}", warn ? LOG_WARNING : LOG_INFO));
        if (send(std::move(fields)))
            return;
    }
    spdlog::log(level, "{}", message);
}

} // namespace khttpd::daemon
