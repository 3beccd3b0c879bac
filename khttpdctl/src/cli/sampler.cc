// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/sampler.h"

namespace khttpd::cli {

Result<void> Sampler::fill() {
    if (!client_) {
        auto client = context_.client_if_loaded();
        if (!client)
            return client.error();
        client_ = std::move(*client);
    }
    if (!client_) {
        view_.server.emplace();
        view_.stats = {};
        view_.problem = "the module is not loaded";
        return {};
    }
    auto server = client_->server_with_listeners();
    if (!server)
        return server.error();
    auto stats = client_->stats();
    if (!stats)
        return stats.error();
    view_.server = std::move(*server);
    view_.stats = std::move(*stats);
    view_.problem.clear();
    return {};
}

Result<View> Sampler::take() {
    auto filled = fill();
    if (!filled) {
        // The module may come back under another family number.
        client_.reset();
        return filled.error();
    }
    view_.now = before_ ? stats::between(*before_, view_.stats) : std::nullopt;
    before_ = view_.stats;
    // After a restart, the minute begins anew as well.
    if (view_.now)
        history_.add(*view_.now, view_.stats.connections);
    else
        history_.clear();
    view_.minute = history_.moments();
    return view_;
}

View Sampler::take_anyhow() {
    auto view = take();
    if (view)
        return std::move(*view);
    before_.reset();
    View failed;
    failed.live = view_.live;
    failed.problem = view.error().message;
    return failed;
}

} // namespace khttpd::cli
