// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a fuzz target once on each file of the directories it is given; stands in for libFuzzer.
#include "fuzz.h"

#include <filesystem>
#include <fstream>
#include <iterator>

int main(int argc, char **argv) {
    size_t files = 0;

    for (int i = 1; i < argc; i++) {
        for (const auto &entry : std::filesystem::directory_iterator(argv[i])) {
            std::ifstream file(entry.path(), std::ios::binary);
            const std::string text(std::istreambuf_iterator<char>(file), {});
            const Octets octets(text);

            // If it does not survive, the last line tells which file it was.
            std::fprintf(stderr, "%s\n", entry.path().c_str());
            LLVMFuzzerTestOneInput(reinterpret_cast<const u8 *>(octets.data()), octets.size());
            files++;
        }
    }
    std::printf("%zu files\n", files);
    return files ? 0 : 1;
}
