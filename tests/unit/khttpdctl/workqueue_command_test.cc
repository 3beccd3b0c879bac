// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/khttpd.h>

#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "model/cpumask.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::CliTest;
using test::own;
using testing::AllOf;
using testing::HasSubstr;

constexpr const char *cold_mask = "workqueues/khttpd-cold.0/cpumask";

TEST(CpuMask, IsBroughtIntoOneForm) {
    for (const auto &[text, wanted] :
         std::map<std::string, std::string>{{"f", "f"},
                                            {"0F\n", "f"},
                                            {"0x3", "3"},
                                            {"00000000,0000000f\n", "f"},
                                            {"1,00000000", "1,00000000"},
                                            {"00000001,0", "1,00000000"}})
        EXPECT_EQ(canonical_cpumask(text), wanted) << text;
    for (const char *text : {"", "0", "g", "1 2", ",1", "1,", "123456789", "00000000,0", "-1"})
        EXPECT_EQ(canonical_cpumask(text), std::nullopt) << text;
}

class WorkqueueCommand : public CliTest {
  protected:
    WorkqueueCommand() {
        write_valid_config();
        kernel_.server.workqueues = {"khttpd-hot.0", "khttpd-cold.0"};
    }

    /// Shows the cold workqueue, as the kernel does.
    void show_cold(const std::string &mask) { directory_.write(cold_mask, mask); }
};

TEST_F(WorkqueueCommand, SetsAllOfAQueueAtOnce) {
    ASSERT_EQ(run({"apply"}), 0);
    show_cold("f\n");
    EXPECT_EQ(run({"wq", "set", "cold", "--flags", "unbound,sysfs", "--max-active", "7",
                   "--cpumask", "3"}),
              0);
    EXPECT_EQ(out(), "workqueue.cold.flags: saved; applied to the running server\n"
                     "workqueue.cold.max-active: saved; applied to the running server\n"
                     "workqueue.cold.cpumask: saved; applied to the running server\n");
    EXPECT_EQ(kernel_.server.settings.cold_max_active, 7U);
    EXPECT_EQ(flags_text(kernel_.server.settings.cold_flags), "unbound sysfs");
    EXPECT_THAT(directory_.read(cold_mask), testing::StartsWith("3"));
    EXPECT_EQ(run({"get", "workqueue.cold.cpumask"}), 0);
    EXPECT_EQ(out(), "3\n");
}

TEST_F(WorkqueueCommand, PutsBackAMaskThatAnotherQueueHasNot) {
    directory_.write("khttpd.conf.d/10.conf",
                     "[workqueue.cold]\nflags = ['sysfs']\ncpumask = '00000000,00000003'\n");
    show_cold("f");
    ASSERT_EQ(run({"apply"}), 0);
    EXPECT_EQ(directory_.read(cold_mask), "3");
    show_cold("f");
    EXPECT_EQ(run({"diff"}), 1);
    EXPECT_EQ(out(), "workqueue.cold.cpumask: f -> 3\n");
    ASSERT_EQ(run({"set", "workqueue.cold.max-active", "5"}), 0);
    EXPECT_EQ(directory_.read(cold_mask), "3");
    EXPECT_EQ(run({"diff"}), 0);
    // Nothing else touches it.
    show_cold("f");
    ASSERT_EQ(run({"set", "limits.fields", "5"}), 0);
    EXPECT_EQ(directory_.read(cold_mask), "f");
}

