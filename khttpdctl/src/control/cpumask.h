// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

#include "base/result.h"
#include "config/config.h"

namespace khttpd::control {

// The CPUs of workqueues are no business of the module: the kernel shows each unbound workqueue
// with the flag sysfs as a directory, in which they can be chosen.

/// The CPUs of each workqueue of @server; empty where the kernel does not show them.
CpuMasks read_cpumasks(const config::Paths &paths, const Server &server);

/// Has the workqueues of @server use the CPUs that @wanted says, where it says any and they are not
/// those already. A workqueue that was replaced has lost them.
Result<void> put_cpumasks(const config::Paths &paths, const Server &server, const CpuMasks &wanted);

} // namespace khttpd::control
