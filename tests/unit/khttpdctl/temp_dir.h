// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace khttpd::test {

/// A directory for one test, gone with it.
class TempDir {
  public:
    TempDir();
    TempDir(const TempDir &) = delete;
    TempDir &operator=(const TempDir &) = delete;
    ~TempDir();

    const std::filesystem::path &path() const { return path_; }

    std::filesystem::path operator/(const std::string &name) const { return path_ / name; }

    /// Writes a file, and the directories that lead to it.
    std::filesystem::path write(const std::string &name, const std::string &content) const;
    std::string read(const std::string &name) const;
    /// Makes a directory that everybody can read and search.
    std::filesystem::path make_directory(const std::string &name) const;

  private:
    std::filesystem::path path_;
};

} // namespace khttpd::test