TEST_F(WorkqueueCommand, SetsAMaskAtRuntime) {
    ASSERT_EQ(run({"apply"}), 0);
    const auto changes = kernel_.changes.size();
    EXPECT_EQ(run({"wq", "set", "cold", "--cpumask", "1", "--runtime"}), 69);
    EXPECT_THAT(err(), AllOf(HasSubstr("error: workqueue.cold.cpumask: cannot be 1: "),
                             HasSubstr("hint: the kernel shows a workqueue only with the flags "
                                       "unbound and sysfs")));
    show_cold("f");
    EXPECT_EQ(run({"wq", "set", "cold", "--cpumask", "1", "--runtime"}), 0);
    EXPECT_EQ(directory_.read(cold_mask), "1");
    EXPECT_EQ(kernel_.changes.size(), changes);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(WorkqueueCommand, TakesTheRestBackWithAMaskThatIsRefused) {
    directory_.write("khttpd.conf.d/10.conf", "[workqueue.cold]\nflags = ['sysfs']\n"
                                              "[[vhost]]\nnames = ['a.example']\n");
    ASSERT_EQ(run({"apply"}), 0);
    const Settings before = kernel_.server.settings;
    // The kernel does not show the workqueue.
    EXPECT_EQ(run({"wq", "set", "cold", "--max-active", "7", "--cpumask", "3"}), 69);
    EXPECT_THAT(err(), AllOf(HasSubstr("warning: the change was taken back: the server is as it "
                                       "was\n"),
                             HasSubstr("error: workqueue.cold.cpumask: cannot be 3: ")));
    EXPECT_TRUE(difference(kernel_.server.settings, before).empty());
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
    directory_.write("khttpd.conf.d/20.conf", "[limits]\nfields = 7\n"
                                              "[workqueue.cold]\ncpumask = '3'\n");
    EXPECT_EQ(run({"apply"}), 69);
    EXPECT_THAT(err(), HasSubstr("warning: the change was taken back"));
    EXPECT_TRUE(difference(kernel_.server.settings, before).empty());
    EXPECT_EQ(kernel_.server.state, KHTTPD_STATE_RUNNING);
}

TEST_F(WorkqueueCommand, TakesAStartBackWithAMaskThatIsRefused) {
    directory_.write("khttpd.conf.d/10.conf", "[workqueue.cold]\nflags = ['sysfs']\n"
                                              "cpumask = '3'\n");
    EXPECT_EQ(run({"apply"}), 69);
    EXPECT_THAT(err(), HasSubstr("warning: the change was taken back"));
    EXPECT_EQ(kernel_.server.state, KHTTPD_STATE_STOPPED);
}

TEST_F(WorkqueueCommand, PutsBackTheOtherMaskWithOneThatIsRefused) {
    directory_.write("khttpd.conf.d/10.conf",
                     "[workqueue.hot]\nflags = ['unbound', 'sysfs']\ncpumask = '1'\n"
                     "[workqueue.cold]\nflags = ['sysfs']\ncpumask = 'f'\n");
    directory_.write("workqueues/khttpd-hot.0/cpumask", "1");
    show_cold("f");
    ASSERT_EQ(run({"apply"}), 0);
    directory_.write("khttpd.conf.d/20.conf", "[workqueue.hot]\ncpumask = '2'\n"
                                              "[workqueue.cold]\ncpumask = '3'\n");
    std::filesystem::remove(directory_ / cold_mask);
    EXPECT_EQ(run({"apply"}), 69);
    EXPECT_EQ(directory_.read("workqueues/khttpd-hot.0/cpumask"), "1");
}

TEST_F(WorkqueueCommand, TellsWhatCouldNotBeTakenBack) {
    directory_.write("khttpd.conf.d/10.conf", "[workqueue.cold]\nflags = ['sysfs']\n");
    ASSERT_EQ(run({"apply"}), 0);
    // Somebody else changes the server in between.
    kernel_.on_get = [this] {
        if (kernel_.server.settings.cold_max_active == 7)
            ++kernel_.server.generation;
    };
    EXPECT_EQ(run({"wq", "set", "cold", "--max-active", "7", "--cpumask", "3"}), 69);
    EXPECT_THAT(err(), HasSubstr("warning: all else was applied, and could not be taken back: "));
    EXPECT_EQ(kernel_.server.settings.cold_max_active, 7U);
}

TEST_F(WorkqueueCommand, RefusesWhatIsWrong) {
    EXPECT_EQ(run({"wq", "set", "cld", "--max-active", "5"}), 64);
    EXPECT_THAT(err(), HasSubstr("did you mean 'cold'?"));
    EXPECT_EQ(run({"wq", "set", "hot"}), 64);
    EXPECT_EQ(run({"wq", "set", "hot", "--flags", "higpri"}), 64);
    EXPECT_THAT(err(), HasSubstr("did you mean 'highpri'?"));
    EXPECT_EQ(run({"wq", "set", "hot", "--max-active", "513"}), 64);
    EXPECT_EQ(run({"wq", "set", "hot", "--cpumask", "x"}), 64);
    EXPECT_EQ(run({"wq", "set", "hot", "--cpumask", "1"}), 78);
    EXPECT_THAT(err(), HasSubstr("workqueue.hot.cpumask: needs the flags unbound sysfs"));
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

TEST_F(WorkqueueCommand, ShowsWhatIsSavedAndWhatRuns) {
    EXPECT_EQ(run({"wq", "show"}), 0);
    EXPECT_EQ(out(), "hot   (not running)\n  flags       none\n  max-active  0\n"
                     "  cpumask     any\n"
                     "cold  (not running)\n  flags       unbound\n  max-active  0\n"
                     "  cpumask     any\n");
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_EQ(run({"wq", "set", "hot", "--flags", "highpri", "--runtime"}), 0);
    show_cold("f");
    EXPECT_EQ(run({"wq", "show"}), 0);
    EXPECT_THAT(out(), AllOf(HasSubstr("hot   khttpd-hot.0\n"
                                       "  flags       none  # in the kernel: highpri\n"),
                             HasSubstr("  cpumask     f\n")));
    EXPECT_EQ(run({"wq", "show", "--json"}), 0);
    const json shown = json::parse(out());
    EXPECT_EQ(shown["hot"]["name"], "khttpd-hot.0");
    EXPECT_EQ(shown["hot"]["saved"]["flags"], json::array());
    EXPECT_EQ(shown["hot"]["running"]["flags"], json({"highpri"}));
    EXPECT_EQ(shown["cold"]["saved"]["cpumask"], nullptr);
    EXPECT_EQ(shown["cold"]["running"]["cpumask"], "f");
    EXPECT_EQ(run({"wq", "set", "hot", "--flags", "", "--runtime"}), 0) << err();
    EXPECT_EQ(kernel_.server.settings.hot_flags, 0U);
}

class TimeoutCommand : public CliTest {
  protected:
    TimeoutCommand() { write_valid_config(); }
};

TEST_F(TimeoutCommand, SetsSeveralAtOnce) {
    ASSERT_EQ(run({"apply"}), 0);
    const auto changes = kernel_.changes.size();
    EXPECT_EQ(
        run({"timeout", "set", "send=2500ms", "head=3s", "idle-ms=15000", "linger=1m", "drain=0"}),
        0);
    EXPECT_EQ(kernel_.changes.size(), changes + 1);
    EXPECT_EQ(kernel_.server.settings.send_ms, 2500U);
    EXPECT_EQ(kernel_.server.settings.head_ms, 3000U);
    EXPECT_EQ(kernel_.server.settings.idle_ms, 15000U);
    EXPECT_EQ(kernel_.server.settings.linger_ms, 60000U);
    EXPECT_EQ(kernel_.server.settings.drain_ms, 0U);
    EXPECT_EQ(run({"diff"}), 0);
}

TEST_F(TimeoutCommand, ShowsWhatIsSavedAndWhatRuns) {
    ASSERT_EQ(run({"apply"}), 0);
    ASSERT_EQ(run({"timeout", "set", "idle=15s", "--runtime"}), 0);
    EXPECT_EQ(run({"timeout", "show"}), 0);
    EXPECT_EQ(out(), "head       10000 ms\nidle       60000 ms  # in the kernel: 15000 ms\n"
                     "send       30000 ms\nlinger      5000 ms\ndrain       5000 ms\n");
    EXPECT_EQ(run({"timeout", "show", "--json"}), 0);
    const json shown = json::parse(out())["timeouts"];
    EXPECT_EQ(shown["idle"]["saved_ms"], 60000);
    EXPECT_EQ(shown["idle"]["running_ms"], 15000);
    module_ = host::ModuleState::installed;
    EXPECT_EQ(run({"timeout", "show", "--json"}), 0);
    EXPECT_EQ(json::parse(out())["timeouts"]["head"]["running_ms"], nullptr);
}

TEST_F(TimeoutCommand, RefusesWhatIsWrong) {
    for (const char *text :
         {"idle", "idle=", "idle=x", "idle=1y", "idle=99", "idle=25h", "=5s", "drain=-1",
          "drain=25h", "idle=99999999999999999999", "idle=9223372036854775807w"})
        EXPECT_EQ(run({"timeout", "set", text}), 64) << text;
    EXPECT_EQ(run({"timeout", "set", "idel=5s"}), 64);
    EXPECT_THAT(err(), AllOf(HasSubstr("did you mean 'idle'?"), HasSubstr("hint: ")));
    EXPECT_EQ(run({"timeout", "set", "idle=5s", "idle-ms=6s"}), 64);
    EXPECT_FALSE(std::filesystem::exists(directory_ / own));
}

} // namespace
} // namespace khttpd
