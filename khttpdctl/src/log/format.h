// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <linux/khttpd.h>

#include <cstdint>
#include <ctime>
#include <string>

#include "log/record.h"

namespace khttpd::log {

/// Writes records as lines. Whatever a client sent, a record is one line, and what it sent is
/// within the quotes.
class Formatter {
  public:
    explicit Formatter(khttpd_log_format format) : format_(format) {}

    /// Appends the line of @record, with its end, to @text.
    void append(std::string &text, const Record &record);
    /// Appends a line that tells that @lost records are missing.
    void append_loss(std::string &text, std::uint64_t lost, std::uint64_t time_ns);

  private:
    void append_combined(std::string &text, const Record &record);
    void append_json(std::string &text, const Record &record);
    /// The time as the format has it; what was written for the last one is kept.
    const std::string &time(std::uint64_t time_ns);
    const std::string &client(const Address &address);

    khttpd_log_format format_;
    std::time_t second_ = -1;
    std::string time_;
    Address address_{};
    std::string client_;
};

/// Appends @text as the inside of a string of JSON; what is not UTF-8 becomes U+FFFD.
void append_json_string(std::string &to, std::string_view text);
/// "192.0.2.1" or "2001:db8::1"
std::string address_text(const Address &address);

} // namespace khttpd::log
