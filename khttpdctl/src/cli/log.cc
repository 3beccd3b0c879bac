// SPDX-License-Identifier: GPL-2.0-or-later
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <thread>

#include <fmt/ostream.h>

#include "base/unique_fd.h"
#include "cli/commands.h"
#include "cli/running.h"
#include "log/sink.h"

namespace khttpd::cli {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t block = 64 * 1024;
/// How often to look for new lines.
constexpr auto interval = 200ms;

Error cannot_read(const std::filesystem::path &path, int error) {
    const std::string message =
        fmt::format("cannot read {}: {}", path.string(), std::strerror(error));
    if (error == ENOENT)
        return {ExitCode::no_root, message,
                "'khttpdctl get log.access' tells whether the access log is on; the service writes "
                "it"};
    if (error == EACCES)
        return {ExitCode::permission, message, "try sudo"};
    return {ExitCode::io_error, message, ""};
}

/// The file of the log, as far as it has been shown.
class Tail {
  public:
    explicit Tail(std::filesystem::path path) : path_(std::move(path)) {}

    Result<void> open() {
        fd_ = UniqueFd{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
        if (!fd_)
            return cannot_read(path_, errno);
        at_ = 0;
        return {};
    }

    /// Goes to where the last @lines begin.
    Result<void> seek_last(std::uint64_t lines) {
        struct stat status {};

        if (fstat(fd_.get(), &status) < 0)
            return cannot_read(path_, errno);
        at_ = status.st_size;
        std::uint64_t ends = 0;
        std::array<char, block> text;
        for (off_t end = at_; end > 0 && ends <= lines;) {
            const auto length = static_cast<std::size_t>(std::min<off_t>(end, block));
            end -= static_cast<off_t>(length);
            const ssize_t count = pread(fd_.get(), text.data(), length, end);
            if (count != static_cast<ssize_t>(length))
                return cannot_read(path_, count < 0 ? errno : EIO);
            for (std::size_t i = length; i > 0 && ends <= lines; --i) {
                // The end of the last line is none between two.
                ends += text[i - 1] == '\n' || end + static_cast<off_t>(i) == status.st_size;
                if (ends <= lines)
                    at_ = end + static_cast<off_t>(i) - 1;
            }
        }
        return {};
    }

    /// Shows what there is; false if nobody wants to see more.
    Result<bool> show(std::ostream &out) {
        std::array<char, block> text;
        for (;;) {
            const ssize_t count = pread(fd_.get(), text.data(), text.size(), at_);
            if (count < 0)
                return cannot_read(path_, errno);
            if (count == 0)
                break;
            at_ += count;
            out.write(text.data(), count);
        }
        out.flush();
        return out.good();
    }

    /// Goes on in another file where the log was rotated, and at the beginning of one that was cut.
    Result<void> keep_up() {
        struct stat mine {
        }, named{};

        if (fstat(fd_.get(), &mine) < 0)
            return cannot_read(path_, errno);
        if (mine.st_size < at_)
            at_ = 0;
        // The old file is complete when something stands in the new one.
        if (stat(path_.c_str(), &named) < 0 || named.st_size == 0 ||
            (named.st_dev == mine.st_dev && named.st_ino == mine.st_ino))
            return {};
        rotated_ = true;
        return {};
    }

    /// Whether the rest of the old file was shown, and there is a new one.
    bool take_rotated() { return std::exchange(rotated_, false); }

  private:
    std::filesystem::path path_;
    UniqueFd fd_;
    off_t at_ = 0;
    bool rotated_ = false;
};

Result<int> follow(const Context &context, Tail &tail) {
    for (;;) {
        if (const auto kept_up = tail.keep_up(); !kept_up)
            return kept_up.error();
        const auto wanted = tail.show(context.out);
        if (!wanted)
            return wanted.error();
        if (!*wanted)
            return 0;
        if (!tail.take_rotated())
            std::this_thread::sleep_for(interval);
        else if (const auto opened = tail.open(); !opened)
            return opened.error();
    }
}

/// Where the module's settings send the log; a file where there is no module to ask.
Result<khttpd_log_access> destination(const Context &context) {
    const auto reached = loaded_server(context);
    if (!reached)
        return reached.error();
    if (!*reached)
        return KHTTPD_LOG_ACCESS_FILE;
    return static_cast<khttpd_log_access>((*reached)->server.settings.log_access);
}

/// The journal has a program of its own, in whose place this one goes.
Error show_journal(const LogOptions &options) {
    const std::string lines = fmt::format("--lines={}", options.lines);
    execlp("journalctl", "journalctl", "--no-pager", "--output=cat", "-t", log::journal_identifier,
           lines.c_str(), options.follow ? "--follow" : nullptr, nullptr);
    return {ExitCode::os_error, fmt::format("cannot run journalctl: {}", std::strerror(errno)), ""};
}

} // namespace

Result<int> log(const Context &context, const LogOptions &options) {
    if (options.file.empty()) {
        const auto to = destination(context);
        if (!to)
            return to.error();
        if (*to == KHTTPD_LOG_ACCESS_JOURNAL)
            return show_journal(options);
        if (*to == KHTTPD_LOG_ACCESS_NONE)
            context.warn("the access log is off; 'khttpdctl set log.access file' switches it on");
    }
    Tail tail{options.file.empty() ? log::file_path(context.netns)
                                   : std::filesystem::path{options.file}};
    if (const auto opened = tail.open(); !opened)
        return opened.error();
    if (const auto found = tail.seek_last(options.lines); !found)
        return found.error();
    if (options.follow)
        return follow(context, tail);
    const auto shown = tail.show(context.out);
    if (!shown)
        return shown.error();
    return 0;
}

} // namespace khttpd::cli
