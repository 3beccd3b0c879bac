// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "config/rule_setting.h"
#include "config/setting.h"
#include "config/verify.h"

namespace khttpd::cli {

/// What set and unset are asked for.
struct KeyEdit {
    std::string key;
    std::optional<std::string> value; ///< absent to unset the key
    EditOptions options;
};

/// Gives several keys their values at once; numbers in the order of numbers().
Result<int> set_all(const Context &context, const EditOptions &options,
                    const std::vector<config::Setting> &settings);

/// Gives a rule of the default host, or something in it, a value, or takes it away.
Result<int> set_rule(const Context &context, const KeyEdit &asked, const config::RuleKey &key);

/// What is to become of a virtual host.
using VhostChange = std::function<Result<config::HostConfig>(const config::HostConfig &)>;

/// Makes a change to the virtual host that a request for @name is for.
Result<int> set_vhost(const Context &context, const KeyEdit &asked, const std::string &name,
                      const VhostChange &make);

/// Gives an extension a media type, before what the file of them says, or takes it away.
Result<int> set_mime_type(const Context &context, const KeyEdit &asked,
                          const std::string &extension);

/// The media types that a server with @config has, and what there is to say of them.
Result<config::Verified> mime_of(const config::Config &config);

} // namespace khttpd::cli
