// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/settings.h"
#include "model/stats.h"
#include "stats/history.h"
#include "stats/rates.h"

namespace khttpd::cli {

/// What the display shows.
struct View {
    std::optional<Server> server; ///< absent while there is no answer; with listeners
    std::string problem;          ///< why, where it is absent
    Stats stats;
    std::optional<stats::Interval> now; ///< since the sample before; absent at the first
    std::vector<stats::Moment> minute;  ///< the last one, where the display is live
    bool live = false;                  ///< the display is redrawn, so it has a column for now
};

/// What of it is shown.
enum class Section { all, traffic, latency, responses, cache, refused };

/// The section that @key chooses; the tabulator, the one after @now.
std::optional<Section> section_of_key(char key, Section now);

struct Look {
    std::size_t columns = 80;
    bool color = false;
    bool unicode = false; ///< block characters can be shown
    Section section = Section::all;
};

/// The lines of the display.
std::vector<std::string> render(const View &view, const Look &look);

/// One line for a log of samples, with its heading.
std::string render_heading();
std::string render_line(const View &view, const std::string &time);

} // namespace khttpd::cli
