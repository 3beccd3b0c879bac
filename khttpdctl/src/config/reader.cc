// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/reader.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/core.h>

#include "base/nearest.h"
#include "config/read_host.h"
#include "config/read_mime.h"
#include "config/read_rule.h"
#include "config/reading.h"
#include "config/setting.h"

namespace khttpd::config {
namespace {

/// Reads one file.
class Reader {
  public:
    Reader(const std::string &file, Config &config, Diagnostics &diagnostics)
        : config_(config), reading_(file, config, diagnostics) {}

    void read(std::string_view text) {
        try {
            const toml::table root = toml::parse(text, reading_.file());
            read_root(root);
        } catch (const toml::parse_error &error) {
            reading_.complain(error.source(), std::string{error.description()});
        }
    }

  private:
    void read_root(const toml::table &root) {
        static constexpr std::array<std::string_view, 12> known = {
            "server",      "listener", "workqueue", "timeouts", "limits", "cache",
            "compression", "site",     "rule",      "vhost",    "mime",   "log"};
        for (const auto &[key, node] : root) {
            const std::string name{key.str()};
            if (std::find(known.begin(), known.end(), name) == known.end())
                reading_.unknown_key("", key, known);
            else if (name == "listener")
                read_listeners(node);
            else if (name == "site")
                read_site(reading_, node);
            else if (name == "rule")
                read_rules(reading_, node, config_.site);
            else if (name == "vhost")
                read_vhosts(reading_, node);
            else if (name == "mime")
                read_mime(reading_, node);
            else if (const toml::table *table = reading_.table(name, node))
                read_table(name, *table);
        }
    }

    void read_table(const std::string &name, const toml::table &table) {
        if (name == "server")
            read_server(table);
        else if (name == "workqueue")
            read_workqueues(table);
        else
            read_numbers(name, table);
    }

    void read_server(const toml::table &table) {
        static constexpr std::array<std::string_view, 3> known = {"root", "user", "group"};
        for (const auto &[key, node] : table) {
            const std::string path = fmt::format("server.{}", key.str());
            if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
                reading_.unknown_key("server", key, known);
                continue;
            }
            const auto *text = node.as_string();
            if (text == nullptr || text->get().empty() ||
                text->get().find('\0') != std::string::npos) {
                reading_.expected(path, "a name", node);
                continue;
            }
            take_server(key.str(), text->get(), node);
            reading_.remember(path, node);
        }
    }

    void take_server(std::string_view key, const std::string &value, const toml::node &node) {
        if (key == "user") {
            config_.user = value;
        } else if (key == "group") {
            config_.group = value;
        } else if (value.front() != '/') {
            reading_.complain(
                node.source(),
                fmt::format("server.root: expected an absolute path, not '{}'", value));
        } else if (value.size() > KHTTPD_PATH_MAX) {
            reading_.complain(node.source(),
                              fmt::format("server.root: expected at most {} bytes, not {}",
                                          KHTTPD_PATH_MAX, value.size()));
        } else {
            config_.settings.root = value;
        }
    }

    /// The list as a whole takes the place of one in an earlier file.
    void read_listeners(const toml::node &node) {
        const auto tables = reading_.tables("listener", node, KHTTPD_LISTENERS_MAX);
        if (tables.empty())
            return;
        reading_.forget("listener");
        config_.settings.listeners.clear();
        reading_.remember("listener", *tables.front());
        for (std::size_t index = 0; index < tables.size(); ++index)
            read_listener(index, *tables[index]);
    }

    void read_listener(std::size_t index, const toml::table &table) {
        std::vector<std::string_view> known = {"address", "port", "v6only", "device"};
        for (const ListenerNumber &number : listener_numbers)
            known.push_back(number.name);
        const std::string name = fmt::format("listener[{}]", index);
        Listener listener;
        for (const auto &[key, node] : table) {
            const std::string path = fmt::format("{}.{}", name, key.str());
            reading_.remember(path, node);
            if (key == "address")
                read_address(path, node, listener.address);
            else if (key == "port")
                read_integer(path, node, 1, 65535, listener.port);
            else if (key == "v6only")
                listener.v6only = reading_.flag(path, node).value_or(false);
            else if (key == "device")
                listener.device =
                    reading_.word(path, "the name of a network device", node, is_device_name)
                        .value_or("");
            else if (const ListenerNumber *number = find_listener_number(key))
                read_integer(path, node, number->min, number->max, listener.*number->value);
            else
                reading_.unknown_key("listener", key, known);
        }
        if (listener.v6only && !listener.address.is_v6())
            reading_.complain(table.get("v6only")->source(),
                              fmt::format("{}.v6only: expected false for an IPv4 address", name));
        const auto &others = config_.settings.listeners;
        if (std::any_of(others.begin(), others.end(), [&](const Listener &other) {
                return other.endpoint() == listener.endpoint();
            }))
            reading_.complain(table.source(),
                              fmt::format("{}: {} is listed twice", name, listener.endpoint()));
        reading_.remember(name, table);
        config_.settings.listeners.push_back(listener);
    }

