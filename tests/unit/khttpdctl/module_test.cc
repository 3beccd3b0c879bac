// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/module.h"
#include "temp_dir.h"

namespace khttpd::host {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Module : public testing::Test {
  protected:
    test::TempDir root_;
    ModulePlaces places_{.release = "6.1.0-test",
                         .sys_module = root_ / "sys",
                         .lib_modules = root_ / "lib",
                         .sources = root_ / "src",
                         .modprobe = {root_ / "modprobe.d"},
                         .dkms = root_ / "dkms",
                         .efivars = root_ / "efivars",
                         .lockdown = root_ / "lockdown"};
};

TEST_F(Module, IsNotInstalled) {
    EXPECT_EQ(module_state(places_), ModuleState::missing);
    const Error error = explain_absence(places_);
    EXPECT_EQ(error.code, ExitCode::unavailable);
    EXPECT_THAT(error.hint, StartsWith("apt install khttpd-dkms; 'khttpdctl doctor'"));
}

TEST_F(Module, IsNotBuiltForLackOfHeaders) {
    root_.make_directory("src/khttpd-0.1.0");
    root_.write("lib/5.0/updates/dkms/khttpd.ko", "");
    EXPECT_EQ(module_state(places_), ModuleState::missing);
    const Error error = explain_absence(places_);
    EXPECT_EQ(error.code, ExitCode::unavailable);
    EXPECT_THAT(error.message, HasSubstr("headers"));
    EXPECT_THAT(error.hint, StartsWith("apt install linux-headers-6.1.0-test;"));
}

TEST_F(Module, IsNotBuiltDespiteHeaders) {
    root_.make_directory("src/khttpd-0.1.0");
    root_.make_directory("lib/6.1.0-test/build");
    const Error error = explain_absence(places_);
    EXPECT_THAT(error.message, HasSubstr("not built for the running kernel 6.1.0-test"));
    EXPECT_THAT(error.hint, HasSubstr("dkms"));
}

TEST_F(Module, IsBuiltButCannotBeLoaded) {
    root_.write("lib/6.1.0-test/updates/dkms/khttpd.ko.xz", "");
    EXPECT_EQ(module_state(places_), ModuleState::installed);
    const Error error = explain_absence(places_);
    EXPECT_EQ(error.code, ExitCode::unavailable);
    EXPECT_THAT(error.message, HasSubstr("could not be loaded"));
    EXPECT_THAT(error.hint, HasSubstr("modprobe khttpd"));
    EXPECT_THAT(error.hint, HasSubstr("khttpdctl doctor"));
}

TEST_F(Module, IsNotBuiltBecauseThatFailed) {
    root_.make_directory("src/khttpd-0.1.0");
    root_.make_directory("lib/6.1.0-test/build");
    const auto log = root_.write("dkms/khttpd/0.1.0/build/make.log",
                                 "DKMS make.log for khttpd-0.1.0 for kernel 6.1.0-test (x86_64)\n"
                                 "a.c:1:1: error: no\n");
    EXPECT_THAT(explain_absence(places_).message, HasSubstr("a.c:1:1: error: no"));
    EXPECT_THAT(explain_absence(places_).hint, HasSubstr(log.string()));
}

TEST_F(Module, IsNotSigned) {
    root_.write("lib/6.1.0-test/updates/dkms/khttpd.ko", "");
    root_.write("lockdown", "none [integrity] confidentiality\n");
    EXPECT_THAT(explain_absence(places_).hint, HasSubstr("mokutil --import"));
}

TEST_F(Module, IsBlacklisted) {
    root_.write("lib/6.1.0-test/extra/khttpd.ko", "");
    const auto file =
        root_.write("modprobe.d/local.conf", "# blacklist khttpd\n  blacklist  khttpd\n");
    EXPECT_THAT(explain_absence(places_).message, HasSubstr(file.string() + ":2"));
}

TEST_F(Module, IsLoaded) {
    root_.make_directory("sys/khttpd");
    EXPECT_EQ(module_state(places_), ModuleState::loaded);
    EXPECT_EQ(explain_absence(places_).code, ExitCode::temporary);
}

TEST_F(Module, IsNotAnyFileOfALikeName) {
    root_.write("lib/6.1.0-test/extra/khttpd.kott", "");
    EXPECT_EQ(module_state(places_), ModuleState::missing);
}

} // namespace
} // namespace khttpd::host
