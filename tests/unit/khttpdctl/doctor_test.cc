// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "cli_fixture.h"
#include "host/command.h"

namespace khttpd {
namespace {

using nlohmann::json;
using test::CliTest;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// A machine on which everything is fine, for each test to break in one place.
class Doctor : public CliTest {
  protected:
    Doctor() {
        write_valid_config();
        directory_.make_directory("lib/6.1.0-test/build");
        directory_.make_directory("src/khttpd-" KHTTPD_VERSION);
        directory_.write("lib/6.1.0-test/updates/dkms/khttpd.ko", "");
        directory_.write("sys/khttpd/version", KHTTPD_VERSION "\n");
        directory_.write("proc/self/status", "Name:\tx\nCapEff:\t0000000000001000\n");
        machine_.places.modprobe = {directory_.make_directory("modprobe.d")};
        machine_.command = [this](const std::vector<std::string> &words) {
            return answers_[words[0] + " " + words[1]];
        };
        unit_ = true;
        kernel_.server.state = KHTTPD_STATE_RUNNING;
        kernel_.server.settings.root = www_;
        kernel_.server.settings.listeners = {Listener{}};
    }

    /// What the check of that name says, its lines joined.
    std::string say(const std::string &check) {
        run({"doctor"});
        std::istringstream lines{out()};
        std::string said;
        bool within = false;
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("hint: "))
                within = line.substr(6).starts_with(check + " ");
            if (within)
                said += line + "\n";
        }
        return said;
    }

    /// The server, and with it the module, is not there.
    void unload() {
        std::filesystem::remove_all(directory_ / "sys/khttpd");
        module_ = host::ModuleState::installed;
    }

    void listen(const std::string &line) {
        directory_.write("proc/net/tcp", "  sl  local_address …\n" + line + "\n");
    }

    std::map<std::string, std::optional<std::string>> answers_ = {
        {"modinfo -F", KHTTPD_VERSION},
        {"systemctl is-enabled", "enabled"},
        {"systemctl is-active", "active"},
    };
};

TEST_F(Doctor, FindsNothingWhereAllIsFine) {
    EXPECT_EQ(run({"doctor"}), 0);
    std::istringstream lines{out()};
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count)
        EXPECT_THAT(line, StartsWith("ok    "));
    EXPECT_EQ(count, 11);
}

TEST_F(Doctor, TellsItInJson) {
    EXPECT_EQ(run({"doctor", "--json"}), 0);
    const json fine = json::parse(out());
    EXPECT_EQ(fine["schema_version"], 1);
    EXPECT_EQ(fine["fine"], true);
    ASSERT_EQ(fine["checks"].size(), 11U);
    for (const json &check : fine["checks"])
        EXPECT_EQ(check["verdict"], "ok") << check;

    answers_["systemctl is-enabled"] = "disabled";
    directory_.write("modprobe.d/x.conf", "blacklist khttpd\n");
    unload();
    EXPECT_EQ(run({"doctor", "--json"}), 69);
    const json ill = json::parse(out());
    EXPECT_EQ(ill["fine"], false);
    EXPECT_EQ(ill["checks"][2]["check"], "blacklist");
    EXPECT_EQ(ill["checks"][2]["verdict"], "fail");
    EXPECT_EQ(ill["checks"][9]["hints"], json({"systemctl enable khttpd"}));
}

TEST_F(Doctor, MissesHeaders) {
    std::filesystem::remove(directory_ / "lib/6.1.0-test/build");
    EXPECT_THAT(say("headers"), AllOf(StartsWith("warn"), HasSubstr("upgrade")));
    std::filesystem::remove_all(directory_ / "lib/6.1.0-test");
    unload();
    EXPECT_THAT(say("headers"), AllOf(StartsWith("fail"),
                                      HasSubstr("hint: apt install linux-headers-6.1.0-test\n")));
    EXPECT_EQ(run({"doctor"}), 69);
}

TEST_F(Doctor, FindsThatNothingIsInstalled) {
    std::filesystem::remove_all(directory_ / "lib/6.1.0-test/updates");
    std::filesystem::remove_all(directory_ / "src");
    unload();
    EXPECT_THAT(say("build"),
                AllOf(StartsWith("fail"), HasSubstr("hint: apt install khttpd-dkms\n")));
}

TEST_F(Doctor, FindsABuildThatFailed) {
    std::filesystem::remove_all(directory_ / "lib/6.1.0-test/updates");
    unload();
    EXPECT_THAT(say("build"), HasSubstr("hint: dkms autoinstall -k 6.1.0-test\n"));

    const std::string head = "DKMS make.log for khttpd-0.1.0 for kernel 6.1.0-";
    const auto log = directory_.write("dkms/khttpd/0.1.0/build/make.log",
                                      head + "test (x86_64)\nmake: all well\n"
                                             "main.c:7:1: error: expected ';'\n"
                                             "make[1]: *** [x] Error 1\n");
    EXPECT_THAT(say("build"), AllOf(HasSubstr(log.string() + ": main.c:7:1: error: expected ';'\n"),
                                    HasSubstr("hint: less " + log.string()),
                                    HasSubstr("hint: dkms install khttpd/0.1.0 -k 6.1.0-test\n")));
    // One for another kernel says nothing about this one.
    directory_.write("dkms/khttpd/0.1.0/build/make.log", head + "other (x86_64)\nx: error: y\n");
    EXPECT_THAT(say("build"), Not(HasSubstr("error")));
}