    void read_address(const std::string &path, const toml::node &node, Address &address) {
        const auto *text = node.as_string();
        if (text == nullptr)
            reading_.expected(path, "an IPv4 or IPv6 address as a string", node);
        else if (const auto parsed = Address::parse(text->get()))
            address = *parsed;
        else
            reading_.complain(
                node.source(),
                fmt::format("{}: expected an IPv4 or IPv6 address, not '{}'", path, text->get()));
    }

    void read_workqueues(const toml::table &table) {
        static constexpr std::array<std::string_view, 2> known = {"hot", "cold"};
        for (const auto &[key, node] : table) {
            const std::string name = fmt::format("workqueue.{}", key.str());
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                reading_.unknown_key("workqueue", key, known);
            else if (const toml::table *queue = reading_.table(name, node))
                read_numbers(name, *queue);
        }
        // Whatever else is asked for, reading files waits for the disk, so the module keeps it so.
        config_.settings.cold_flags |= KHTTPD_QUEUE_FLAG_UNBOUND;
    }

    void read_numbers(const std::string &table_name, const toml::table &table) {
        std::vector<std::string_view> known;
        for (const Number &number : numbers())
            if (number.table() == table_name)
                known.push_back(number.leaf());
        if (find_cpumask(table_name + ".cpumask"))
            known.push_back("cpumask");
        for (const auto &[key, node] : table) {
            const std::string path = fmt::format("{}.{}", table_name, key.str());
            if (const auto queue = find_cpumask(path)) {
                read_cpumask(path, node, config_.settings.cpumasks[*queue]);
                reading_.remember(path, node);
                continue;
            }
            const Number *number = find_number(path);
            if (number == nullptr) {
                reading_.unknown_key(table_name, key, known);
                continue;
            }
            read_number(*number, path, node);
            reading_.remember(path, node);
        }
    }

    void read_cpumask(const std::string &path, const toml::node &node, std::string &mask) {
        if (const auto text = reading_.word(path, expected_cpumask, node, is_cpumask_or_none))
            mask = canonical_cpumask(*text).value_or("");
    }

    void read_number(const Number &number, const std::string &path, const toml::node &node) {
        std::uint32_t &value = config_.settings.*number.member;
        switch (number.kind) {
        case Number::Kind::integer:
            read_integer(path, node, number.min, number.max, value);
            break;
        case Number::Kind::flags:
            read_flags(path, node, value);
            break;
        case Number::Kind::toggle:
            value = reading_.flag(path, node).value_or(value != 0);
            break;
        case Number::Kind::choice:
            read_choice(number, path, node, value);
            break;
        }
    }

    void read_integer(const std::string &path, const toml::node &node, std::int64_t min,
                      std::int64_t max, std::uint32_t &value) {
        value = reading_.integer(path, node, min, max).value_or(value);
    }

    void read_choice(const Number &number, const std::string &path, const toml::node &node,
                     std::uint32_t &value) {
        const auto *text = node.as_string();
        if (text == nullptr)
            reading_.expected(path, expected_choice(number), node);
        else if (const auto place = find_choice(number, text->get()))
            value = *place;
        else
            reading_.unfit(path, expected_choice(number), node, text->get());
    }

    void read_flags(const std::string &path, const toml::node &node, std::uint32_t &value) {
        const toml::array *list = node.as_array();
        if (list == nullptr) {
            reading_.expected(path, "a list of strings", node);
            return;
        }
        std::uint32_t flags = 0;
        for (const toml::node &element : *list) {
            const auto *text = element.as_string();
            if (text == nullptr) {
                reading_.expected(path, "a list of strings", element);
                continue;
            }
            if (const auto flag = parse_flag(text->get()))
                flags |= *flag;
            else
                reading_.complain(element.source(),
                                  fmt::format("{}: unknown flag '{}'{}", path, text->get(),
                                              did_you_mean(text->get(), flag_names())));
        }
        value = flags;
    }

    Config &config_;
    Reading reading_;
};

} // namespace

void read_text(std::string_view text, const std::string &file, Config &config,
               Diagnostics &diagnostics) {
    Reader{file, config, diagnostics}.read(text);
}

} // namespace khttpd::config
