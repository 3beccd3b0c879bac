// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/parse.h"

#include <functional>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/ostream.h>

#include "base/nearest.h"
#include "cli/commands.h"
#include "cli/completion.h"

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
        given_netns_ = app_.add_option("--netns", netns_,
                                       "Control the server of the network namespace NAME, "
                                       "configured in /etc/khttpd/netns/NAME")
                           ->type_name("NAME");
        app_.add_flag("-v,--verbose", context_.verbose, "Tell more");
        app_.add_flag("-q,--quiet", context_.quiet,
                      "Tell nothing but results that were asked for, "
                      "warnings and errors");
        app_.add_flag("--no-color", no_color_, "Use no colours");
        add_configuration_commands();
        add_listener_commands();
        add_vhost_commands();
        add_workqueue_commands();
        add_timeout_commands();
        add_server_commands();
        add_drain_command();
        add_information_commands();
        add_cache_commands();
        add_connection_commands();
        add_log_command();
        add_bench_command();
    }

    int run(int argc, const char *const *argv) {
        // What the completion scripts ask; its words are no command line yet.
        if (argc > 1 && std::string_view{argv[1]} == "__complete") {
            print_candidates(context_.out, app_, context_.paths, {argv + 2, argv + argc});
            return 0;
        }
        try {
            app_.parse(argc, argv);
        } catch (const CLI::Success &) {
            fmt::print(context_.out, "{}", app_.help());
            return 0;
        } catch (const CLI::ParseError &error) {
            context_.report(usage_error(error));
            return static_cast<int>(ExitCode::usage);
        }
        if (given_netns_->count() > 0)
            if (const auto entered = context_.enter(netns_); !entered) {
                context_.report(entered.error());
                return static_cast<int>(entered.error().code);
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
        command->callback([this, action] {
            // Of a command within a command, which is called first, it is the inner one's.
            if (!action_)
                action_ = action;
        });
        return command;
    }

    static void add_json(CLI::App *command, bool &json) {
        command->add_flag("--json", json, "Print JSON");
    }

    /// An option for which an empty word is a value, too, as it would not be for std::optional.
    static void add_word(CLI::App *command, const char *name, std::optional<std::string> &value,
                         const char *description, const char *type) {
        command
            ->add_option_function<std::string>(
                name, [&value](const std::string &text) { value = text; }, description)
            ->type_name(type);
    }

    static CLI::Option *add_expect_generation(CLI::App *command,
                                              std::optional<std::uint64_t> &generation) {
        return command
            ->add_option("--expect-generation", generation,
                         "Change nothing unless the server is of generation N")
            ->type_name("N");
    }

    static void add_edit_options(CLI::App *command, EditOptions &edit) {
        CLI::Option *runtime = command->add_flag("--runtime", edit.runtime,
                                                 "Change the running server alone, save nothing");
        add_expect_generation(command, edit.expect_generation)->needs(runtime);
        add_json(command, edit.json);
    }

    void add_configuration_commands() {
        CLI::App *set_root = add("set-root", "Serve the files beneath DIR", [this] {
            set_.key = "server.root";
            return cli::set(context_, set_);
        });
        set_root->add_option("DIR", set_.value, "The document root")->required();
        add_edit_options(set_root, set_.edit);

        CLI::App *get = add("get", "Show settings", [this] { return cli::get(context_, get_); });
        get->add_option("KEY", get_.key, "One setting alone, such as limits.connections");
        add_json(get, get_.json);

        CLI::App *set = add("set", "Change a setting", [this] { return cli::set(context_, set_); });
        set->add_option("KEY", set_.key, "The setting, such as limits.connections")->required();
        set->add_option("VALUE", set_.value, "Its value")->required();
        add_edit_options(set, set_.edit);

        CLI::App *unset = add("unset", "Take back what set has saved",
                              [this] { return cli::unset(context_, unset_); });
        unset->add_option("KEY", unset_.key, "The setting, such as limits.connections")->required();
        add_json(unset, unset_.json);

        CLI::App *check = add("check", "Check the configuration without the kernel",
                              [this] { return cli::check(context_, check_); });
        check->add_option("-c,--config", check_.file, "Check FILE alone")->type_name("FILE");
        add_json(check, check_.json);

        CLI::App *apply =
            add("apply", "Make the kernel's configuration that of the files, and start",
                [this] { return cli::apply(context_, apply_); });
        apply->add_flag("--dry-run", apply_.dry_run, "Only show what would be changed");
        add_expect_generation(apply, apply_.expect_generation);
        add_json(apply, apply_.json);

        CLI::App *diff = add("diff", "Show how the running server differs from the files",
                             [this] { return cli::diff(context_, diff_); });
        add_json(diff, diff_.json);

        CLI::App *show = add("show-config", "Show the whole configuration as a file would say it",
                             [this] { return cli::show_config(context_, show_config_); });
        show->add_flag("--running", show_config_.running, "That of the running server");
        add_json(show, show_config_.json);
    }

    void add_listener_commands() {
        CLI::App *listener = app_.add_subcommand("listener", "Choose where the server listens");
        listener->fallthrough();
        listener->require_subcommand(1);
        CLI::App *add_one = add(*listener, "add", "Listen on one more address",
                                [this] { return cli::listener_add(context_, listener_add_); });
        add_endpoint(add_one, listener_add_.endpoint);
        add_one->add_flag("--v6only", listener_add_.listener.v6only, "Leave IPv4 alone");
        for (const ListenerNumber &number : listener_numbers)
            add_one
                ->add_option(fmt::format("--{}", number.name), listener_add_.listener.*number.value,
                             "As in khttpd.conf(5)")
                ->check(CLI::Range(number.min, number.max))
                ->type_name("N");
        add_edit_options(add_one, listener_add_.edit);
        CLI::App *del = add(*listener, "del", "Listen on one address less",
                            [this] { return cli::listener_del(context_, listener_del_); });
        add_endpoint(del, listener_del_.endpoint);
        add_edit_options(del, listener_del_.edit);
        CLI::App *list = add(*listener, "list", "Show where the server listens",
                             [this] { return cli::listener_list(context_, listener_list_); });
        add_json(list, listener_list_.json);
    }

    static void add_endpoint(CLI::App *command, std::string &endpoint) {
        command->add_option("ENDPOINT", endpoint, "ADDRESS:PORT or [ADDRESS]:PORT")->required();
    }

    void add_workqueue_commands() {
        CLI::App *wq = app_.add_subcommand("wq", "Choose how the workqueues work");
        wq->fallthrough();
        wq->require_subcommand(1);
        CLI::App *show = add(*wq, "show", "Show the workqueues of the server",
                             [this] { return cli::wq_show(context_, wq_show_); });
        add_json(show, wq_show_.json);
        CLI::App *set = add(*wq, "set", "Change a workqueue",
                            [this] { return cli::wq_set(context_, wq_set_); });
        set->add_option("QUEUE", wq_set_.queue, "hot or cold")->required();
        add_word(set, "--flags", wq_set_.flags, "All of its flags, with blanks or commas", "FLAGS");
        add_word(set, "--max-active", wq_set_.max_active, "Work items that run at once", "N");
        add_word(set, "--cpumask", wq_set_.cpumask, "The CPUs that it uses", "MASK");
        add_edit_options(set, wq_set_.edit);
    }

    void add_timeout_commands() {
        CLI::App *timeout = app_.add_subcommand("timeout", "Choose how long clients may take");
        timeout->fallthrough();
        timeout->require_subcommand(1);
        CLI::App *show = add(*timeout, "show", "Show the timeouts",
                             [this] { return cli::timeout_show(context_, timeout_show_); });
        add_json(show, timeout_show_.json);
        CLI::App *set = add(*timeout, "set", "Change timeouts",
                            [this] { return cli::timeout_set(context_, timeout_set_); });
        set->add_option("NAME=TIME", timeout_set_.values, "Such as idle=15s or head=2500ms")
            ->required();
        add_edit_options(set, timeout_set_.edit);
    }

    void add_vhost_commands() {
        CLI::App *vhost = app_.add_subcommand("vhost", "Choose which hosts are served");
        vhost->fallthrough();
        vhost->require_subcommand(1);
        CLI::App *add_one = add(*vhost, "add", "Serve one more virtual host",
                                [this] { return cli::vhost_add(context_, vhost_add_); });
        add_one->add_option("NAME", vhost_add_.names, "Its names")->required();
        add_one->add_option("--root", vhost_add_.root, "Its document root")->type_name("DIR");
        add_one->add_option("--set", vhost_add_.values, "A setting as in [site]; can be repeated")
            ->allow_extra_args(false)
            ->type_name("KEY=VALUE");
        add_edit_options(add_one, vhost_add_.edit);
        CLI::App *del = add(*vhost, "del", "Serve one virtual host less",
                            [this] { return cli::vhost_del(context_, vhost_del_); });
        del->add_option("NAME", vhost_del_.name, "One of its names")->required();
        add_edit_options(del, vhost_del_.edit);
        CLI::App *list = add(*vhost, "list", "Show the virtual hosts of the server",
                             [this] { return cli::vhost_list(context_, vhost_list_); });
        add_json(list, vhost_list_.json);
    }

    void add_server_commands() {
        add("start", "Start the server without the service manager",
            [this] { return cli::start(context_); });
        CLI::App *stop =
            add("stop", "Stop the server", [this] { return cli::stop(context_, stop_); });
        stop->add_flag("--now", stop_.now, "Cut off the requests that are being answered");
        add("daemon", "Start and supervise the server, for the service manager",
            [this] { return cli::daemon(context_); });
    }

    void add_drain_command() {
        CLI::App *drain =
            add("drain", "Part with the clients before a stop, and wait until all have gone",
                [this] { return cli::drain(context_, drain_); });
        CLI::Option *grace = drain->add_option("--grace", drain_.grace, "Wait for TIME at least")
                                 ->capture_default_str()
                                 ->type_name("TIME");
        CLI::Option *timeout =
            drain->add_option("--timeout", drain_.timeout, "Wait for TIME at most")
                ->capture_default_str()
                ->type_name("TIME");
        CLI::Option *no_wait = drain
                                   ->add_flag_callback(
                                       "--no-wait", [this] { drain_.wait = false; }, "Do not wait")
                                   ->excludes(grace)
                                   ->excludes(timeout);
        drain->add_flag("--off", drain_.off, "End it: leave connections open as before")
            ->excludes(grace)
            ->excludes(timeout)
            ->excludes(no_wait);
    }

    void add_connection_commands() {
        CLI::App *connections = add("connections", "Show the connections that are open",
                                    [this] { return cli::connections(context_, connections_); });
        add_word(connections, "--from", connections_.from,
                 "Those from an address, or from a block of addresses", "ADDRESS[/BITS]");
        add_word(connections, "--port", connections_.port, "Those from this port, or from these",
                 "N[-M]");
        add_word(connections, "--local-port", connections_.local_port, "Those to this port", "N");
        add_word(connections, "--state", connections_.state,
                 "Those in one of these states, such as idle,head", "STATES");
        add_word(connections, "--older-than", connections_.older_than, "Those that are older",
                 "TIME");
        add_json(connections, connections_.json);
        CLI::App *kill = add(*connections, "kill", "End connections at once", [this] {
            return cli::connections_kill(context_, connections_, all_connections_);
        });
        kill->footer("The options of 'khttpdctl connections' say which.");
        kill->add_flag("--all", all_connections_, "All that there are");
        add_json(kill, connections_.json);
    }

    void add_information_commands() {
        CLI::App *status = add("status", "Show whether the server runs",
                               [this] { return cli::status(context_, status_); });
        add_json(status, status_.json);

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

        CLI::App *monitor = add("monitor", "Tell what happens to the server, as it happens",
                                [this] { return cli::monitor(context_, monitor_); });
        monitor->add_option("-n,--count", monitor_.count, "Stop after N events")
            ->check(CLI::PositiveNumber)
            ->type_name("N");
        add_json(monitor, monitor_.json);

        CLI::App *doctor = add("doctor", "Find out why the server does not run, and what helps",
                               [this] { return cli::doctor(context_, doctor_); });
        add_json(doctor, doctor_.json);

        CLI::App *completion = add("completion", "Print a script that lets a shell complete words",
                                   [this] { return cli::completion(context_, completion_); });
        completion->add_option("SHELL", completion_.shell, "The shell that it is for")
            ->required()
            ->check(CLI::IsMember(std::vector<std::string>{std::begin(completion_shells),
                                                           std::end(completion_shells)}));

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

    void add_log_command() {
        CLI::App *log = add("log", "Show the end of the access log",
                            [this] { return cli::log(context_, log_); });
        log->add_option("-n,--lines", log_.lines, "So many lines of it")
            ->capture_default_str()
            ->type_name("N");
        log->add_flag("-f,--follow", log_.follow, "Go on with what is appended");
        log->add_option("--file", log_.file, "That of FILE instead of the service's")
            ->type_name("FILE");
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
    std::string netns_;
    CLI::Option *given_netns_ = nullptr;
    bool no_color_ = false;
    ApplyOptions apply_;
    DiffOptions diff_;
    ShowConfigOptions show_config_;
    SetOptions set_;
    UnsetOptions unset_;
    GetOptions get_;
    StopOptions stop_;
    DrainOptions drain_;
    StatusOptions status_;
    ListenerAddOptions listener_add_;
    ListenerDelOptions listener_del_;
    ListenerListOptions listener_list_;
    WqShowOptions wq_show_;
    WqSetOptions wq_set_;
    TimeoutShowOptions timeout_show_;
    TimeoutSetOptions timeout_set_;
    VhostAddOptions vhost_add_;
    VhostDelOptions vhost_del_;
    VhostListOptions vhost_list_;
    CacheStatsOptions cache_stats_;
    CacheListOptions cache_list_;
    CacheFlushOptions cache_flush_;
    ConnectionsOptions connections_;
    bool all_connections_ = false;
    LogOptions log_;
    BenchOptions bench_;
    MimeOptions mime_;
    StatsOptions stats_;
    MonitorOptions monitor_;
    CheckOptions check_;
    DoctorOptions doctor_;
    CompletionOptions completion_;
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
