// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/unit.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace khttpd::host {

bool has_unit() {
    constexpr std::array places = {
        "/etc/systemd/system/khttpd.service",
        "/usr/local/lib/systemd/system/khttpd.service",
        "/usr/lib/systemd/system/khttpd.service",
        "/lib/systemd/system/khttpd.service",
    };
    return sd_booted() > 0 && std::any_of(places.begin(), places.end(), [](const char *place) {
               return access(place, F_OK) == 0;
           });
}

} // namespace khttpd::host
