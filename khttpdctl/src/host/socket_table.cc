// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/socket_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fmt/core.h>

namespace khttpd::host {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view listening = "0A";

bool is_wildcard(const Address &address) {
    const std::uint8_t *bytes = address.bytes();
    return std::all_of(bytes, bytes + 16, [](std::uint8_t byte) { return byte == 0; });
}

/// An address as these tables have it: words of 32 bits in hexadecimal, each in the CPU's order.
Address parse_words(const std::string &text) {
    std::array<std::uint8_t, 16> bytes{};
    for (std::size_t i = 0; i + 8 <= text.size() && i < 32; i += 8) {
        std::uint32_t word = 0;
        std::from_chars(text.data() + i, text.data() + i + 8, word, 16);
        std::memcpy(&bytes[i / 2], &word, sizeof(word));
    }
    return Address::from_bytes(bytes.data(), text.size() > 8);
}

/// "  0: ADDRESS:PORT PEER:PORT STATE … INODE …"
std::optional<ListeningSocket> parse_line(const std::string &line) {
    std::istringstream words{line};
    std::string number, local, peer, state, queues, timer, retransmits, uid, timeout;
    ListeningSocket socket;
    words >> number >> local >> peer >> state >> queues >> timer >> retransmits >> uid >> timeout >>
        socket.inode;
    const auto colon = local.find(':');
    if (!words || state != listening || colon == local.npos)
        return std::nullopt;
    socket.address = parse_words(local.substr(0, colon));
    socket.port = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), socket.port, 16);
    return socket;
}

void read_table(const fs::path &file, std::vector<ListeningSocket> &sockets) {
    std::ifstream table{file};
    for (std::string line; std::getline(table, line);)
        if (const auto socket = parse_line(line))
            sockets.push_back(*socket);
}

/// Whether the process has the file open that @link names.
bool has_open(const fs::path &process, const std::string &link) {
    std::error_code failure;
    fs::directory_iterator each{process / "fd", failure};
    for (; !failure && each != fs::directory_iterator{}; each.increment(failure)) {
        std::error_code gone;
        if (fs::read_symlink(each->path(), gone) == link)
            return true;
    }
    return false;
}

std::string first_line(const fs::path &file) {
    std::ifstream stream{file};
    std::string line;
    std::getline(stream, line);
    return line;
}

/// "nginx.service" of "0::/system.slice/nginx.service".
std::string unit_of(const fs::path &process) {
    const std::string group = first_line(process / "cgroup");
    std::string last = group.substr(group.rfind('/') + 1);
    return last.ends_with(".service") ? last : std::string{};
}

} // namespace

bool ListeningSocket::excludes(const Listener &listener) const {
    if (port != listener.port)
        return false;
    if (address.is_v6() == listener.address.is_v6())
        return address == listener.address || is_wildcard(address) || is_wildcard(listener.address);
    return address.is_v6() ? is_wildcard(address)
                           : is_wildcard(listener.address) && !listener.v6only;
}

std::vector<ListeningSocket> listening_sockets(const fs::path &proc) {
    std::vector<ListeningSocket> sockets;
    read_table(proc / "net/tcp", sockets);
    read_table(proc / "net/tcp6", sockets);
    return sockets;
}

std::optional<Owner> find_owner(const fs::path &proc, const ListeningSocket &socket) {
    const std::string link = fmt::format("socket:[{}]", socket.inode);
    std::error_code failure;
    fs::directory_iterator each{proc, failure};
    for (; !failure && each != fs::directory_iterator{}; each.increment(failure)) {
        const std::string name = each->path().filename().string();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || end != name.data() + name.size())
            continue;
        if (has_open(each->path(), link))
            return Owner{pid, first_line(each->path() / "comm"), unit_of(each->path())};
    }
    return std::nullopt;
}

} // namespace khttpd::host
