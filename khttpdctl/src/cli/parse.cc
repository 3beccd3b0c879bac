// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/parse.h"

#include <functional>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/nearest.h"
#include "cli/commands.h"

namespace khttpd::cli {
namespace {

/// The command line: CLI11 fills the options of all commands and chooses one of them.
class CommandLine {
  public:
    explicit CommandLine(Context &context) : context_(context) {
        app_.name("khttpdctl");
        app_.description("Control khttpd, the HTTP server in the kernel.");
        app_.footer("See khttpdctl(8).");
        app_.require_subcommand(1);
        app_.fallthrough();
        app_.set_help_flag("-h,--help", "Show what can be given, and exit");
        app_.add_option("--config-dir", config_dir_, "Read and write DIR instead of /etc/khttpd")
            ->type_name("DIR");
        app_.add_flag("-v,--verbose", context_.verbose, "Tell more");
        app_.add_flag("-q,--quiet", context_.quiet,
                      "Tell nothing but results that were asked for, "
                      "warnings and errors");
        app_.add_flag("--no-color", no_color_, "Use no colours");
        add_configuration_commands();
        add_server_commands();
        add_information_commands();
        add_cache_commands();
        add_bench_command();
    }

    int run(int argc, const char *const *argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::Success &) {
            fmt::print(context_.out, "{}", app_.help());
            return 0;
        } catch (const CLI::ParseError &error) {
            context_.report(usage_error(error));
            return static_cast<int>(ExitCode::usage);
        }
        if (!config_dir_.empty())
            context_.paths.directory = config_dir_;
        context_.color = context_.color && !no_color_;

        const auto status = action_();
        if (!status) {
            context_.report(status.error());
            return static_cast<int>(status.error().code);
        }
        return *status;
    }

  private:
    using Action = std::function<Result<int>()>;

    CLI::App *add(const char *name, const char *description, Action action) {
        return add(app_, name, description, std::move(action));
    }

    CLI::App *add(CLI::App &to, const char *name, const char *description, Action action) {
        CLI::App *command = to.add_subcommand(name, description);
        command->fallthrough();
        command->callback([this, action] { action_ = action; });
        return command;
    }

    static void add_json(CLI::App *command, bool &json) {
        command->add_flag("--json", json, "Print JSON");
    }

    void add_configuration_commands() {
        CLI::App *set_root = add("set-root", "Serve the files beneath DIR", [this] {
            set_.key = "server.root";
            return cli::set(context_, set_);
        });
        set_root->add_option("DIR", set_.value, "The document root")->required();
        set_root->add_flag("--runtime", set_.runtime,
                           "Change the running server alone, save nothing");

        CLI::App *get = add("get", "Show settings", [this] { return cli::get(context_, get_); });
        get->add_option("KEY", get_.key, "One setting alone, such as limits.connections");
        add_json(get, get_.json);

        CLI::App *set = add("set", "Change a setting", [this] { return cli::set(context_, set_); });
        set->add_option("KEY", set_.key, "The setting, such as limits.connections")->required();
        set->add_option("VALUE", set_.value, "Its value")->required();
        set->add_flag("--runtime", set_.runtime, "Change the running server alone, save nothing");

        CLI::App *check = add("check", "Check the configuration without the kernel",
                              [this] { return cli::check(context_, check_); });
        check->add_option("-c,--config", check_.file, "Check FILE alone")->type_name("FILE");
        add_json(check, check_.json);

        CLI::App *apply =
            add("apply", "Make the kernel's configuration that of the files, and start",
                [this] { return cli::apply(context_, apply_); });
        apply->add_flag("--dry-run", apply_.dry_run, "Only show what would be changed");
    }

    void add_server_commands() {
        add("start", "Start the server without the service manager",
            [this] { return cli::start(context_); });
        add("stop", "Stop the server", [this] { return cli::stop(context_); });
        add("daemon", "Start and supervise the server, for the service manager",
            [this] { return cli::daemon(context_); });
    }

    void add_information_commands() {
        CLI::App *status = add("status", "Show whether the server runs",
                               [this] { return cli::status(context_, status_); });
        add_json(status, status_.json);

        CLI::App *vhost = app_.add_subcommand("vhost", "Look at virtual hosts");
        vhost->fallthrough();
        vhost->require_subcommand(1);
        CLI::App *vhost_list = add(*vhost, "list", "Show the virtual hosts of the server",
                                   [this] { return cli::vhost_list(context_, vhost_list_); });
        add_json(vhost_list, vhost_list_.json);

        CLI::App *mime = add("mime", "Show which media types the server gives to files",
                             [this] { return cli::mime(context_, mime_); });
        mime->add_option("NAME", mime_.name, "A file name or an extension");
        add_json(mime, mime_.json);

        CLI::App *stats = add("stats", "Show what the server does", [this] {
            stats_.json = stats_.json || format_ == "json";
            stats_.prometheus = format_ == "prometheus";
            if (watch_->count() > 0)
                stats_.interval =
                    std::chrono::milliseconds{static_cast<std::int64_t>(seconds_ * 1000)};
            return cli::stats(context_, stats_);
        });
        watch_ = stats
                     ->add_option("-w,--watch", seconds_,
                                  "Show it again every SECONDS, 1 unless told otherwise")
                     ->expected(0, 1)
                     ->check(CLI::Range(0.1, 86400.0))
                     ->type_name("[SECONDS]");
        stats->add_option("-n,--count", stats_.count, "Stop after N times")
            ->needs(watch_)
            ->check(CLI::PositiveNumber)
            ->type_name("N");
        add_json(stats, stats_.json);
        stats
            ->add_option("--format", format_,
                         "text, json, or prometheus for a file that is collected")
            ->check(CLI::IsMember({"text", "json", "prometheus"}))
            ->excludes(stats->get_option("--json"))
            ->type_name("FORMAT");

        CLI::App *version = add("version", "Show the versions of khttpdctl and of the module",
                                [this] { return cli::version(context_, version_); });
        add_json(version, version_.json);
    }

