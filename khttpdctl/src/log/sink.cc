// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/sink.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/core.h>

namespace khttpd::log {
namespace {

/// A group may read what the service writes, nobody else.
constexpr mode_t mode = 0640;

std::uint64_t count_lines(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

class File : public Sink {
  public:
    explicit File(UniqueFd fd) : fd_(std::move(fd)) {}

    Written write(std::string_view lines) override {
        while (!lines.empty()) {
            const ssize_t count = ::write(fd_.get(), lines.data(), lines.size());
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return {count_lines(lines), count < 0 ? errno : EIO};
            const auto taken = lines.substr(0, static_cast<std::size_t>(count));
            // Nobody else writes to the file, so that what is behind the last line is ours.
            const auto end = taken.rfind('\n');
            const std::size_t whole = end == taken.npos ? 0 : end + 1;
            if (whole < taken.size())
                take_back(taken.size() - whole);
            lines.remove_prefix(whole);
            if (whole == 0)
                return {count_lines(lines), ENOSPC};
        }
        return {};
    }

  private:
    void take_back(std::size_t bytes) {
        struct stat status {};

        if (fstat(fd_.get(), &status) == 0 && status.st_size >= static_cast<off_t>(bytes))
            static_cast<void>(!ftruncate(fd_.get(), status.st_size - static_cast<off_t>(bytes)));
    }

    UniqueFd fd_;
};

class Journal : public Sink {
  public:
    Written write(std::string_view lines) override {
        static const std::string identifier =
            fmt::format("SYSLOG_IDENTIFIER={}", journal_identifier);
        static constexpr std::string_view priority = "PRIORITY=6";
        Written written;
        while (!lines.empty()) {
            const auto end = lines.find('\n');
            message_.assign("MESSAGE=").append(lines.substr(0, end));
            lines.remove_prefix(end + 1);
            const auto field = [](std::string_view text) {
                return iovec{const_cast<char *>(text.data()), text.size()};
            };
            const std::array<iovec, 3> fields = {field(message_), field(identifier),
                                                 field(priority)};
            const int code = sd_journal_sendv(fields.data(), fields.size());
            if (code < 0) {
                ++written.lost;
                written.error = -code;
            }
        }
        return written;
    }

  private:
    std::string message_;
};

} // namespace

Result<std::unique_ptr<Sink>> open_file(const std::filesystem::path &path) {
    UniqueFd fd{open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)};
    if (fd.get() < 0)
        return Error{ExitCode::os_error,
                     fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)), ""};
    return std::unique_ptr<Sink>{std::make_unique<File>(std::move(fd))};
}

std::unique_ptr<Sink> open_journal() {
    return std::make_unique<Journal>();
}

std::filesystem::path file_path(const std::string &netns) {
    const char *directory = std::getenv("LOGS_DIRECTORY");
    if (directory != nullptr)
        return std::filesystem::path{directory} / "access.log";
    // A namespace may be named by the path of its file.
    return "/var/log/khttpd" / std::filesystem::path{netns}.filename() / "access.log";
}

} // namespace khttpd::log
