// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>

#include "cli/context.h"
#include "cli/dashboard.h"

namespace khttpd::cli {

/// Takes samples of the statistics, one after another, whatever becomes of the module meanwhile.
class Sampler {
  public:
    Sampler(const Context &context, bool live) : context_(context) { view_.live = live; }

    /// The next sample. A module that is not loaded is a server that does not run.
    Result<View> take();

    /// The same with what failed as a part of the view.
    View take_anyhow();

  private:
    Result<void> fill();

    const Context &context_;
    std::optional<netlink::Client> client_;
    std::optional<Stats> before_;
    stats::History history_;
    View view_;
};

} // namespace khttpd::cli
