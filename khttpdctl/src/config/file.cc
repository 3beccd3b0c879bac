// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <fmt/core.h>

#include "base/unique_fd.h"

namespace khttpd::config {
namespace {

bool write_all(int fd, const std::string &content) {
    for (std::size_t done = 0; done < content.size();) {
        const ssize_t count = ::write(fd, content.data() + done, content.size() - done);
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
    return true;
}

} // namespace

bool is_denied(int error) {
    return error == EACCES || error == EPERM || error == EROFS;
}

Error file_error(const char *doing, const std::filesystem::path &path, int error) {
    return {is_denied(error) ? ExitCode::permission : ExitCode::io_error,
            fmt::format("cannot {} {}: {}", doing, path.string(), std::strerror(error)),
            is_denied(error) ? "only root can do this (try sudo)" : ""};
}

Result<std::optional<std::string>> read_file(const std::filesystem::path &path) {
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) {
        if (errno == ENOENT)
            return std::nullopt;
        return file_error("read", path, errno);
    }
    std::string content;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t count = ::read(fd.get(), buffer.data(), buffer.size());
        if (count == 0)
            return content;
        if (count > 0)
            content.append(buffer.data(), static_cast<std::size_t>(count));
        else if (errno != EINTR)
            return file_error("read", path, errno);
    }
}

Result<StagedFile> StagedFile::write(const std::filesystem::path &target,
                                     const std::string &content) {
    const std::filesystem::path directory = target.parent_path();
    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    if (failure)
        return file_error("make the directory", directory, failure.value());
    // Not named *.conf, so that nobody takes it for a drop-in.
    std::string name = fmt::format("{}/.{}.XXXXXX", directory.string(), target.filename().string());
    const UniqueFd fd{::mkostemp(name.data(), O_CLOEXEC)};
    if (!fd)
        return file_error("write in", directory, errno);
    StagedFile staged{target, name};
    if (!write_all(fd.get(), content) || ::fchmod(fd.get(), 0644) < 0 || ::fsync(fd.get()) < 0)
        return file_error("write", staged.temporary_, errno);
    return staged;
}

StagedFile::StagedFile(StagedFile &&other) noexcept
    : target_(std::move(other.target_)), temporary_(std::exchange(other.temporary_, {})) {}

StagedFile::~StagedFile() {
    if (!temporary_.empty())
        ::unlink(temporary_.c_str());
}

Result<void> StagedFile::commit() {
    if (::rename(temporary_.c_str(), target_.c_str()) < 0)
        return file_error("write", target_, errno);
    temporary_.clear();
    const std::filesystem::path directory = target_.parent_path();
    const UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) < 0)
        return file_error("sync the directory", directory, errno);
    return {};
}

} // namespace khttpd::config
