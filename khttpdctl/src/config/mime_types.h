// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <string_view>

#include "model/mime.h"

namespace khttpd::config {

/// What a file like /etc/mime.types says.
struct MimeFile {
    MimeTable table;
    std::size_t skipped = 0; ///< lines with something that is no media type or no extension
};

/// Reads @text: on each line a media type and the extensions that have it, and comments after '#'.
/// What is not understood is left out. An extension that stands there twice has its last type.
MimeFile parse_mime_types(std::string_view text);

} // namespace khttpd::config
