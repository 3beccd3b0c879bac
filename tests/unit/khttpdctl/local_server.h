// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <thread>

#include "base/unique_fd.h"

namespace khttpd::test {

/// The server's end of a connection.
class Peer {
  public:
    Peer(UniqueFd socket, std::atomic<int> &requests)
        : socket_(std::move(socket)), requests_(requests) {}

    /// Waits for the next request, and returns its head; nothing when the client has closed.
    std::string request();
    /// Waits for something, and takes no more than one octet of it.
    void first_octet();
    void send(const std::string &octets);
    /// Waits until the client has closed, and takes what it sends.
    void wait_for_end();
    /// Closes the connection so that the client's end fails.
    void reset();

  private:
    bool receive();

    UniqueFd socket_;
    std::atomic<int> &requests_;
    std::string received_;
};

/// A server on 127.0.0.1 that does with each connection what a test says, in a thread of its own.
class LocalServer {
  public:
    using Visit = std::function<void(Peer &)>;

    explicit LocalServer(Visit visit);
    ~LocalServer();

    /// "http://127.0.0.1:PORT" and @path.
    std::string url(const std::string &path = "/") const;

    /// Connections so far.
    int accepted() const { return accepted_; }

    /// Requests that were received so far.
    int requests() const { return requests_; }

    /// Accepts nobody anymore.
    void stop();

  private:
    void accept_all();

    Visit visit_;
    UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> accepted_ = 0;
    std::atomic<int> requests_ = 0;
    std::list<std::jthread> visits_;
    std::jthread accepting_;
};

} // namespace khttpd::test
