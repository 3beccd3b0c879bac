// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/own_file.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <sstream>

#include "config/load.h"
#include "config/writer.h"

namespace khttpd::config {
namespace {

constexpr std::string_view header = "# Written by khttpdctl, which keeps values but not comments.\n"
                                    "# See khttpd.conf(5).\n\n";

/// Locks the directory of the drop-ins, which is made where it does not exist.
Result<UniqueFd> lock_directory(const std::filesystem::path &directory) {
    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::flock(fd.get(), LOCK_EX) < 0)
        return file_error("write in", directory, failure ? failure.value() : errno);
    return fd;
}

/// The table in @outer with this @name, which is made where there is none.
toml::table &table_in(toml::table &outer, std::string_view name) {
    // A value that stands where a table belongs was refused when the file was read.
    return *outer.emplace<toml::table>(name).first->second.as_table();
}

/// The table that @key's last part stands in.
toml::table &table_of(toml::table &root, std::string_view key) {
    toml::table *table = &root;
    for (auto dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
        table = &table_in(*table, key.substr(0, dot));
        key.remove_prefix(dot + 1);
    }
    return *table;
}

void assign(toml::table &root, const Setting &setting) {
    const std::string leaf = setting.key.substr(setting.key.rfind('.') + 1);
    toml::table &table = table_of(root, setting.key);
    const Number *number = find_number(setting.key);
    if (const auto *listeners = std::get_if<std::vector<Listener>>(&setting.value))
        table.insert_or_assign(leaf, listener_tables(*listeners, false));
    else if (const auto *text = std::get_if<std::string>(&setting.value))
        table.insert_or_assign(leaf, *text);
    else if (const auto *flag = std::get_if<bool>(&setting.value))
        table.insert_or_assign(leaf, *flag);
    else if (const auto *words = std::get_if<std::vector<std::string>>(&setting.value))
        table.insert_or_assign(leaf, word_list(*words));
    else
        put_number(table, *number, std::get<std::uint32_t>(setting.value));
}

/// Removes @key, and each table that is empty without it.
void unset(toml::table &table, std::string_view key) {
    const auto dot = key.find('.');
    const std::string_view name = key.substr(0, dot);
    if (dot == std::string_view::npos) {
        table.erase(name);
        return;
    }
    toml::table &inner = table_in(table, name);
    unset(inner, key.substr(dot + 1));
    if (inner.empty())
        table.erase(name);
}

/// The tables in double brackets with this @name, which are made where there are none.
toml::array &tables(toml::table &root, std::string_view name) {
    return *root.emplace<toml::array>(name).first->second.as_array();
}

/// Removes those that are @meant.
template<typename Meant>
void remove_tables(toml::table &root, std::string_view name, Meant meant) {
    toml::array &list = tables(root, name);
    for (auto each = list.begin(); each != list.end();)
        each = meant(*each->as_table()) ? list.erase(each) : each + 1;
    // An empty list is no list of tables.
    if (list.empty())
        root.erase(name);
}

void remove_host(toml::table &root, const std::string &name) {
    remove_tables(root, "vhost",
                  [&](toml::table &host) { return host["names"][0].value<std::string>() == name; });
}

void replace_rule(toml::table &root, const ReplaceRule &edit) {
    remove_tables(root, "rule", [&](toml::table &rule) {
        return rule["prefix"].value<std::string>() == edit.prefix;
    });
    if (edit.rule)
        tables(root, "rule").push_back(prefixed_rule_table(*edit.rule));
}

/// Leaves no type without extensions behind, and no table without types.
void replace_type(toml::table &root, const ReplaceType &edit) {
    toml::table &types = table_in(table_in(root, "mime"), "types");
    for (auto each = types.begin(); each != types.end();) {
        toml::array &extensions = *each->second.as_array();
        for (auto one = extensions.begin(); one != extensions.end();)
            one = one->value<std::string>() == edit.extension ? extensions.erase(one) : one + 1;
        each = extensions.empty() ? types.erase(each) : std::next(each);
    }
    if (!edit.type.empty())
        types.emplace<toml::array>(edit.type).first->second.as_array()->push_back(edit.extension);
    if (types.empty())
        unset(root, "mime.types");
}

void carry_out(toml::table &root, const OwnEdit &edit) {
    if (const auto *setting = std::get_if<Setting>(&edit))
        assign(root, *setting);
    else if (const auto *gone = std::get_if<Unset>(&edit))
        unset(root, gone->key);
    else if (const auto *add = std::get_if<AddHost>(&edit))
        tables(root, "vhost").push_back(vhost_table(add->host));
    else if (const auto *replace = std::get_if<ReplaceRule>(&edit))
        replace_rule(root, *replace);
    else if (const auto *type = std::get_if<ReplaceType>(&edit))
        replace_type(root, *type);
    else
        remove_host(root, std::get<RemoveHost>(edit).name);
}

std::string edited(const std::string &text, const std::vector<OwnEdit> &edits) {
    toml::table root = toml::parse(text);
    for (const OwnEdit &edit : edits)
        carry_out(root, edit);
    std::ostringstream out;
    out << header << root << '\n';
    return out.str();
}

} // namespace

Result<Config> load_without(const Paths &paths, const std::string &key) {
    const auto own = read_file(paths.own_file());
    if (!own)
        return own.error();
    if (const auto fit = load(paths); !fit)
        return fit.error();
    return load_with_own(paths, edited(own->value_or(""), {Unset{key}}));
}

Result<OwnFileChange> OwnFileChange::prepare(const Paths &paths, const OwnEdits &edits) {
    auto lock = lock_directory(paths.dropin_directory());
    if (!lock)
        return lock.error();
    // What is wrong in the files already is told with its place, before anything is added to it.
    const auto before = load(paths);
    if (!before)
        return before.error();
    const auto wanted = edits(*before);
    if (!wanted)
        return wanted.error();
    const auto old = read_file(paths.own_file());
    if (!old)
        return old.error();

    const std::string text = edited(old->value_or(""), *wanted);
    auto config = load_with_own(paths, text);
    if (!config)
        return config.error();
    auto staged = StagedFile::write(paths.own_file(), text);
    if (!staged)
        return staged.error();
    return OwnFileChange{std::move(*lock), wanted->empty(), std::move(*config), std::move(*staged)};
}

Result<OwnFileChange> OwnFileChange::prepare(const Paths &paths,
                                             const std::vector<OwnEdit> &edits) {
    return prepare(paths, [&](const Config &) { return Result<std::vector<OwnEdit>>{edits}; });
}

} // namespace khttpd::config
