// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/completion.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/text.h"
#include "cli/commands.h"
#include "config/load.h"
#include "config/setting.h"
#include "config/vhost_setting.h"
#include "model/connection.h"

namespace khttpd::cli {
namespace {

constexpr const char *files = ":files";
constexpr const char *directories = ":directories";

struct Candidate {
    std::string text;
    std::string description = {};
};

using Candidates = std::vector<Candidate>;

Candidates candidates(std::initializer_list<const char *> words) {
    return {words.begin(), words.end()};
}

template<typename Words>
Candidates candidates_of(const Words &words) {
    Candidates list;
    for (const auto &word : words)
        list.push_back({std::string{word}});
    return list;
}

/// @names, each behind the others that @word has already with commas between them.
Candidates one_more(const std::string &word, std::span<const std::string_view> names) {
    const std::string others = word.substr(0, word.rfind(',') + 1);
    Candidates list;
    for (const std::string_view name : names)
        list.push_back({others + std::string{name}});
    return list;
}

/// The values that `set` takes for @key, where they can be told.
Candidates values_of_key(const std::string &key) {
    if (key == "server.root")
        return candidates({directories});
    if (key == config::mime_file_key)
        return candidates({files});
    if (const Number *number = config::find_number(key)) {
        if (number->kind == Number::Kind::flags)
            return candidates_of(flag_names());
        if (number->kind == Number::Kind::toggle)
            return candidates({"true", "false"});
    }
    const auto vhost = config::find_vhost_key(key);
    if (vhost && vhost->leaf == "root")
        return candidates({directories});
    const config::HostKey *host_key =
        vhost ? config::find_host_key(vhost->leaf) : config::find_site_key(key);
    return host_key != nullptr && host_key->kind == config::HostKey::Kind::flag
               ? candidates({"true", "false"})
               : Candidates{};
}

/// All keys, with those that only the files have; without these where they cannot be read.
Candidates keys(const config::Paths &paths) {
    const auto config = config::load(paths);
    if (!config)
        return candidates_of(config::all_keys());
    std::vector<std::string> keys = config::given_keys(*config);
    const std::set<std::string> given{keys.begin(), keys.end()};
    for (const config::HostConfig &host : config->vhosts)
        for (std::string &key : config::all_vhost_keys(host))
            if (given.count(key) == 0)
                keys.push_back(std::move(key));
    return candidates_of(keys);
}

/// The keys of what the file of this program says and could do without.
Candidates own_keys(const config::Paths &paths) {
    Candidates list;
    if (const auto own = config::load_own(paths))
        for (const auto &[key, place] : own->sources)
            if (config::check_key(key) && !key.ends_with("].names"))
                list.push_back({key});
    return list;
}

/// The virtual hosts that the files have; none where they cannot be read.
Candidates virtual_hosts(const config::Paths &paths) {
    Candidates list;
    const auto config = config::load(paths);
    if (!config)
        return list;
    for (const config::HostConfig &host : config->vhosts)
        for (const std::string &name : host.names)
            list.push_back({name});
    return list;
}

/// The words of CLI::IsMember, which describes itself as "{one,other}".
Candidates members(const std::string &type_name) {
    const auto begin = type_name.find('{');
    const auto end = type_name.find('}', begin);
    if (begin == type_name.npos || end == type_name.npos)
        return {};
    return candidates_of(CLI::detail::split(type_name.substr(begin + 1, end - begin - 1), ','));
}

/// A command line up to the word that is being written.
class Position {
  public:
    Position(const CLI::App &app, config::Paths paths) : app_(&app), paths_(std::move(paths)) {}

    /// Goes on by one complete word.
    void pass(const std::string &word) {
        if (awaited_ != nullptr)
            take_value(word);
        else if (!only_operands_ && word == "--")
            only_operands_ = true;
        else if (!only_operands_ && word.starts_with('-'))
            pass_option(word);
        else if (const CLI::App *command = operands_.empty() ? subcommand(word) : nullptr)
            app_ = command;
        else
            operands_.push_back(word);
    }

    Candidates complete(const std::string &word) const {
        if (awaited_ != nullptr)
            return values(*awaited_, word);
        const auto equals = word.find('=');
        if (only_operands_ || !word.starts_with('-'))
            return commands_and_operands(word);
        return equals == word.npos
                   ? options()
                   : attached_values(word.substr(0, equals), word.substr(equals + 1));
    }

