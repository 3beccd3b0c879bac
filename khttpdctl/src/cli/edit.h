// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "config/own_file.h"

namespace khttpd::cli {

/// What can be said of every change that is made to both the file and the running server.
struct EditOptions {
    bool runtime = false; ///< change the running server alone, save nothing
    std::optional<std::uint64_t> expect_generation; ///< of the running server
    bool json = false;
};

/// A change to the file of this program and to the running server.
struct Edit {
    std::vector<std::string> keys; ///< what it changes, to be told
    /// The keys are to have what other files say of them; where none says anything, not even the
    /// own one, there is nothing to do.
    bool unsets = false;
    config::OwnEdits file;
    /// Checks what only the system can tell of the resulting configuration; may be empty.
    std::function<Result<void>(const config::Config &)> check;
    /// What to ask of the running server, whose lists are not in @server. The configuration is that
    /// of the files with the change, or without it where nothing is saved.
    std::function<Result<Change>(netlink::Client &, const Server &server, const config::Config &)>
        live;
};

/// The refusal to change @what where it stands: in a file that is not this program's.
Error read_only(std::string_view what, const Source &place);

/// Refuses to remove @key where, @before, it does not stand in the file of this program, but in
/// another one.
Result<void> check_removal(const Context &context, const config::Config &before,
                           const std::string &key);

/// Makes the change in both places or in neither, and tells. Of a server that does not run only the
/// file is changed.
Result<int> carry_out(const Context &context, const EditOptions &options, const Edit &edit);

} // namespace khttpd::cli
