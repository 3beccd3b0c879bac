// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/host.h"

namespace khttpd::config {

/// A value for one of host_keys().
using HostValue = std::variant<bool, std::string, std::vector<std::string>>;

/// What the files say of a host; what they do not say is not here.
struct HostConfig {
    std::vector<std::string> names;                       ///< none for [site]
    std::string root;                                     ///< empty where it is that of the server
    std::map<std::string, HostValue, std::less<>> values; ///< by key, such as "listing"
    std::map<std::uint32_t, std::string> error_pages;     ///< by status, with a slash in front
    std::vector<Rule> rules; ///< as they are written; an empty string stands for nothing
};

/// A setting that [site] and [[vhost]] have alike, one value each.
struct HostKey {
    enum class Kind { flag, word, list };

    std::string_view key; ///< for the default host: "site.listing"
    Kind kind;
    std::string_view expected;      ///< what a value is
    bool (*fits)(std::string_view); ///< whether that is a word, or an element of a list
    std::size_t max = 0;            ///< elements of a list
    /// What is meant by a word that does not fit, to be put behind a message.
    std::string (*meant)(std::string_view) = nullptr;

    /// "listing" of "site.listing".
    std::string_view leaf() const { return key.substr(key.find('.') + 1); }
};

/// All of them.
std::span<const HostKey> host_keys();

/// The one with that name in [site] or [[vhost]], or nullptr.
const HostKey *find_host_key(std::string_view leaf);

/// Gives @host the @value, which fits @key.
void assign(Host &host, const HostKey &key, const HostValue &value);

HostValue value_of(const Host &host, const HostKey &key);

/// "true", or a list with blanks between its elements.
std::string text_of(const HostValue &value);

} // namespace khttpd::config
