// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/run.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <list>
#include <thread>

#include "base/event_loop.h"
#include "bench/idle.h"
#include "bench/worker.h"

namespace khttpd::bench {
namespace {

/// The threads of a load, each with its worker.
class Crew {
  public:
    /// Their @done becomes readable when all workers have come to their end.
    Crew(const Plan &plan, Clock::time_point end, int done) : working_(plan.threads) {
        for (std::uint32_t number = 0; number < plan.threads; ++number) {
            Worker &worker = workers_.emplace_back(plan, number);
            threads_.emplace_back([this, &worker, end, done] {
                worker.run(end, stop_);
                if (--working_ == 0)
                    eventfd_write(done, 1);
            });
        }
    }

    void stop() { stop_ = true; }

    /// Waits for the threads, and adds up what they did.
    Tally finish() {
        threads_.clear();
        Tally sum;
        for (const Worker &worker : workers_)
            sum.add(worker.tally());
        return sum;
    }

  private:
    std::atomic<bool> stop_ = false;
    std::atomic<std::uint32_t> working_;
    std::list<Worker> workers_;       ///< a list, because they cannot be moved
    std::list<std::jthread> threads_; ///< the last, because they use all the others
};

} // namespace

Result<Report> run(const Plan &plan) {
    Report report;
    const IdleConnections idle{plan};
    report.idle_opened = idle.opened();

    // Before there are threads, so that none of them takes the signals.
    EventLoop loop;
    Crew *crew = nullptr;
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        loop.on_signal(signal, [&] {
            report.interrupted = true;
            crew->stop();
        });
    const UniqueFd done{eventfd(0, EFD_CLOEXEC)};
    loop.on_readable(done.get(), [&] { loop.exit(0); });

    const auto begin = Clock::now();
    const auto end = plan.duration ? begin + *plan.duration : Clock::time_point::max();
    Crew threads{plan, end, done.get()};
    crew = &threads;
    const auto looped = loop.run();
    if (!looped)
        threads.stop();
    report.tally = threads.finish();
    if (!looped)
        return looped.error();

    const auto last = std::max(report.tally.last_response, std::min(Clock::now(), end));
    report.seconds = std::chrono::duration<double>(last - begin).count();
    report.idle_ended = idle.ended();
    return report;
}

} // namespace khttpd::bench
