// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "doctor/finding.h"
#include "doctor/patient.h"

namespace khttpd::doctor {

// Each check looks at one thing; mostly it has one finding. What keeps another check from looking
// is that one's to tell.

// The module, from its source to the kernel.
Findings check_headers(const Patient &patient);
Findings check_build(const Patient &patient);
Findings check_blacklist(const Patient &patient);
Findings check_signature(const Patient &patient);
Findings check_versions(const Patient &patient);

// What the server is to do.
Findings check_configuration(const Patient &patient);
Findings check_roots(const Patient &patient);
Findings check_ports(const Patient &patient);

// Who runs it.
Findings check_permission(const Patient &patient);
Findings check_service(const Patient &patient);
Findings check_server(const Patient &patient);

} // namespace khttpd::doctor
