// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli_fixture.h"

#include "cli/parse.h"

namespace khttpd::test {

CliTest::CliTest() : www_(directory_.make_directory("www").string()) {
    machine_.places = {.release = "6.1.0-test",
                       .sys_module = directory_ / "sys",
                       .lib_modules = directory_ / "lib",
                       .sources = directory_ / "src",
                       .modprobe = {},
                       .dkms = directory_ / "dkms",
                       .efivars = directory_ / "efivars",
                       .lockdown = directory_ / "lockdown"};
    machine_.proc = directory_ / "proc";
    machine_.command = [](const auto &) { return std::nullopt; };
}

int CliTest::run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    cli::Context context{
        .out = out_,
        .err = err_,
        .connect = [this]() -> Result<std::unique_ptr<netlink::Transport>> {
            if (module_ == host::ModuleState::missing)
                return Error{ExitCode::unavailable, "the khttpd module is not installed",
                             "apt install khttpd-dkms"};
            module_ = host::ModuleState::loaded;
            return kernel_.connect();
        },
        .module_state = [this] { return module_; },
        .has_unit = [this] { return unit_; },
        .namespaces = host::NetworkNamespaces{directory_ / "run-netns"},
        .machine = [this] { return machine_; },
        .terminal = terminal_,
    };
    context.paths.workqueues = directory_ / "workqueues";
    arguments.insert(arguments.begin(), {"khttpdctl", "--config-dir", directory_.path().string()});
    std::vector<const char *> argv;
    for (const std::string &argument : arguments)
        argv.push_back(argument.c_str());
    return cli::run(static_cast<int>(argv.size()), argv.data(), context);
}

void CliTest::start() {
    ASSERT_EQ(run({"apply"}), 0) << err();
}

std::string CliTest::value(const std::string &key) {
    EXPECT_EQ(run({"get", key}), 0) << err();
    return out();
}

void CliTest::name_netns(const std::string &name) const {
    directory_.make_directory("run-netns");
    std::filesystem::create_symlink("/proc/self/ns/net", directory_ / ("run-netns/" + name));
}

std::string CliTest::valid_config() const {
    return "[mime]\nfile = '" + (directory_ / "mime.types").string() + "'\n[server]\nroot = '" +
           www_ + "'\nuser = '54321'\ngroup = '54321'\n";
}

void CliTest::write_valid_config() {
    directory_.write("mime.types", "text/html html htm\n");
    directory_.write("khttpd.conf", valid_config());
}

} // namespace khttpd::test
