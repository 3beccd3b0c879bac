// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/dkms.h"

#include <fstream>

namespace khttpd::host {
namespace {

namespace fs = std::filesystem;

/// Whether @line is one by which the compiler, make or the linker tells a failure.
bool tells_error(const std::string &line) {
    constexpr std::string_view signs[] = {"error:", "Error ", "ERROR:", "No such file",
                                          "not found"};
    for (const std::string_view sign : signs)
        if (line.find(sign) != line.npos)
            return true;
    return false;
}

/// Whether @line, the first of a log, is about @release: "… for kernel RELEASE (ARCHITECTURE)".
bool is_for(const std::string &line, const std::string &release) {
    return line.find("for kernel " + release + " ") != line.npos || line.ends_with(release);
}

std::optional<FailedBuild> read_log(const fs::path &version, const std::string &release) {
    FailedBuild failed{version.filename().string(), version / "build" / "make.log", {}};
    std::ifstream log{failed.log};
    std::string line;
    if (!std::getline(log, line) || !is_for(line, release))
        return std::nullopt;
    while (failed.reason.empty() && std::getline(log, line))
        if (tells_error(line))
            failed.reason = line;
    return failed;
}

} // namespace

std::optional<FailedBuild> find_failed_build(const ModulePlaces &places) {
    std::error_code failure;
    fs::directory_iterator each{places.dkms / "khttpd", failure};
    for (; !failure && each != fs::directory_iterator{}; each.increment(failure))
        if (auto failed = read_log(each->path(), places.release))
            return failed;
    return std::nullopt;
}

} // namespace khttpd::host
