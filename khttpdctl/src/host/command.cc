// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/unique_fd.h"

namespace khttpd::host {
namespace {

/// @name where it is found; the administrator's commands are not in the PATH of everybody.
std::optional<std::string> find(const std::string &name) {
    const char *path = std::getenv("PATH");
    const std::string places =
        std::string{path != nullptr ? path : "/usr/bin:/bin"} + ":/usr/sbin:/sbin";
    for (std::size_t begin = 0; begin < places.size();) {
        const std::size_t end = std::min(places.find(':', begin), places.size());
        const std::string file = places.substr(begin, end - begin) + "/" + name;
        if (end > begin && access(file.c_str(), X_OK) == 0)
            return file;
        begin = end + 1;
    }
    return std::nullopt;
}

std::string read_all(int fd) {
    std::string text;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t bytes = read(fd, buffer.data(), buffer.size());
        if (bytes > 0)
            text.append(buffer.data(), static_cast<std::size_t>(bytes));
        else if (bytes == 0 || errno != EINTR)
            return text;
    }
}

} // namespace

std::optional<std::string> run_command(const std::vector<std::string> &words) {
    const auto file = find(words.front());
    std::array<int, 2> ends;
    if (!file || pipe2(ends.data(), O_CLOEXEC) < 0)
        return std::nullopt;
    const UniqueFd output{ends[0]};
    UniqueFd input{ends[1]};

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char *> argv;
    for (const std::string &word : words)
        argv.push_back(const_cast<char *>(word.c_str()));
    argv.push_back(nullptr);
    pid_t child;
    const int failure = posix_spawn(&child, file->c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0)
        return std::nullopt;

    input = UniqueFd{};
    std::string text = read_all(output.get());
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

} // namespace khttpd::host
