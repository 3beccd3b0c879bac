// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/own_file.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>
#include <sstream>

#include <fmt/core.h>

#include "config/load.h"
#include "config/toml.h"

namespace khttpd::config {
namespace {

constexpr std::string_view header = "# Written by 'khttpdctl set' and 'khttpdctl set-root', which "
                                    "keep the values but not comments.\n"
                                    "# See khttpd.conf(5).\n\n";

/// Locks the directory of the drop-ins, which is made where it does not exist.
Result<UniqueFd> lock_directory(const std::filesystem::path &directory) {
    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::flock(fd.get(), LOCK_EX) < 0) {
        const int error = failure ? failure.value() : errno;
        const bool denied = error == EACCES || error == EPERM || error == EROFS;
        return Error{
            denied ? ExitCode::permission : ExitCode::io_error,
            fmt::format("cannot write in {}: {}", directory.string(), std::strerror(error)),
            denied ? "only root can do this (try sudo)" : ""};
    }
    return fd;
}

/// The table that @key's last part stands in.
toml::table &table_of(toml::table &root, std::string_view key) {
    toml::table *table = &root;
    for (auto dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
        // A value that stands where a table belongs was refused when the file was read.
        table = table->emplace<toml::table>(key.substr(0, dot)).first->second.as_table();
        key.remove_prefix(dot + 1);
    }
    return *table;
}

toml::array listener_tables(const std::vector<Listener> &listeners) {
    toml::array tables;
    for (const Listener &listener : listeners) {
        toml::table table;
        table.insert("address", listener.address.text());
        table.insert("port", listener.port);
        if (listener.v6only)
            table.insert("v6only", true);
        for (const ListenerNumber &number : listener_numbers)
            if (listener.*number.value != number.otherwise)
                table.insert(number.name, listener.*number.value);
        tables.push_back(std::move(table));
    }
    return tables;
}

toml::array flag_list(std::uint32_t flags) {
    toml::array list;
    for (const std::string_view name : flag_names())
        if (flags & *parse_flag(name))
            list.push_back(name);
    return list;
}

toml::array word_list(const std::vector<std::string> &words) {
    toml::array list;
    for (const std::string &word : words)
        list.push_back(word);
    return list;
}

void assign(toml::table &root, const Setting &setting) {
    const std::string leaf = setting.key.substr(setting.key.rfind('.') + 1);
    toml::table &table = table_of(root, setting.key);
    const Number *number = find_number(setting.key);
    if (const auto *listeners = std::get_if<std::vector<Listener>>(&setting.value))
        table.insert_or_assign(leaf, listener_tables(*listeners));
    else if (const auto *text = std::get_if<std::string>(&setting.value))
        table.insert_or_assign(leaf, *text);
    else if (const auto *flag = std::get_if<bool>(&setting.value))
        table.insert_or_assign(leaf, *flag);
    else if (const auto *words = std::get_if<std::vector<std::string>>(&setting.value))
        table.insert_or_assign(leaf, word_list(*words));
    else if (number->kind == Number::Kind::flags)
        table.insert_or_assign(leaf, flag_list(std::get<std::uint32_t>(setting.value)));
    else if (number->kind == Number::Kind::toggle)
        table.insert_or_assign(leaf, std::get<std::uint32_t>(setting.value) != 0);
    else
        table.insert_or_assign(leaf, std::get<std::uint32_t>(setting.value));
}

std::string with_setting(const std::string &text, const Setting &setting) {
    toml::table root = toml::parse(text);
    assign(root, setting);
    std::ostringstream out;
    out << header << root << '\n';
    return out.str();
}

} // namespace

Result<OwnFileChange> OwnFileChange::prepare(const Paths &paths, const Setting &setting) {
    auto lock = lock_directory(paths.dropin_directory());
    if (!lock)
        return lock.error();
    // What is wrong in the files already is told with its place, before anything is added to it.
    if (const auto before = load(paths); !before)
        return before.error();
    const auto old = read_file(paths.own_file());
    if (!old)
        return old.error();

    const std::string text = with_setting(old->value_or(""), setting);
    auto config = load_with_own(paths, text);
    if (!config)
        return config.error();
    auto staged = StagedFile::write(paths.own_file(), text);
    if (!staged)
        return staged.error();
    return OwnFileChange{std::move(*lock), std::move(*config), std::move(*staged)};
}

} // namespace khttpd::config
