// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/diagnostic.h"

#include <fmt/core.h>

namespace khttpd {

std::string Source::text() const {
    return fmt::format("{}:{}:{}", file, line, column);
}

std::string Diagnostic::text() const {
    return fmt::format("{}: error: {}", source.text(), message);
}

} // namespace khttpd
