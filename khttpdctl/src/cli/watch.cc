// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/watch.h"

#include <unistd.h>

#include <csignal>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/ostream.h>

#include "base/event_loop.h"
#include "cli/sampler.h"
#include "cli/stats_json.h"
#include "cli/terminal.h"

namespace khttpd::cli {
namespace {

/// Shows one sample after another.
class Watch {
  public:
    Watch(const Context &context, const StatsOptions &options)
        : context_(context), options_(options), sampler_(context, true) {
        if (context.terminal && !options.json)
            terminal_.emplace(context.out);
    }

    Result<int> run() {
        for (const int signal : {SIGINT, SIGTERM, SIGHUP})
            loop_.on_signal(signal, [this] { loop_.exit(0); });
        if (terminal_) {
            loop_.on_signal(SIGWINCH, [this] { redraw(); });
            loop_.on_signal(SIGTSTP, [this] { suspend(); });
            if (isatty(STDIN_FILENO) == 1)
                loop_.on_readable(STDIN_FILENO, [this] { on_key(); });
        }
        loop_.every(*options_.interval, [this] { sample(); });
        sample();
        return loop_.run();
    }

  private:
    void sample() {
        view_ = sampler_.take_anyhow();
        if (terminal_)
            redraw();
        else if (options_.json)
            fmt::print(context_.out, "{}\n", json_line(stats_json(view_)));
        else
            print_line();
        context_.out.flush();
        if (++taken_ == options_.count || !context_.out)
            loop_.exit(0);
    }

    void redraw() {
        const TerminalSize size = terminal_size();
        const Look look{size.columns, context_.color, context_.unicode, section_};
        std::vector<std::string> lines = render(view_, look);
        // A page that is longer than the screen would scroll instead of staying in place.
        if (lines.size() > size.rows)
            lines.resize(size.rows);
        terminal_->draw(lines);
    }

    void print_line() {
        if (taken_ == 0)
            fmt::print(context_.out, "{}\n", render_heading());
        const std::tm now = fmt::localtime(std::time(nullptr));
        fmt::print(context_.out, "{}\n", render_line(view_, fmt::format("{:%H:%M:%S}", now)));
    }

    void on_key() {
        const char key = Terminal::read_key();
        if (key == 'q' || key == 'Q')
            loop_.exit(0);
        if (const auto section = section_of_key(key, section_)) {
            section_ = *section;
            redraw();
        }
    }

    /// ^Z: the shell gets its terminal as it was, and this display takes it again afterwards.
    void suspend() {
        terminal_->give_back();
        raise(SIGSTOP);
        terminal_->take();
        redraw();
    }

    const Context &context_;
    const StatsOptions &options_;
    EventLoop loop_;
    Sampler sampler_;
    std::optional<Terminal> terminal_;
    View view_;
    Section section_ = Section::all;
    std::uint64_t taken_ = 0;
};

} // namespace

Result<int> watch(const Context &context, const StatsOptions &options) {
    return Watch{context, options}.run();
}

} // namespace khttpd::cli
