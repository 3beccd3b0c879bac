// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with an extension, a space and its type, up to an empty one; then the name of a
// file.
#include "fuzz.h"

#include <deque>
#include <vector>

extern "C" {
#include "mime.h"
#include "rule.h"
}

namespace {

bool before(const http_mime &a, const http_mime &b) {
    return http_mime_compare(&a, &b) < 0;
}

std::string lower(std::string s) {
    for (char &octet : s)
        octet = octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet;
    return s;
}

// Of a name without a path, the longest first.
std::vector<std::string> extensions(std::string_view name) {
    std::vector<std::string> all;

    for (size_t dot = name.find('.', 1); dot != name.npos; dot = name.find('.', dot + 1))
        all.push_back(lower(std::string(name.substr(dot + 1))));
    return all;
}

void check_find(const http_mime_table &table, std::string_view name) {
    const Octets octets(name);
    const char *expected = nullptr;

    for (const std::string &wanted : extensions(name.substr(name.rfind('/') + 1)))
        for (u32 i = 0; !expected && i < table.nr; i++)
            if (wanted == table.entries[i].extension)
                expected = table.entries[i].type;
    ENSURE(http_mime_find(&table, octets.data(), octets.size()) == expected);
}

// The lines are owned by strings; the table refers to them.
class Table {
  public:
    void add(std::string_view line) {
        const size_t space = line.find(' ');
        const std::string_view extension = line.substr(0, space);

        if (space == line.npos || line.find('\0') != line.npos ||
            !http_rule_extension_valid(extension.data(), extension.size()))
            return;
        const char *name = strings_.emplace_back(extension).c_str();
        entries_.push_back({name, strings_.emplace_back(line.substr(space + 1)).c_str()});
    }

    http_mime_table sorted() {
        std::stable_sort(entries_.begin(), entries_.end(), before);
        entries_.erase(std::unique(entries_.begin(), entries_.end(),
                                   [](const http_mime &a, const http_mime &b) {
                                       return !http_mime_compare(&a, &b);
                                   }),
                       entries_.end());
        return {entries_.data(), static_cast<u32>(entries_.size())};
    }

  private:
    std::deque<std::string> strings_;
    std::vector<http_mime> entries_;
};

void check_text(const char *type) {
    const bool text = http_mime_is_text(type);

    ENSURE(!text || lower(type).substr(0, 5) == "text/");
    if (http_rule_type_valid(type, strlen(type)))
        ENSURE(!http_mime_is_text((std::string(type) + ";\tCharset=utf-8").c_str()));
}

// Text is compressible, letters in either case and parameters make no difference, and a suffix
// that is named decides.
void check_compressible(const std::string &type) {
    const bool compressible = http_mime_compressible(type.c_str());
    const std::string essence = type.substr(0, type.find_first_of("; \t"));

    ENSURE(compressible || lower(type).substr(0, 5) != "text/");
    ENSURE(http_mime_compressible(lower(type).c_str()) == compressible);
    ENSURE(http_mime_compressible((type + ";a=+xml").c_str()) == compressible);
    ENSURE(http_mime_compressible((essence + "+jSon;a=b").c_str()));
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    static const bool ordered = std::is_sorted(
        http_mime_built_in.entries, http_mime_built_in.entries + http_mime_built_in.nr, before);
    Input input(data, size);
    Table table;

    ENSURE(ordered);
    for (std::string_view line = input.line(); !line.empty(); line = input.line())
        table.add(line);
    const http_mime_table sorted = table.sorted();
    check_find(sorted, input.rest());
    check_find(http_mime_built_in, input.rest());
    for (u32 i = 0; i < sorted.nr; i++) {
        check_text(sorted.entries[i].type);
        check_compressible(sorted.entries[i].type);
    }
    return 0;
}