TEST_F(Doctor, FindsABlacklisting) {
    const auto file = directory_.write("modprobe.d/x.conf", "# nothing\nblacklist khttpd\n");
    EXPECT_THAT(say("blacklist"), AllOf(StartsWith("warn"), HasSubstr(file.string() + ":2")));
    unload();
    EXPECT_THAT(say("blacklist"), AllOf(StartsWith("fail"), HasSubstr("hint: sed -i '2s/^/#/' '" +
                                                                      file.string() + "'\n")));
}

class Signature : public Doctor {
  protected:
    Signature() { unload(); }

    void boot_securely(char value = 1) {
        directory_.write("efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
                         std::string("\x06\0\0\0", 4) + value);
    }

    void enroll(const std::string &keys) {
        directory_.write("efivars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23", keys);
    }
};

TEST_F(Signature, IsNotNeededWithoutSecureBoot) {
    EXPECT_THAT(say("signature"), StartsWith("ok"));
    boot_securely(0);
    EXPECT_THAT(say("signature"), StartsWith("ok"));
}

TEST_F(Signature, NeedsAKeyThatIsEnrolled) {
    boot_securely();
    EXPECT_THAT(say("signature"), StartsWith("fail"));
    directory_.write("dkms/mok.pub", std::string("0\x82\0key", 6));
    enroll("header another key");
    EXPECT_THAT(say("signature"), AllOf(StartsWith("fail"), HasSubstr("hint: mokutil --import "),
                                        HasSubstr("mok.pub\nhint: systemctl reboot\n")));
    EXPECT_EQ(run({"doctor"}), 69);
    enroll("header " + std::string("0\x82\0key", 6) + " more");
    EXPECT_THAT(say("signature"), AllOf(StartsWith("ok"), HasSubstr("enrolled")));
}

TEST_F(Signature, IsOnlySuspectedWhereTheKeysCannotBeRead) {
    boot_securely();
    directory_.write("dkms/mok.pub", "key");
    EXPECT_THAT(say("signature"), AllOf(StartsWith("warn"), HasSubstr("suspected"),
                                        HasSubstr("hint: mokutil --test-key ")));
}

TEST_F(Signature, IsNeededUnderLockdownToo) {
    directory_.write("lockdown", "[none] integrity confidentiality\n");
    EXPECT_THAT(say("signature"), StartsWith("ok"));
    directory_.write("lockdown", "none [integrity] confidentiality\n");
    EXPECT_THAT(say("signature"), StartsWith("fail"));
    directory_.write("lockdown", "[none] integrity confidentiality\n");
    directory_.write("sys/module/parameters/sig_enforce", "Y\n");
    EXPECT_THAT(say("signature"), StartsWith("fail"));
}

TEST_F(Signature, IsGoodWhereTheModuleIsLoaded) {
    boot_securely();
    directory_.write("sys/khttpd/version", KHTTPD_VERSION "\n");
    EXPECT_THAT(say("signature"), StartsWith("ok"));
}

TEST_F(Doctor, ComparesThreeVersions) {
    answers_["modinfo -F"] = "9.9";
    EXPECT_THAT(say("versions"),
                AllOf(StartsWith("warn"), HasSubstr("installed 9.9, loaded " KHTTPD_VERSION),
                      HasSubstr("hint: systemctl stop khttpd && rmmod khttpd && systemctl start")));
    EXPECT_EQ(run({"doctor"}), 0);
    unload();
    EXPECT_THAT(say("versions"), AllOf(StartsWith("warn"), HasSubstr("loaded none"),
                                       HasSubstr("hint: apt install khttpd-dkms khttpdctl")));
}

TEST_F(Doctor, FindsAWrongConfiguration) {
    directory_.write("khttpd.conf", "[timeouts]\nidel-ms = 5\n");
    EXPECT_THAT(say("configuration"),
                AllOf(StartsWith("fail"), HasSubstr("khttpd.conf:2:1: error: unknown key"),
                      HasSubstr("hint: khttpdctl check\n")));
    EXPECT_EQ(run({"doctor"}), 78);
    directory_.write("khttpd.conf", "[server]\nuser = '54321'\ngroup = '54321'\n");
    EXPECT_THAT(say("configuration"), HasSubstr("hint: khttpdctl set-root DIRECTORY\n"));
    EXPECT_THAT(say("root"), IsEmpty());
}

