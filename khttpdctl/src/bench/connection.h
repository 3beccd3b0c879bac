// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <deque>
#include <vector>

#include "base/unique_fd.h"
#include "bench/response_reader.h"
#include "bench/tally.h"

namespace khttpd::bench {

/// What the connections of a thread have in common.
struct Work {
    const Plan &plan;
    int epoll;                    ///< in which their sockets are, with the connection as data
    std::string batch;            ///< as many requests as may be unanswered on a connection
    std::vector<char> buffer;     ///< for what is received
    std::uint64_t left;           ///< requests that are still to be sent
    std::uint64_t unanswered = 0; ///< requests that were sent
    bool over = false;            ///< no more are to be sent
    Tally tally = {};
};

/// Asks for the same thing again and again, on one connection after another if it has to.
///
/// Connecting that failed is tried again at the next tick, so that a server that is not there makes
/// nobody busy; whatever else ends a connection makes a new one at once.
class Connection {
  public:
    explicit Connection(Work &work) : work_(work) {}

    /// Connects, if there is anything left to ask.
    void open(Clock::time_point now);
    /// The socket has become what @events of epoll say.
    void on_event(std::uint32_t events, Clock::time_point now);
    /// Looks after timeouts; to be called now and then.
    void on_tick(Clock::time_point now);

  private:
    enum class State { closed, connecting, open };

    void on_connected(Clock::time_point now);
    void claim(std::uint64_t number, Clock::time_point now);
    void ask(Clock::time_point now);
    void send();
    void receive(Clock::time_point now);
    void take(std::string_view octets, Clock::time_point now);
    void on_response(Clock::time_point now);
    void on_end(Clock::time_point now);
    void fail(Failure failure, Clock::time_point now);
    void close();
    void watch(int operation, std::uint32_t events);

    Work &work_;
    State state_ = State::closed;
    UniqueFd socket_;
    std::uint32_t watched_ = 0; ///< events that epoll is to tell
    ResponseReader reader_;
    std::deque<Clock::time_point> sent_; ///< when the requests were that have no response
    std::size_t unsent_ = 0;             ///< octets of them that the socket had no room for
};

} // namespace khttpd::bench
