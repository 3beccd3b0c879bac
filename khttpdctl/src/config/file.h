// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace khttpd::config {

/// Whether an errno tells that somebody else may do it.
bool is_denied(int error);

/// Why @doing something with @path failed, by the errno.
Error file_error(const char *doing, const std::filesystem::path &path, int error);

/// The whole content of a file; nothing where there is none.
Result<std::optional<std::string>> read_file(const std::filesystem::path &path);

/// A new content for a file, written beside it and on the disk, but not yet in its place. Dropped
/// unless committed.
class StagedFile {
  public:
    /// Makes the directory, too, where it does not exist.
    static Result<StagedFile> write(const std::filesystem::path &target,
                                    const std::string &content);

    StagedFile(StagedFile &&other) noexcept;
    StagedFile &operator=(StagedFile &&) = delete;
    ~StagedFile();

    /// Puts the new content in the place of the old in one step that a crash cannot divide.
    Result<void> commit();

  private:
    StagedFile(std::filesystem::path target, std::filesystem::path temporary)
        : target_(std::move(target)), temporary_(std::move(temporary)) {}

    std::filesystem::path target_;
    std::filesystem::path temporary_; ///< empty when committed or moved from
};

} // namespace khttpd::config
