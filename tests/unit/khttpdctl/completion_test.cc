// SPDX-License-Identifier: GPL-2.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/completion.h"
#include "cli/parse.h"
#include "config/config.h"
#include "temp_dir.h"

namespace khttpd::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

std::string output_of(std::vector<const char *> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    Context context = real_context(out, err);
    arguments.insert(arguments.begin(), "khttpdctl");
    EXPECT_EQ(run(static_cast<int>(arguments.size()), arguments.data(), context), 0) << err.str();
    return out.str();
}

/// What the last of @words can become, without the descriptions.
std::vector<std::string> complete(std::vector<const char *> words) {
    words.insert(words.begin(), "__complete");
    std::istringstream lines{output_of(words)};
    std::vector<std::string> candidates;
    for (std::string line; std::getline(lines, line);)
        candidates.push_back(line.substr(0, line.find('\t')));
    return candidates;
}

TEST(Completion, OffersEveryCommand) {
    EXPECT_THAT(complete({""}), IsSupersetOf({"set-root", "stats", "cache", "completion"}));
    EXPECT_THAT(complete({"--verbose", "ca"}), ElementsAre("cache"));
    EXPECT_THAT(complete({"cache", "fl"}), ElementsAre("flush"));
    EXPECT_THAT(complete({"nonsense"}), IsEmpty());
}

TEST(Completion, NeverOffersItself) {
    EXPECT_THAT(complete({""}), Not(Contains("__complete")));
}

TEST(Completion, TellsWhatEachWordIs) {
    EXPECT_THAT(output_of({"__complete", "set-r"}), "set-root\tServe the files beneath DIR\n");
}

TEST(Completion, OffersOptionsOfTheCommandAndThoseOfAll) {
    EXPECT_THAT(complete({"apply", "--d"}), ElementsAre("--dry-run"));
    EXPECT_THAT(complete({"apply", "--"}), IsSupersetOf({"--dry-run", "--help", "--config-dir"}));
    EXPECT_THAT(complete({"start", "--"}), Not(Contains("--dry-run")));
}

TEST(Completion, OffersEveryKey) {
    const test::TempDir directory;
    const std::string path = directory.path().string();
    const auto fixed = config::all_keys();
    std::vector<std::string> keys{fixed.begin(), fixed.end()};
    EXPECT_EQ(complete({"--config-dir", path.c_str(), "get", ""}), keys);
    directory.write("khttpd.conf", "[[rule]]\nprefix = '/a'\n[site.error-pages]\n404 = '/b'\n");
    keys.insert(keys.end(), {"site.error-pages.404", "rule[/a]"});
    EXPECT_EQ(complete({"--config-dir", path.c_str(), "get", ""}), keys);
    directory.write("khttpd.conf", "[[vhost]]\nnames = ['n']\nlisting = true\n[[vhost.rule]]\n"
                                   "prefix = '/a'\n[mime.types]\n'text/x' = ['x']\n");
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "get", "vhost[n].r"}),
                ElementsAre("vhost[n].rule[/a]", "vhost[n].root"));
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "get", "vhost[n].l"}),
                ElementsAre("vhost[n].listing"));
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "set", "mime.types."}),
                ElementsAre("mime.types.x"));
    EXPECT_THAT(complete({"set", "--runtime", "limits.connecti"}),
                ElementsAre("limits.connections"));
    EXPECT_THAT(complete({"get", "server.root", ""}), IsEmpty());
}

TEST(Completion, OffersToUnsetWhatIsSet) {
    const test::TempDir directory;
    const std::string path = directory.path().string();
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "unset", ""}), IsEmpty());
    directory.write("khttpd.conf", "[limits]\nrequests = 9\n");
    directory.write("khttpd.conf.d/50-khttpdctl.conf",
                    "[[listener]]\nport = 81\n[limits]\nfields = 9\n[[rule]]\nprefix = '/a'\n"
                    "expires = 60\n[[vhost]]\nnames = ['n']\ncharset = ''\n"
                    "[mime.types]\n'text/x' = ['x']\n");
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "unset", ""}),
                ElementsAre("limits.fields", "listener", "mime.types.x", "rule[/a]",
                            "rule[/a].expires", "vhost[n].charset"));
}

TEST(Completion, OffersTheValuesOfAKey) {
    EXPECT_THAT(complete({"set", "cache.fast", ""}), ElementsAre("true", "false"));
    EXPECT_THAT(complete({"set", "site.listing", "f"}), ElementsAre("false"));
    EXPECT_THAT(complete({"set", "workqueue.hot.flags", "high"}), ElementsAre("highpri"));
    EXPECT_THAT(complete({"set", "server.root", "/"}), ElementsAre(":directories"));
    EXPECT_THAT(complete({"set", "mime.file", "/"}), ElementsAre(":files"));
    EXPECT_THAT(complete({"set", "vhost[n].listing", ""}), ElementsAre("true", "false"));
    EXPECT_THAT(complete({"set", "vhost[n].root", ""}), ElementsAre(":directories"));
    EXPECT_THAT(complete({"set", "vhost[n].charset", ""}), IsEmpty());
    EXPECT_THAT(complete({"set", "limits.connections", ""}), IsEmpty());
}

TEST(Completion, LeavesFilesToTheShell) {
    EXPECT_THAT(complete({"set-root", ""}), ElementsAre(":directories"));
    EXPECT_THAT(complete({"--config-dir", "/e"}), ElementsAre(":directories"));
    EXPECT_THAT(complete({"check", "-c", ""}), ElementsAre(":files"));
    EXPECT_THAT(complete({"check", "--config=x"}), ElementsAre(":files"));
}

TEST(Completion, OffersChoices) {
    EXPECT_THAT(complete({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
}

TEST(Completion, OffersOneMoreOfAList) {
    EXPECT_THAT(complete({"connections", "--state", ""}),
                ElementsAre("idle", "head", "answer", "send", "body", "linger"));
    EXPECT_THAT(complete({"connections", "kill", "--state", "idle,h"}), ElementsAre("idle,head"));
    EXPECT_THAT(complete({"connections", "--state=li"}), ElementsAre("--state=linger"));
    EXPECT_THAT(complete({"connections", ""}), ElementsAre("kill"));
}

TEST(Completion, OffersVirtualHosts) {
    const test::TempDir directory;
    directory.write("khttpd.conf", "[[vhost]]\nnames = ['a.example', 'b.example']\n");
    const std::string path = directory.path().string();
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "cache", "flush", "--vhost", ""}),
                ElementsAre("a.example", "b.example"));
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "cache", "flush", "--vhost=b"}),
                ElementsAre("--vhost=b.example"));
    directory.write("khttpd.conf", "nonsense\n");
    EXPECT_THAT(complete({"--config-dir", path.c_str(), "cache", "flush", "--vhost", ""}),
                IsEmpty());
}

TEST(Completion, OfAValueThatIsOptionalLeavesTheNextWordAlone) {
    EXPECT_THAT(complete({"stats", "--watch", "--js"}), ElementsAre("--json"));
}

TEST(Completion, KnowsTheShells) {
    EXPECT_THAT(output_of({"completion", "bash"}), HasSubstr("complete -F"));
    EXPECT_THAT(output_of({"completion", "zsh"}), testing::StartsWith("#compdef khttpdctl\n"));
    EXPECT_THAT(output_of({"completion", "fish"}), HasSubstr("complete --command khttpdctl"));
}

} // namespace
} // namespace khttpd::cli
