// SPDX-License-Identifier: GPL-2.0-or-later
// What the fuzz targets share.
//
// The inputs are text where that is possible: parameters in lines of their own, then what is
// parsed. So the files of the corpora can be read and written by hand.
#ifndef KHTTPD_TESTS_FUZZ_FUZZ_H
#define KHTTPD_TESTS_FUZZ_FUZZ_H

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

extern "C" {
#include "core.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
}

// What must hold for every input. Unlike assert() it is there in every build.
#define ENSURE(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);    \
            std::abort();                                                                          \
        }                                                                                          \
    } while (0)

// Octets in an allocation of just their size: the address sanitizer sees who goes beyond it.
class Octets {
  public:
    explicit Octets(std::string_view s) : Octets(s.size()) {
        std::copy(s.begin(), s.end(), data_.get());
    }

    explicit Octets(size_t size) : data_(std::make_unique<char[]>(size)), size_(size) {}

    const char *data() const { return data_.get(); }

    char *data() { return data_.get(); }

    u32 size() const { return size_; }

    std::string_view view() const { return {data(), size_}; }

  private:
    std::unique_ptr<char[]> data_;
    size_t size_;
};

// An input, taken apart from the front.
class Input {
  public:
    Input(const u8 *data, size_t size) : left_(reinterpret_cast<const char *>(data), size) {}

    bool empty() const { return left_.empty(); }

    // A line without its LF; all there is if there is none.
    std::string_view line() {
        const size_t end = left_.find('\n');
        const std::string_view line = left_.substr(0, end);

        left_.remove_prefix(end == left_.npos ? left_.size() : end + 1);
        return line;
    }

    // A line that is a decimal number, perhaps negative; what is none counts as 0, and what is too
    // large as the largest.
    s64 number() { return std::strtoll(std::string(line()).c_str(), nullptr, 10); }

    std::string_view rest() const { return left_; }

  private:
    std::string_view left_;
};

// Numbers that look random, but are a function of the input alone.
class Dice {
  public:
    explicit Dice(std::string_view seed) : state_(std::hash<std::string_view>()(seed)) {}

    // 0 to sides - 1
    u32 roll(u32 sides) {
        state_ = state_ * 6364136223846793005u + 1442695040888963407u;
        return (state_ >> 33) % sides;
    }

  private:
    u64 state_;
};

#endif // KHTTPD_TESTS_FUZZ_FUZZ_H