TEST_F(Doctor, FindsARootThatIsClosed) {
    ASSERT_EQ(chmod(www_.c_str(), 0700), 0);
    EXPECT_THAT(say("root"), AllOf(StartsWith("fail"), HasSubstr(www_ + " cannot be searched"),
                                   HasSubstr("mode is 0700"), HasSubstr("hint: chmod o+x")));
    EXPECT_EQ(run({"doctor"}), 66);
}

TEST_F(Doctor, NamesThePartOfARootThatIsMissing) {
    directory_.write("khttpd.conf.d/x.conf", "[server]\nroot = '" + www_ + "/no/where'\n");
    EXPECT_THAT(say("root"), AllOf(StartsWith("fail"), HasSubstr(www_ + "/no: No such file")));
}

TEST_F(Doctor, FindsWhoHasThePort) {
    // 127.0.0.1:80, listening, inode 4711.
    listen("   0: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000  33        "
           "0 4711 1 0 100");
    kernel_.server.state = KHTTPD_STATE_STOPPED;
    EXPECT_THAT(say("port"), AllOf(StartsWith("fail"), HasSubstr("[::]:80 is in use"),
                                   HasSubstr("hint: ss -ltnp 'sport = :80'\n")));
    directory_.write("proc/77/comm", "nginx\n");
    directory_.make_directory("proc/77/fd");
    std::filesystem::create_symlink("socket:[4711]", directory_ / "proc/77/fd/6");
    EXPECT_THAT(say("port"),
                AllOf(HasSubstr("in use by nginx, process 77"), HasSubstr("hint: kill 77\n")));
    directory_.write("proc/77/cgroup", "0::/system.slice/nginx.service\n");
    EXPECT_THAT(say("port"), HasSubstr("hint: systemctl stop nginx.service\n"));
    EXPECT_EQ(run({"doctor"}), 71);
}

TEST_F(Doctor, TakesNoOtherPortForItsOwn) {
    kernel_.server.state = KHTTPD_STATE_STOPPED;
    listen("   0: 0100007F:0051 00000000:0000 0A 0:0 00:0 0  33 0 4711 1 0 100");
    EXPECT_THAT(say("port"), AllOf(StartsWith("ok"), HasSubstr("free")));
    // A connection on port 80, which does not listen.
    listen("   0: 0100007F:0050 0100007F:9999 01 0:0 00:0 0  33 0 4711 1 0 100");
    EXPECT_THAT(say("port"), AllOf(StartsWith("ok"), HasSubstr("free")));
    kernel_.server.state = KHTTPD_STATE_RUNNING;
    listen("   0: 00000000:0050 00000000:0000 0A 0:0 00:0 0  0 0 4711 1 0 100");
    EXPECT_THAT(say("port"), AllOf(StartsWith("ok"), HasSubstr("the server's")));
}

TEST_F(Doctor, SaysWhatAnOrdinaryUserCannot) {
    directory_.write("proc/self/status", "CapInh:\t0\nCapEff:\t0000000000000000\n");
    EXPECT_THAT(say("permission"),
                AllOf(StartsWith("warn"), HasSubstr("hint: sudo khttpdctl doctor\n")));
    EXPECT_EQ(run({"doctor"}), 0);
}

TEST_F(Doctor, FindsAServiceThatDoesNotStartAtBoot) {
    answers_["systemctl is-enabled"] = "disabled";
    EXPECT_THAT(say("service"),
                AllOf(StartsWith("warn"), HasSubstr("hint: systemctl enable khttpd\n")));
    answers_["systemctl is-enabled"] = "masked";
    EXPECT_THAT(say("service"),
                AllOf(StartsWith("fail"), HasSubstr("hint: systemctl unmask khttpd\n")));
    unit_ = false;
    EXPECT_THAT(say("service"), StartsWith("ok"));
}

TEST_F(Doctor, FindsThatTheServerDoesNotRun) {
    kernel_.server.state = KHTTPD_STATE_STOPPED;
    EXPECT_THAT(say("server"),
                AllOf(StartsWith("fail"), HasSubstr("hint: systemctl start khttpd\n")));
    answers_["systemctl is-active"] = "failed";
    EXPECT_THAT(say("server"), HasSubstr("hint: journalctl --unit khttpd"));
    unit_ = false;
    EXPECT_THAT(say("server"), HasSubstr("hint: khttpdctl start\n"));
    EXPECT_EQ(run({"doctor"}), 69);
}

TEST_F(Doctor, MissesTheDaemon) {
    answers_["systemctl is-active"] = "inactive";
    EXPECT_THAT(say("server"), AllOf(StartsWith("warn"), HasSubstr("watch over it")));
}

TEST_F(Doctor, LoadsNoModule) {
    unload();
    run({"doctor"});
    EXPECT_EQ(module_, host::ModuleState::installed);
    EXPECT_EQ(kernel_.requests, 0);
}

TEST(Command, GivesWhatItPrinted) {
    EXPECT_EQ(host::run_command({"echo", "a b", "c"}), "a b c");
    EXPECT_EQ(host::run_command({"false"}), "");
    EXPECT_EQ(host::run_command({"khttpd-no-such-command"}), std::nullopt);
}

} // namespace
} // namespace khttpd
