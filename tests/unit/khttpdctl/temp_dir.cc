// SPDX-License-Identifier: GPL-2.0-or-later
#include "temp_dir.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace khttpd::test {

namespace fs = std::filesystem;

TempDir::TempDir() {
    std::string name = (fs::temp_directory_path() / "khttpdctl-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::runtime_error("cannot make " + name);
    path_ = name;
    chmod(name.c_str(), 0755);
}

TempDir::~TempDir() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path TempDir::write(const std::string &name, const std::string &content) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream{file} << content;
    return file;
}

std::string TempDir::read(const std::string &name) const {
    std::ostringstream content;
    content << std::ifstream{path_ / name}.rdbuf();
    return content.str();
}

fs::path TempDir::make_directory(const std::string &name) const {
    const fs::path directory = path_ / name;
    fs::create_directories(directory);
    chmod(directory.c_str(), 0755);
    return directory;
}

} // namespace khttpd::test
