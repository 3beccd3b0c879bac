// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace khttpd {

/// A response that the kernel keeps to answer from.
struct CacheEntry {
    std::string vhost;  ///< first name of the virtual host; empty for the default one
    std::string path;   ///< as it comes in requests; of a very long one the beginning
    std::string coding; ///< as in Content-Encoding; empty where there is none
    std::uint32_t status = 0;
    std::uint32_t bytes = 0; ///< of memory
    bool operator==(const CacheEntry &) const = default;
};

/// Which of them are dropped: those that both say; all where both are absent.
struct CacheFlush {
    std::optional<std::string> vhost;  ///< any name of the virtual host; empty for the default one
    std::optional<std::string> prefix; ///< what the path begins with
};

} // namespace khttpd
