// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

namespace khttpd::host {

/// Whether systemd runs this machine and knows khttpd.service.
bool has_unit();

} // namespace khttpd::host
