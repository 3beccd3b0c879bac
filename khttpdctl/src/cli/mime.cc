// SPDX-License-Identifier: GPL-2.0-or-later
#include <fmt/ostream.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "config/protocol.h"

namespace khttpd::cli {
namespace {

/// The longest extension of @name that @table has, as the server finds it, or all of @name where
/// there is no dot in it.
MimeTable::const_iterator find(const MimeTable &table, const std::string &name) {
    const std::string lower = in_lower_case(name);
    auto dot = lower.find('.');
    if (dot == lower.npos)
        return table.find(lower);
    auto found = table.end();
    for (; dot != lower.npos && found == table.end(); dot = lower.find('.', dot + 1))
        found = table.find(lower.substr(dot + 1));
    return found;
}

/// The table that the kernel uses.
Result<MimeTable> table_in_use(const Context &context) {
    auto client = context.client();
    if (!client)
        return client.error();
    auto table = client->mime();
    if (!table)
        return table.error();
    return config::mime_in_use(std::move(*table));
}

} // namespace

Result<int> mime(const Context &context, const MimeOptions &options) {
    auto table = table_in_use(context);
    if (!table)
        return table.error();
    if (!options.name.empty()) {
        const auto found = find(*table, options.name);
        if (found == table->end())
            return Error{ExitCode::no_root,
                         fmt::format("no media type is known for '{}'", options.name),
                         "such files have site.default-type; [mime.types] in khttpd.conf adds "
                         "types"};
        table = MimeTable{*found};
    }
    if (options.json) {
        Json json = json_object();
        json["types"] = *table;
        fmt::print(context.out, "{}\n", json_text(json));
        return 0;
    }
    for (const auto &[extension, type] : *table) {
        if (options.name.empty())
            fmt::print(context.out, "{:<15} ", extension);
        fmt::print(context.out, "{}\n", type);
    }
    return 0;
}

} // namespace khttpd::cli