    void add_cache_commands() {
        CLI::App *cache = app_.add_subcommand("cache", "Look at the cache, and empty it");
        cache->fallthrough();
        cache->require_subcommand(1);
        CLI::App *stats = add(*cache, "stats", "Show how large the cache is, and how it does",
                              [this] { return cli::cache_stats(context_, cache_stats_); });
        add_json(stats, cache_stats_.json);
        CLI::App *list = add(*cache, "list", "Show the responses in the cache",
                             [this] { return cli::cache_list(context_, cache_list_); });
        add_json(list, cache_list_.json);
        CLI::App *flush = add(*cache, "flush", "Drop responses from the cache",
                              [this] { return cli::cache_flush(context_, cache_flush_); });
        flush
            ->add_option("--vhost", cache_flush_.flush.vhost,
                         "Those of the virtual host NAME alone, '' for the default one")
            ->type_name("NAME");
        flush
            ->add_option("--prefix", cache_flush_.flush.prefix,
                         "Those alone whose path begins with PREFIX")
            ->type_name("PREFIX");
        add_json(flush, cache_flush_.json);
    }

    void add_bench_command() {
        CLI::App *bench = add("bench", "Ask a web server as often as it can answer, and measure",
                              [this] { return cli::bench(context_, bench_); });
        bench->add_option("URL", bench_.url, "What to ask for, such as http://127.0.0.1/")
            ->required();
        bench->add_option("-c,--connections", bench_.connections, "Connections at a time")
            ->check(CLI::Range(1, 1000000))
            ->capture_default_str()
            ->type_name("N");
        bench->add_option("-n,--requests", bench_.requests, "End after N requests")
            ->check(CLI::PositiveNumber)
            ->type_name("N");
        bench
            ->add_option("-d,--duration", bench_.seconds,
                         fmt::format("End after SECONDS; {} where no requests are given",
                                     default_bench_seconds))
            ->check(CLI::Range(0.01, 86400.0))
            ->type_name("SECONDS");
        bench->add_option("-t,--threads", bench_.threads, "Threads, each with its connections")
            ->check(CLI::Range(1, 1024))
            ->capture_default_str()
            ->type_name("N");
        CLI::Option *pipeline =
            bench->add_option("--pipeline", bench_.pipeline, "Unanswered requests on a connection")
                ->check(CLI::Range(1, 1024))
                ->capture_default_str()
                ->type_name("N");
        bench
            ->add_flag_callback(
                "--no-keep-alive", [this] { bench_.keep_alive = false; },
                "A connection for each request")
            ->excludes(pipeline);
        bench->add_option("--idle", bench_.idle, "Idle connections beside the others")
            ->check(CLI::Range(0, 1000000))
            ->type_name("N");
        bench->add_option("--header", bench_.headers, "Send this field, too; can be repeated")
            ->allow_extra_args(false)
            ->type_name("'NAME: VALUE'");
        bench->add_option("--timeout", bench_.timeout, "How long a response may take")
            ->check(CLI::Range(0.01, 3600.0))
            ->capture_default_str()
            ->type_name("SECONDS");
        add_json(bench, bench_.json);
    }

    Error usage_error(const CLI::ParseError &error) const {
        const auto chosen = app_.get_subcommands();
        if (!chosen.empty())
            return {ExitCode::usage, error.what(),
                    fmt::format("khttpdctl {} --help", chosen.front()->get_name())};
        const auto extras = app_.remaining();
        return {ExitCode::usage, extras.empty() ? error.what() : unknown_command(extras.front()),
                "khttpdctl --help"};
    }

    std::string unknown_command(const std::string &word) const {
        std::vector<std::string> names;
        for (const CLI::App *command : app_.get_subcommands({}))
            names.push_back(command->get_name());
        const std::vector<std::string_view> views{names.begin(), names.end()};
        return fmt::format("there is no command '{}'{}", word, did_you_mean(word, views));
    }

    Context &context_;
    CLI::App app_;
    Action action_;
    std::string config_dir_;
    bool no_color_ = false;
    ApplyOptions apply_;
    SetOptions set_;
    GetOptions get_;
    StatusOptions status_;
    VhostListOptions vhost_list_;
    CacheStatsOptions cache_stats_;
    CacheListOptions cache_list_;
    CacheFlushOptions cache_flush_;
    BenchOptions bench_;
    MimeOptions mime_;
    StatsOptions stats_;
    CheckOptions check_;
    VersionOptions version_;
    CLI::Option *watch_ = nullptr;
    double seconds_ = 1;
    std::string format_;
};

} // namespace

int run(int argc, const char *const *argv, Context &context) {
    return CommandLine{context}.run(argc, argv);
}

} // namespace khttpd::cli
