// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/reader.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/core.h>

#include "base/nearest.h"
#include "config/toml.h"

namespace khttpd::config {
namespace {

std::string_view type_name(const toml::node &node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "an integer";
    case toml::node_type::floating_point:
        return "a fraction";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

/// Reads one file.
class Reader {
  public:
    Reader(std::string file, Config &config, Diagnostics &diagnostics)
        : file_(std::move(file)), config_(config), diagnostics_(diagnostics) {}

    void read(std::string_view text) {
        try {
            const toml::table root = toml::parse(text, file_);
            read_root(root);
        } catch (const toml::parse_error &error) {
            complain(error.source(), std::string{error.description()});
        }
    }

  private:
    Source place(const toml::source_region &region) const {
        return {file_, region.begin.line, region.begin.column};
    }

    void complain(const toml::source_region &region, std::string message) {
        diagnostics_.push_back({place(region), std::move(message)});
    }

    void expected(const std::string &key, std::string_view what, const toml::node &node) {
        complain(node.source(), fmt::format("{}: expected {}, not {}", key, what, type_name(node)));
    }

    void unknown_key(const std::string &table, const toml::key &key,
                     std::span<const std::string_view> known) {
        const std::string path =
            table.empty() ? std::string{key.str()} : fmt::format("{}.{}", table, key.str());
        std::string meant = did_you_mean(key.str(), known);
        if (meant.empty())
            meant = did_you_mean(path, all_keys());
        for (const std::string_view other : all_keys())
            if (meant.empty() && other.ends_with(fmt::format(".{}", key.str())))
                meant = fmt::format("; did you mean '{}'?", other);
        complain(key.source(), fmt::format("unknown key '{}'{}", path, meant));
    }

    /// Runs @read on the table of that name.
    template<typename Read>
    void read_table(const std::string &name, const toml::node &node, Read read) {
        if (const toml::table *table = node.as_table())
            read(*table);
        else
            expected(name, "a table", node);
    }

    void read_root(const toml::table &root) {
        static constexpr std::array<std::string_view, 5> known = {"server", "listener", "workqueue",
                                                                  "timeouts", "limits"};
        for (const auto &[key, node] : root) {
            const std::string name{key.str()};
            if (name == "server")
                read_table(name, node, [&](const toml::table &table) { read_server(table); });
            else if (name == "listener")
                read_listeners(node);
            else if (name == "workqueue")
                read_table(name, node, [&](const toml::table &table) { read_workqueues(table); });
            else if (name == "timeouts" || name == "limits")
                read_table(name, node,
                           [&](const toml::table &table) { read_numbers(name, table); });
            else
                unknown_key("", key, known);
        }
    }

    void read_server(const toml::table &table) {
        static constexpr std::array<std::string_view, 3> known = {"root", "user", "group"};
        for (const auto &[key, node] : table) {
            const std::string path = fmt::format("server.{}", key.str());
            if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
                unknown_key("server", key, known);
                continue;
            }
            const auto *text = node.as_string();
            if (text == nullptr || text->get().empty() ||
                text->get().find('\0') != std::string::npos) {
                expected(path, "a name", node);
                continue;
            }
            take_server(key.str(), text->get(), node);
            config_.sources[path] = place(node.source());
        }
    }

    void take_server(std::string_view key, const std::string &value, const toml::node &node) {
        if (key == "user") {
            config_.user = value;
        } else if (key == "group") {
            config_.group = value;
        } else if (value.front() != '/') {
            complain(node.source(),
                     fmt::format("server.root: expected an absolute path, not '{}'", value));
        } else if (value.size() > KHTTPD_PATH_MAX) {
            complain(node.source(), fmt::format("server.root: expected at most {} bytes, not {}",
                                                KHTTPD_PATH_MAX, value.size()));
        } else {
            config_.settings.root = value;
        }
    }

    /// The list as a whole takes the place of one in an earlier file.
    void read_listeners(const toml::node &node) {
        const toml::array *list = node.as_array();
        if (list == nullptr || list->empty() || !list->is_homogeneous(toml::node_type::table)) {
            expected("listener", "one or more [[listener]] tables", node);
            return;
        }
        if (list->size() > KHTTPD_LISTENERS_MAX) {
            complain(node.source(), fmt::format("listener: expected at most {} listeners, not {}",
                                                KHTTPD_LISTENERS_MAX, list->size()));
            return;
        }
        std::erase_if(config_.sources,
                      [](const auto &entry) { return entry.first.starts_with("listener"); });
        config_.settings.listeners.clear();
        config_.sources["listener"] = place(list->get(0)->source());
        for (std::size_t index = 0; index < list->size(); ++index)
            read_listener(index, *list->get(index)->as_table());
    }

    void read_listener(std::size_t index, const toml::table &table) {
        static constexpr std::array<std::string_view, 4> known = {"address", "port", "v6only",
                                                                  "backlog"};
        const std::string name = fmt::format("listener[{}]", index);
        Listener listener;
        for (const auto &[key, node] : table) {
            const std::string path = fmt::format("{}.{}", name, key.str());
            config_.sources[path] = place(node.source());
            if (key == "address")
                read_address(path, node, listener.address);
            else if (key == "port")
                read_integer(path, node, 1, 65535, listener.port);
            else if (key == "backlog")
                read_integer(path, node, 1, KHTTPD_BACKLOG_MAX, listener.backlog);
            else if (key == "v6only" && node.is_boolean())
                listener.v6only = node.as_boolean()->get();
            else if (key == "v6only")
                expected(path, "true or false", node);
            else
                unknown_key("listener", key, known);
        }
        if (listener.v6only && !listener.address.is_v6())
            complain(table.get("v6only")->source(),
                     fmt::format("{}.v6only: expected false for an IPv4 address", name));
        const auto &others = config_.settings.listeners;
        if (std::any_of(others.begin(), others.end(), [&](const Listener &other) {
                return other.endpoint() == listener.endpoint();
            }))
            complain(table.source(),
                     fmt::format("{}: {} is listed twice", name, listener.endpoint()));
        config_.sources[name] = place(table.source());
        config_.settings.listeners.push_back(listener);
    }

    void read_address(const std::string &path, const toml::node &node, Address &address) {
        const auto *text = node.as_string();
        if (text == nullptr)
            expected(path, "an IPv4 or IPv6 address as a string", node);
        else if (const auto parsed = Address::parse(text->get()))
            address = *parsed;
        else
            complain(node.source(), fmt::format("{}: expected an IPv4 or IPv6 address, not '{}'",
                                                path, text->get()));
    }

    void read_workqueues(const toml::table &table) {
        static constexpr std::array<std::string_view, 2> known = {"hot", "cold"};
        for (const auto &[key, node] : table) {
            const std::string name = fmt::format("workqueue.{}", key.str());
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                unknown_key("workqueue", key, known);
            else
                read_table(name, node,
                           [&](const toml::table &queue) { read_numbers(name, queue); });
        }
        // Whatever else is asked for, reading files waits for the disk, so the module keeps it so.
        config_.settings.cold_flags |= KHTTPD_QUEUE_FLAG_UNBOUND;
    }

    void read_numbers(const std::string &table_name, const toml::table &table) {
        std::vector<std::string_view> known;
        for (const Number &number : numbers())
            if (number.table() == table_name)
                known.push_back(number.leaf());
        for (const auto &[key, node] : table) {
            const std::string path = fmt::format("{}.{}", table_name, key.str());
            const Number *number = find_number(path);
            if (number == nullptr) {
                unknown_key(table_name, key, known);
                continue;
            }
            std::uint32_t &value = config_.settings.*number->member;
            if (number->flags)
                read_flags(path, node, value);
            else
                read_integer(path, node, number->min, number->max, value);
            config_.sources[path] = place(node.source());
        }
    }

    void read_integer(const std::string &path, const toml::node &node, std::int64_t min,
                      std::int64_t max, std::uint32_t &value) {
        const auto *integer = node.as_integer();
        const std::string range = fmt::format("an integer from {} to {}", min, max);
        if (integer == nullptr)
            expected(path, range, node);
        else if (integer->get() < min || integer->get() > max)
            complain(node.source(),
                     fmt::format("{}: expected {}, not {}", path, range, integer->get()));
        else
            value = static_cast<std::uint32_t>(integer->get());
    }

    void read_flags(const std::string &path, const toml::node &node, std::uint32_t &value) {
        const toml::array *list = node.as_array();
        if (list == nullptr) {
            expected(path, "a list of strings", node);
            return;
        }
        std::uint32_t flags = 0;
        for (const toml::node &element : *list) {
            const auto *text = element.as_string();
            if (text == nullptr) {
                expected(path, "a list of strings", element);
                continue;
            }
            if (const auto flag = parse_flag(text->get()))
                flags |= *flag;
            else
                complain(element.source(), fmt::format("{}: unknown flag '{}'{}", path, text->get(),
                                                       did_you_mean(text->get(), flag_names())));
        }
        value = flags;
    }

    std::string file_;
    Config &config_;
    Diagnostics &diagnostics_;
};

} // namespace

void read_text(std::string_view text, const std::string &file, Config &config,
               Diagnostics &diagnostics) {
    Reader{file, config, diagnostics}.read(text);
}

} // namespace khttpd::config
