// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/connection.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace khttpd::bench {

void Connection::open(Clock::time_point now) {
    if (work_.left == 0)
        return;
    // The first request is taken along, so that it is for a request that connecting fails.
    claim(1, now);
    reader_.restart();
    socket_ = start_connecting(work_.plan.address);
    if (!socket_) {
        fail(Failure::connect, now);
        return;
    }
    state_ = State::connecting;
    watch(EPOLL_CTL_ADD, EPOLLOUT);
}

void Connection::close() {
    socket_ = UniqueFd{};
    state_ = State::closed;
    work_.unanswered -= sent_.size();
    sent_.clear();
    unsent_ = 0;
}

void Connection::watch(int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.ptr = this;
    epoll_ctl(work_.epoll, operation, socket_.get(), &event);
    watched_ = events;
}

void Connection::on_event(std::uint32_t events, Clock::time_point now) {
    if (state_ == State::connecting) {
        on_connected(now);
        return;
    }
    if ((events & ~std::uint32_t{EPOLLOUT}) != 0)
        receive(now);
    if (state_ == State::open && unsent_ > 0)
        send();
}

void Connection::on_connected(Clock::time_point now) {
    if (connect_error(socket_) != 0) {
        fail(Failure::connect, now);
        return;
    }
    state_ = State::open;
    sent_.front() = now;
    ask(now);
}

void Connection::on_tick(Clock::time_point now) {
    if (state_ == State::closed)
        open(now);
    else if (!sent_.empty() && now - sent_.front() > work_.plan.timeout)
        fail(state_ == State::connecting ? Failure::connect : Failure::timeout, now);
}

/// Takes requests of those that are left.
void Connection::claim(std::uint64_t number, Clock::time_point now) {
    work_.left -= number;
    work_.unanswered += number;
    sent_.insert(sent_.end(), number, now);
    unsent_ += number * work_.plan.request.size();
}

/// Sends as many requests as may be unanswered.
void Connection::ask(Clock::time_point now) {
    claim(std::min<std::uint64_t>(work_.plan.pipeline - sent_.size(), work_.left), now);
    send();
}

void Connection::send() {
    // All requests are the same, and the last of them ends where the batch does. No more of them
    // than a batch can be unsent, as those are unanswered.
    const char *rest = work_.batch.data() + work_.batch.size() - unsent_;
    const ssize_t sent = unsent_ > 0 ? ::send(socket_.get(), rest, unsent_, MSG_NOSIGNAL) : 0;
    if (sent >= 0)
        unsent_ -= static_cast<std::size_t>(sent);
    else if (errno != EAGAIN && errno != EINTR)
        // The server may have answered something before it went away, which is yet to be received.
        unsent_ = 0;
    const std::uint32_t wanted = unsent_ > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN;
    if (watched_ != wanted)
        watch(EPOLL_CTL_MOD, wanted);
}

void Connection::receive(Clock::time_point now) {
    const ssize_t length = recv(socket_.get(), work_.buffer.data(), work_.buffer.size(), 0);
    if (length > 0) {
        work_.tally.bytes += static_cast<std::uint64_t>(length);
        take({work_.buffer.data(), static_cast<std::size_t>(length)}, now);
    } else if (length == 0) {
        on_end(now);
    } else if (errno != EAGAIN && errno != EINTR) {
        fail(Failure::reset, now);
    }
}

void Connection::take(std::string_view octets, Clock::time_point now) {
    while (!octets.empty()) {
        // What comes before a request is the answer to the next, and no good one.
        const bool asked = !sent_.empty();
        if (!asked)
            claim(std::min<std::uint64_t>(1, work_.left), now);
        else
            octets.remove_prefix(reader_.take(octets));
        if (!asked || reader_.state() == ResponseReader::State::malformed) {
            fail(Failure::malformed, now);
            return;
        }
        if (reader_.state() == ResponseReader::State::complete)
            on_response(now);
        if (state_ != State::open)
            return;
    }
    ask(now);
}

void Connection::on_response(Clock::time_point now) {
    using std::chrono::nanoseconds;
    const nanoseconds elapsed = now - sent_.front();
    work_.tally.latency.count(static_cast<std::uint64_t>(elapsed.count()));
    ++work_.tally.status[static_cast<std::size_t>(reader_.status())];
    work_.tally.last_response = now;
    sent_.pop_front();
    --work_.unanswered;
    const bool early = unsent_ > sent_.size() * work_.plan.request.size();
    if (reader_.persistent() && work_.plan.keep_alive && !early) {
        reader_.restart();
        return;
    }
    // What was sent after this request is not answered here (RFC 9112, section 9.6): it is asked
    // again.
    if (!work_.over)
        work_.left += sent_.size();
    close();
    open(now);
}

void Connection::on_end(Clock::time_point now) {
    reader_.end();
    if (reader_.state() == ResponseReader::State::complete)
        on_response(now);
    else if (!sent_.empty())
        fail(Failure::closed, now);
    else
        // It has nothing more to do; nobody lost anything.
        close();
}

void Connection::fail(Failure failure, Clock::time_point now) {
    work_.tally.failures[static_cast<std::size_t>(failure)] += sent_.size();
    close();
    if (failure != Failure::connect)
        open(now);
}

} // namespace khttpd::bench
