// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace khttpd {

/// The candidate that @word was probably meant to be, or nothing when none is close enough.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "; did you mean 'candidate'?" where there is a nearest candidate, else nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

} // namespace khttpd
