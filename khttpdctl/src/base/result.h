// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sysexits.h>

#include <concepts>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/diagnostic.h"

namespace khttpd {

/// What the process ends with: the codes of <sysexits.h>, by the names that the man page uses.
enum class ExitCode : int {
    ok = EX_OK,
    usage = EX_USAGE,             ///< the command line is wrong
    bad_data = EX_DATAERR,        ///< the kernel sent something that cannot be understood
    no_root = EX_NOINPUT,         ///< the document root is missing or cannot be read
    unavailable = EX_UNAVAILABLE, ///< the module or the server is not there
    internal = EX_SOFTWARE,       ///< a mistake in this program
    os_error = EX_OSERR,          ///< the system refused something
    io_error = EX_IOERR,          ///< a file could not be read or written
    temporary = EX_TEMPFAIL,      ///< trying again may help
    permission = EX_NOPERM,       ///< more privilege is needed
    config = EX_CONFIG,           ///< the configuration is wrong
};

/// Why something failed, in the words that the user gets to read.
struct Error {
    ExitCode code = ExitCode::internal;
    std::string message = {};
    std::string hint = {};    ///< what to do about it; may be empty
    std::string subject = {}; ///< the setting at fault, such as "listener[1].port"; may be empty
    Diagnostics details = {}; ///< faults in files, to be told before the message
};

/// A value, or the reason why there is none.
template<typename T>
class [[nodiscard]] Result {
  public:
    template<std::convertible_to<T> U = T>
    Result(U &&value) : state_(std::in_place_index<0>, std::forward<U>(value)) {}

    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }

    T &operator*() { return std::get<0>(state_); }

    const T &operator*() const { return std::get<0>(state_); }

    T *operator->() { return &std::get<0>(state_); }

    const T *operator->() const { return &std::get<0>(state_); }

    Error &error() { return std::get<1>(state_); }

    const Error &error() const { return std::get<1>(state_); }

  private:
    std::variant<T, Error> state_;
};

/// Success without a value, or the reason of the failure.
template<>
class [[nodiscard]] Result<void> {
  public:
    Result() = default;

    Result(Error error) : error_(std::move(error)) {}

    explicit operator bool() const { return !error_; }

    Error &error() { return *error_; }

    const Error &error() const { return *error_; }

  private:
    std::optional<Error> error_;
};

} // namespace khttpd
