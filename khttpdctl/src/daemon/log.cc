// SPDX-License-Identifier: GPL-2.0-or-later
#include "daemon/log.h"

#include <cstdlib>
#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/systemd_sink.h>
#include <spdlog/spdlog.h>

namespace khttpd::daemon {

void set_up_log(bool verbose, bool quiet) {
    std::shared_ptr<spdlog::logger> logger;
    if (std::getenv("JOURNAL_STREAM") != nullptr) {
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

} // namespace khttpd::daemon
