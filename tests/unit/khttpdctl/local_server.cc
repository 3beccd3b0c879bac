// SPDX-License-Identifier: GPL-2.0-or-later
#include "local_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>

namespace khttpd::test {
namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";

/// Has the signals blocked while it lives, and in the threads that are made meanwhile.
class NoSignals {
  public:
    NoSignals() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }

    ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_;
};

} // namespace

bool Peer::receive() {
    char octets[4096];
    const ssize_t length = recv(socket_.get(), octets, sizeof(octets), 0);
    if (length > 0)
        received_.append(octets, static_cast<std::size_t>(length));
    return length > 0;
}

std::string Peer::request() {
    std::size_t end = received_.find(end_of_head);
    while (end == std::string::npos) {
        if (!receive())
            return {};
        end = received_.find(end_of_head);
    }
    const std::string head = received_.substr(0, end + end_of_head.size());
    received_.erase(0, head.size());
    ++requests_;
    return head;
}

void Peer::first_octet() {
    char octet;
    recv(socket_.get(), &octet, 1, 0);
}

void Peer::send(const std::string &octets) {
    ::send(socket_.get(), octets.data(), octets.size(), MSG_NOSIGNAL);
}

void Peer::wait_for_end() {
    while (receive())
        continue;
}

void Peer::reset() {
    const linger at_once{1, 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    socket_ = UniqueFd{};
}

LocalServer::LocalServer(Visit visit)
    : visit_(std::move(visit)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto *generic = reinterpret_cast<sockaddr *>(&address);
    socklen_t length = sizeof(address);
    EXPECT_EQ(bind(listener_.get(), generic, length), 0);
    EXPECT_EQ(listen(listener_.get(), SOMAXCONN), 0);
    EXPECT_EQ(getsockname(listener_.get(), generic, &length), 0);
    port_ = ntohs(address.sin_port);
    const NoSignals blocked;
    accepting_ = std::jthread{[this] { accept_all(); }};
}

LocalServer::~LocalServer() {
    stop();
}

void LocalServer::stop() {
    shutdown(listener_.get(), SHUT_RDWR);
    if (accepting_.joinable())
        accepting_.join();
}

void LocalServer::accept_all() {
    for (;;) {
        const int socket = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0)
            return;
        ++accepted_;
        visits_.emplace_back([this, socket] {
            Peer peer{UniqueFd{socket}, requests_};
            visit_(peer);
        });
    }
}

std::string LocalServer::url(const std::string &path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

} // namespace khttpd::test
