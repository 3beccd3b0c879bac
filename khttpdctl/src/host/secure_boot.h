// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>

#include "host/module.h"

namespace khttpd::host {

/// How it stands with the signature of a module, as far as that can be told without loading it.
enum class Signing {
    free,     ///< the kernel loads modules whoever signed them
    enrolled, ///< it wants a key that it knows, and knows that of DKMS
    missing,  ///< it does not know the key of DKMS, or there is none
    unknown,  ///< it wants a key; which ones it knows cannot be read
};

/// The public half of the key that DKMS signs with.
std::filesystem::path signing_key(const ModulePlaces &places);

Signing find_signing(const ModulePlaces &places);

} // namespace khttpd::host
