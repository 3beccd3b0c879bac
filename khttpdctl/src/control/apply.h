// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "netlink/client.h"

namespace khttpd::control {

/// Where to tell what is no result and no failure.
struct Messages {
    std::function<void(const std::string &)> warn;
    std::function<void(const std::string &)> detail; ///< for those who want to know more
};

/// What the files want of the kernel.
struct Wanted {
    config::Config config;
    Settings settings;   ///< complete
    config::Paths paths; ///< where they are
    std::vector<std::string> warnings;
    std::vector<std::string> remarks; ///< for those who want to know more
};

/// Reads the files and checks all that can be checked without the kernel.
Result<Wanted> read_files(const config::Paths &paths);
/// The same for one file alone.
Result<Wanted> read_file(const std::filesystem::path &file);

/// Tells the warnings and remarks of @wanted.
void tell(const Wanted &wanted, const Messages &messages);

/// What is told of a server when a configuration for it turns out wrong.
inline constexpr const char *unchanged = "nothing was changed: the server goes on as it was";

/// What stands between the kernel and what the files want.
struct Plan {
    Server have; ///< with all lists
    Change difference;
    bool start = false; ///< the server does not run yet

    /// Whether carrying it out would change what the server does.
    bool changes() const { return start || !difference.empty(); }
};

/// Reads the kernel's side and compares.
Result<Plan> make_plan(netlink::Client &client, const Wanted &wanted);

/// ExitCode::temporary where @server is not of the generation that is expected, if one is.
Result<void> check_generation(const Server &server, const std::optional<std::uint64_t> &expected);

/// Carries @plan out, all that differs from @wanted and the start, in one request: all of it or
/// nothing. Document roots go along even where their paths are the same, because other directories
/// may have these paths by now. ExitCode::temporary where somebody changed the server meanwhile. A
/// setting that the kernel refuses is told with its place in the files.
Result<Server> carry_out(netlink::Client &client, const Plan &plan, const Wanted &wanted,
                         const Messages &messages);

/// Makes a plan and carries it out.
Result<void> apply(netlink::Client &client, const Wanted &wanted, const Messages &messages);

} // namespace khttpd::control
