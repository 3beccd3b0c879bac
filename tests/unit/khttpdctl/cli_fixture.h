// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "cli/context.h"
#include "fake_kernel.h"
#include "temp_dir.h"

namespace khttpd::test {

/// The file of changes that khttpdctl makes, from the directory of the configuration on.
inline constexpr const char *own = "khttpd.conf.d/50-khttpdctl.conf";

/// Runs command lines as main() would, with files of its own and a kernel that is made up.
class CliTest : public testing::Test {
  protected:
    CliTest();

    /// Runs `khttpdctl --config-dir DIR ARGUMENTS` and returns its exit status.
    int run(std::vector<std::string> arguments);

    /// Has the server run as the configuration says.
    void start();

    /// What `get` says of @key.
    std::string value(const std::string &key);

    std::string out() const { return out_.str(); }

    std::string err() const { return err_.str(); }

    /// Writes a configuration that can be applied on any machine.
    void write_valid_config();

    /// The text of that.
    std::string valid_config() const;

    /// Gives the network namespace of this process a name.
    void name_netns(const std::string &name) const;

    FakeKernel kernel_;
    TempDir directory_;
    std::string www_; ///< a fit document root
    host::ModuleState module_ = host::ModuleState::loaded;
    bool unit_ = false;
    doctor::Machine machine_; ///< with nothing on it
    bool terminal_ = false;

  private:
    std::ostringstream out_;
    std::ostringstream err_;
};

} // namespace khttpd::test
