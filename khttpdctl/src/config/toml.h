// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

// toml++ 3.4 renamed its header.
#if __has_include(<toml++/toml.hpp>)
#include <toml++/toml.hpp>
#else
#include <toml++/toml.h>
#endif
