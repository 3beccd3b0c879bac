// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace khttpd {

/// The CPUs that each workqueue may use, by enum khttpd_queue: a canonical mask, or empty where
/// that is left to the kernel.
using CpuMasks = std::array<std::string, 2>;

/// How the files call them.
inline constexpr std::array<std::string_view, 2> cpumask_keys = {"workqueue.hot.cpumask",
                                                                 "workqueue.cold.cpumask"};

/// Which of cpumask_keys @key is.
std::optional<std::size_t> find_cpumask(std::string_view key);

/// Hexadecimal digits, in groups of eight with commas between them where there are more, without
/// zeros in front, for a mask in such groups, as the kernel prints it; nothing where @text is no
/// mask or has no CPU.
std::optional<std::string> canonical_cpumask(std::string_view text);

} // namespace khttpd
