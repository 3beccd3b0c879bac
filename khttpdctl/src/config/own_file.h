// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "config/config.h"
#include "config/file.h"
#include "config/setting.h"

namespace khttpd::config {

/// A change to the one configuration file that this program writes. Nothing is changed until
/// commit(), and nobody else can change the file meanwhile.
class OwnFileChange {
  public:
    /// Prepares @setting to be written beside what the file says already, and checks the result
    /// together with the other files.
    static Result<OwnFileChange> prepare(const Paths &paths, const Setting &setting);

    /// What all files say once this is committed.
    const Config &config() const { return config_; }

    Result<void> commit() { return staged_.commit(); }

  private:
    OwnFileChange(UniqueFd lock, Config config, StagedFile staged)
        : lock_(std::move(lock)), config_(std::move(config)), staged_(std::move(staged)) {}

    UniqueFd lock_; ///< of the directory; released when closed
    Config config_;
    StagedFile staged_;
};

} // namespace khttpd::config
