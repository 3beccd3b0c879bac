// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/load.h"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <tuple>

#include <fmt/core.h>

#include "config/file.h"
#include "config/reader.h"
#include "config/resolve.h"

namespace khttpd::config {
namespace {

/// The drop-ins, sorted; the tool's own file among them even where it does not exist.
Result<std::set<std::filesystem::path>> list_dropins(const Paths &paths) {
    std::set<std::filesystem::path> files = {paths.own_file()};
    std::error_code failure;
    std::filesystem::directory_iterator each{paths.dropin_directory(), failure};
    for (; !failure && each != std::filesystem::directory_iterator{}; each.increment(failure)) {
        const std::filesystem::path &file = each->path();
        if (file.extension() == ".conf" && !file.filename().string().starts_with('.'))
            files.insert(file);
    }
    if (failure && failure != std::errc::no_such_file_or_directory)
        return Error{failure == std::errc::permission_denied ? ExitCode::permission
                                                             : ExitCode::io_error,
                     fmt::format("cannot read {}: {}", paths.dropin_directory().string(),
                                 failure.message())};
    return files;
}

/// Collects the settings of one file after another.
class Loader {
  public:
    void add_text(const std::filesystem::path &file, const std::string &text) {
        Diagnostics found;
        read_text(text, file.string(), config_, found);
        // toml++ keeps tables by name; people read files from the top.
        std::stable_sort(found.begin(), found.end(), [](const auto &a, const auto &b) {
            return std::tie(a.source.line, a.source.column) <
                   std::tie(b.source.line, b.source.column);
        });
        diagnostics_.insert(diagnostics_.end(), found.begin(), found.end());
    }

    Result<bool> add_file(const std::filesystem::path &file) {
        const auto content = read_file(file);
        if (!content)
            return content.error();
        if (!*content)
            return false;
        add_text(file, **content);
        return true;
    }

    /// What was read, be it wrong.
    Config unchecked() { return std::move(config_); }

    Result<Config> finish() {
        check_together();
        resolve_hosts(config_, diagnostics_);
        if (!diagnostics_.empty())
            return Error{.code = ExitCode::config,
                         .message = "the configuration is not valid",
                         .hint = "khttpd.conf(5) describes every setting",
                         .details = std::move(diagnostics_)};
        return std::move(config_);
    }

  private:
    /// What the module refuses of values that are right each for itself.
    void check_together() {
        const Settings &settings = config_.settings;
        if (settings.line_bytes > settings.head_bytes)
            complain({"limits.line-bytes", "limits.head-bytes"},
                     fmt::format("limits.line-bytes, {}, must not be greater than "
                                 "limits.head-bytes, {}",
                                 settings.line_bytes, settings.head_bytes));
        if (settings.compression_min_bytes > settings.compression_max_bytes)
            complain({"compression.min-bytes", "compression.max-bytes"},
                     fmt::format("compression.min-bytes, {}, must not be greater than "
                                 "compression.max-bytes, {}",
                                 settings.compression_min_bytes, settings.compression_max_bytes));
        constexpr std::uint32_t exclusive =
            KHTTPD_QUEUE_FLAG_UNBOUND | KHTTPD_QUEUE_FLAG_CPU_INTENSIVE;
        check_cpumask(cpumask_keys[KHTTPD_QUEUE_HOT], settings.cpumasks[KHTTPD_QUEUE_HOT],
                      settings.hot_flags);
        check_cpumask(cpumask_keys[KHTTPD_QUEUE_COLD], settings.cpumasks[KHTTPD_QUEUE_COLD],
                      settings.cold_flags);
        for (const Number &number : numbers())
            if (number.kind == Number::Kind::flags &&
                (settings.*number.member & exclusive) == exclusive)
                complain({number.key},
                         fmt::format("{}: cpu-intensive means nothing to an unbound workqueue",
                                     number.key));
    }

    void check_cpumask(std::string_view key, const std::string &mask, std::uint32_t flags) {
        constexpr std::uint32_t needed = KHTTPD_QUEUE_FLAG_UNBOUND | KHTTPD_QUEUE_FLAG_SYSFS;
        if (!mask.empty() && (flags & needed) != needed)
            complain({key}, fmt::format("{}: needs the flags {}", key, flags_text(needed)));
    }

    /// Adds a diagnostic for the first of @keys that some file has.
    void complain(std::initializer_list<std::string_view> keys, std::string message) {
        for (const std::string_view key : keys) {
            const auto place = config_.sources.find(key);
            if (place == config_.sources.end())
                continue;
            diagnostics_.push_back({place->second, std::move(message)});
            return;
        }
    }

    Config config_;
    Diagnostics diagnostics_;
};

Result<Config> load_all(const Paths &paths, const std::string *own_text) {
    Loader loader;
    if (const auto added = loader.add_file(paths.main_file()); !added)
        return added.error();
    const auto dropins = list_dropins(paths);
    if (!dropins)
        return dropins.error();
    for (const std::filesystem::path &file : *dropins) {
        if (own_text != nullptr && file == paths.own_file())
            loader.add_text(file, *own_text);
        else if (const auto added = loader.add_file(file); !added)
            return added.error();
    }
    return loader.finish();
}

} // namespace

Result<Config> load(const Paths &paths) {
    return load_all(paths, nullptr);
}

Result<Config> load_with_own(const Paths &paths, const std::string &own_text) {
    return load_all(paths, &own_text);
}

Result<Config> load_own(const Paths &paths) {
    Loader loader;
    if (const auto added = loader.add_file(paths.own_file()); !added)
        return added.error();
    return loader.unchecked();
}

Result<Config> load_single(const std::filesystem::path &file) {
    Loader loader;
    const auto added = loader.add_file(file);
    if (!added)
        return added.error();
    if (!*added)
        return Error{ExitCode::no_root, fmt::format("{}: no such file", file.string()),
                     "give the configuration file to check"};
    return loader.finish();
}

Result<Config> load_text(const std::string &text) {
    Loader loader;
    loader.add_text("(text)", text);
    return loader.finish();
}

} // namespace khttpd::config
