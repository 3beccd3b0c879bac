// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/secure_boot.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace khttpd::host {
namespace {

std::optional<std::string> content(const std::filesystem::path &path) {
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return std::nullopt;
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (file.bad())
        return std::nullopt;
    return bytes;
}

/// Whether the firmware checked the kernel's signature; then Debian's kernel checks the modules'.
bool is_secure_boot(const ModulePlaces &places) {
    // Four octets of attributes stand before the value.
    const auto variable =
        content(places.efivars / "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c");
    return variable && variable->size() == 5 && variable->back() == 1;
}

/// Whether the kernel was told to refuse modules without a good signature, Secure Boot or not.
bool is_enforced(const ModulePlaces &places) {
    const auto parameter = content(places.sys_module / "module/parameters/sig_enforce");
    if (parameter && parameter->starts_with('Y'))
        return true;
    const auto lockdown = content(places.lockdown);
    return lockdown && !lockdown->empty() && lockdown->find("[none]") == lockdown->npos;
}

} // namespace

std::filesystem::path signing_key(const ModulePlaces &places) {
    return places.dkms / "mok.pub";
}

Signing find_signing(const ModulePlaces &places) {
    if (!is_secure_boot(places) && !is_enforced(places))
        return Signing::free;
    const auto key = content(signing_key(places));
    if (!key || key->empty())
        return Signing::missing;
    // The list holds the certificates as they are, in DER, among its own headers.
    const auto enrolled =
        content(places.efivars / "MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23");
    if (!enrolled)
        return Signing::unknown;
    return enrolled->find(*key) != enrolled->npos ? Signing::enrolled : Signing::missing;
}

} // namespace khttpd::host
