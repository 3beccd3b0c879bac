// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "config/host_config.h"
#include "model/settings.h"

namespace khttpd::config {

/// Where the files are.
struct Paths {
    std::filesystem::path directory = "/etc/khttpd";

    /// The administrator's own file, which is only ever read.
    std::filesystem::path main_file() const { return directory / "khttpd.conf"; }

    std::filesystem::path dropin_directory() const { return directory / "khttpd.conf.d"; }

    /// Where the kernel shows workqueues that have the flag sysfs.
    std::filesystem::path workqueues = "/sys/devices/virtual/workqueue";

    /// The one file that this program writes.
    std::filesystem::path own_file() const { return dropin_directory() / "50-khttpdctl.conf"; }
};

/// What the files say, defaults where they say nothing.
struct Config {
    Config();

    std::string user = "www-data";    ///< name, or number in digits
    std::optional<std::string> group; ///< absent: the user's primary group
    HostConfig site;                  ///< [site] and [[rule]]
    std::vector<HostConfig> vhosts;   ///< [[vhost]]
    std::string mime_file = "/etc/mime.types";
    MimeTable mime_types; ///< [mime.types], which counts before the file
    Settings settings;    ///< uid, gid and media types are not known from the files alone
    /// Where each given value stands, by its key; for lists also "listener[1]",
    /// "listener[1].port", "rule[/img].expires" and "vhost[example.org].rule[/]".
    std::map<std::string, Source, std::less<>> sources;
};

/// All keys that get and set know of which there is always one: none of an error page, for example.
std::vector<std::string_view> all_keys();

/// The number with @key, or nullptr.
const Number *find_number(std::string_view key);

/// The place of @name among the names of a choice.
std::optional<std::uint32_t> find_choice(const Number &number, std::string_view name);

/// "'none', 'file' or 'journal'"
std::string expected_choice(const Number &number);

/// "an integer from 100 to 86400000"
std::string expected_range(const Number &number);

} // namespace khttpd::config
