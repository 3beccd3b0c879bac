// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace khttpd {

/// A place in a file, as editors and compilers count: lines and columns from 1.
struct Source {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    std::string text() const;
};

/// What is wrong, and where.
struct Diagnostic {
    Source source;
    std::string message;

    /// "FILE:LINE:COLUMN: error: MESSAGE"
    std::string text() const;
};

using Diagnostics = std::vector<Diagnostic>;

} // namespace khttpd