  private:
    static bool hidden(const CLI::App &command) { return command.get_group().empty(); }

    const CLI::App *subcommand(const std::string &name) const {
        for (const CLI::App *each : app_->get_subcommands({}))
            if (each->check_name(name))
                return each;
        return nullptr;
    }

    /// An option of the command, or of one that it belongs to.
    const CLI::Option *option(const std::string &name) const {
        for (const CLI::App *app = app_; app != nullptr; app = app->get_parent())
            for (const CLI::Option *each : app->get_options())
                if (each->nonpositional() && each->check_name(name))
                    return each;
        return nullptr;
    }

    void pass_option(const std::string &word) {
        const auto equals = word.find('=');
        const CLI::Option *found = option(word.substr(0, equals));
        if (found == nullptr || found->get_items_expected_min() == 0)
            return;
        awaited_ = found;
        if (equals != word.npos)
            take_value(word.substr(equals + 1));
    }

    void take_value(const std::string &word) {
        if (awaited_->check_name("--config-dir"))
            paths_.directory = word;
        awaited_ = nullptr;
    }

    /// What @option can be given where @word has been written; its type says what that is.
    Candidates values(const CLI::Option &option, const std::string &word) const {
        const std::string type = option.get_type_name();
        const std::string what = option.get_positional() ? option.get_name(true) : type;
        if (Candidates list = members(type); !list.empty())
            return list;
        if (what == "DIR")
            return candidates({directories});
        if (what == "FILE")
            return candidates({files});
        if (what == "KEY")
            return app_->check_name("unset") ? own_keys(paths_) : keys(paths_);
        if (what == "STATES")
            return one_more(word, connection_state_names());
        if (what == "VALUE" && !operands_.empty())
            return values_of_key(operands_.back());
        if (option.check_name("--vhost") || (what == "NAME" && within("vhost")))
            return virtual_hosts(paths_);
        return {};
    }

    bool within(const std::string &command) const {
        return app_->get_parent() != nullptr && app_->get_parent()->check_name(command);
    }

    Candidates attached_values(const std::string &name, const std::string &word) const {
        const CLI::Option *found = option(name);
        Candidates list = found != nullptr ? values(*found, word) : Candidates{};
        for (Candidate &each : list)
            if (!each.text.starts_with(':'))
                each.text.insert(0, name + "=");
        return list;
    }

    Candidates options() const {
        Candidates list;
        std::set<std::string> seen;
        for (const CLI::App *app = app_; app != nullptr; app = app->get_parent())
            for (const CLI::Option *each : app->get_options()) {
                const bool is_short = each->get_lnames().empty();
                const std::string name = (is_short ? "-" : "--") + each->get_single_name();
                if (each->nonpositional() && !each->get_group().empty() && seen.insert(name).second)
                    list.push_back({name, each->get_description()});
            }
        return list;
    }

    Candidates commands_and_operands(const std::string &word) const {
        Candidates list;
        if (operands_.empty())
            for (const CLI::App *each : app_->get_subcommands({}))
                if (!hidden(*each))
                    list.push_back({each->get_name(), each->get_description()});
        std::size_t place = 0;
        for (const CLI::Option *each : app_->get_options())
            if (each->get_positional() && place++ == operands_.size())
                for (Candidate &value : values(*each, word))
                    list.push_back(std::move(value));
        return list;
    }

    const CLI::App *app_;
    config::Paths paths_;
    const CLI::Option *awaited_ = nullptr; ///< whose value comes next
    std::vector<std::string> operands_;    ///< of the command so far
    bool only_operands_ = false;           ///< "--" was passed
};

} // namespace

void print_candidates(std::ostream &out, const CLI::App &app, config::Paths paths,
                      const std::vector<std::string> &words) {
    Position position{app, std::move(paths)};
    for (std::size_t i = 0; i + 1 < words.size(); ++i)
        position.pass(words[i]);
    const std::string last = words.empty() ? std::string{} : words.back();
    for (const Candidate &each : position.complete(last))
        if (each.text.starts_with(':'))
            fmt::print(out, "{}\n", each.text);
        else if (each.text.starts_with(last))
            fmt::print(out, "{}\t{}\n", printable(each.text), printable(each.description));
}

Result<int> completion(const Context &context, const CompletionOptions &options) {
    fmt::print(context.out, "{}", completion_script(options.shell));
    return 0;
}

} // namespace khttpd::cli
