// SPDX-License-Identifier: GPL-2.0-or-later
// Input: lines with the path of the directory, the query, and switches as a mask; then the names of
// the entries, with slashes between them, because a name can have anything but that.
#include "fuzz.h"

#include <nlohmann/json.hpp>

#include <vector>

extern "C" {
#include "date.h"
#include "listing.h"
#include "rule.h"
}

namespace {

using Entries = std::vector<http_listing_entry>;

Entries read_entries(std::string_view names) {
    Dice dice(names);
    Entries entries;

    while (!names.empty()) {
        const std::string_view name = names.substr(0, names.find('/'));

        names.remove_prefix(std::min(name.size() + 1, names.size()));
        if (!http_rule_name_valid(name.data(), name.size()))
            continue;
        const u64 size = static_cast<u64>(dice.roll(~0u)) << dice.roll(33);
        const s64 mtime = static_cast<s64>(dice.roll(~0u)) - (s64{1} << dice.roll(40));
        entries.push_back({name.data(), dice.roll(3) ? size : 7, mtime,
                           static_cast<u32>(name.size()), dice.roll(3) == 0});
    }
    return entries;
}

// A total order: a comparison that is none makes a sort of the kernel's go anywhere.
void check_order(const http_listing &listing, const Entries &entries) {
    const auto compare = [&listing](const http_listing_entry &a, const http_listing_entry &b) {
        const int order = http_listing_compare(&listing, &a, &b);

        return order < 0 ? -1 : order > 0;
    };
    const size_t n = std::min<size_t>(entries.size(), 8);

    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            const http_listing_entry &a = entries[i];
            const http_listing_entry &b = entries[j];

            ENSURE(compare(a, b) == -compare(b, a));
            if (a.dir != b.dir)
                ENSURE(compare(a, b) == (a.dir ? -1 : 1));
            if (!compare(a, b))
                ENSURE(std::string_view(a.name, a.name_len) ==
                       std::string_view(b.name, b.name_len));
            for (size_t k = 0; k < n; k++)
                if (compare(a, b) < 0 && compare(b, entries[k]) < 0)
                    ENSURE(compare(a, entries[k]) < 0);
        }
    }
}

// Writes by one of the functions, at first in the room that its header promises to be enough.
template<typename Write>
std::string write(size_t room, Write write) {
    Octets dst(room);
    const u32 len = write(dst.data(), dst.size());

    ENSURE(len > 0 && len <= room);
    Octets exact(size_t{len});
    ENSURE(write(exact.data(), len) == len && exact.view() == dst.view().substr(0, len));
    Octets tight(size_t{len - 1});
    ENSURE(write(tight.data(), len - 1) == 0);
    return std::string(exact.view());
}

std::string begin(const http_listing &listing) {
    return write(HTTP_LISTING_BEGIN_MAX(listing.path_len), [&listing](char *dst, u32 size) {
        return http_listing_begin(dst, size, &listing);
    });
}

std::string row(const http_listing &listing, const http_listing_entry &entry, bool first) {
    return write(HTTP_LISTING_ROW_MAX(entry.name_len),
                 [&listing, &entry, first](char *dst, u32 size) {
                     return http_listing_row(dst, size, &listing, &entry, first);
                 });
}

std::string end(const http_listing &listing, size_t entries) {
    return write(HTTP_LISTING_END_MAX, [&listing, entries](char *dst, u32 size) {
        return http_listing_end(dst, size, &listing, entries);
    });
}

// Valid UTF-8 as the JSON library has it.
bool is_utf8(const std::string &text) {
    try {
        return nlohmann::json(text).dump().size() > 0;
    } catch (const nlohmann::json::exception &) {
        return false;
    }
}

// The reference leads to the entry from the directory, whatever scheme or host is dreamt of.
void check_href(std::string href, const http_listing_entry &entry) {
    std::string decoded;

    ENSURE(href.find_first_of(":?#\\&\"'<> ") == href.npos && href[0] != '/');
    if (entry.dir) {
        ENSURE(href.back() == '/');
        href.pop_back();
    }
    ENSURE(href != "." && href != ".." && href.find('/') == href.npos);
    for (size_t i = 0; i < href.size(); i++) {
        if (href[i] == '%') {
            decoded += static_cast<char>(std::stoi(href.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            decoded += href[i];
        }
    }
    ENSURE(decoded == std::string_view(entry.name, entry.name_len));
}

// Takes the tags out of a piece of HTML; what stays is text.
std::string strip_tags(const std::string &html) {
    std::string text;

    for (size_t at = 0; at < html.size(); at++) {
        if (html[at] == '<') {
            const size_t end = html.find('>', at);

            ENSURE(end != html.npos && html.substr(at + 1, end - at - 1).find('<') == html.npos);
            at = end;
            continue;
        }
        ENSURE(html[at] != '>');
        text += html[at];
    }
    return text;
}

void check_characters(const std::string &text) {
    ENSURE(is_utf8(text));
    for (const char octet : text)
        ENSURE(octet == '\n' || static_cast<u8>(octet) >= ' ');
    for (size_t at = 0; (at = text.find('&', at)) != text.npos; at++)
        ENSURE(text.compare(at, 5, "&amp;") == 0 || text.compare(at, 4, "&lt;") == 0 ||
               text.compare(at, 4, "&gt;") == 0 || text.compare(at, 6, "&quot;") == 0 ||
               text.compare(at, 5, "&#39;") == 0);
}

void check_row_html(const http_listing &listing, const http_listing_entry &entry, bool first) {
    const std::string html = row(listing, entry, first);
    const std::string text = strip_tags(html);
    const size_t href = html.find("<a href=\"") + 9;

    check_characters(text);
    ENSURE(text.find('"') == text.npos && text.find('\'') == text.npos);
    ENSURE(std::count(html.begin(), html.end(), '<') == 6 &&
           std::count(html.begin(), html.end(), '"') == 2);
    check_href(html.substr(href, html.find('"', href) - href), entry);
}

void check_html(const http_listing &listing, const Entries &entries) {
    std::string head = begin(listing);
    const size_t style = head.find("<style>");
    bool first = true;

    // The style sheet has a language of its own, and nothing of the path.
    ENSURE(style != head.npos && head.find("</style>") != head.npos);
    head.erase(style, head.find("</style>") - style);
    check_characters(strip_tags(head));
    ENSURE(head.find("<script") == head.npos);
    for (const http_listing_entry &entry : entries) {
        check_row_html(listing, entry, first);
        first = false;
    }
    check_characters(strip_tags(end(listing, entries.size())));
}

void check_json(const http_listing &listing, const Entries &entries) {
    std::string document = begin(listing);

    for (size_t i = 0; i < entries.size(); i++)
        document += row(listing, entries[i], i == 0);
    document += end(listing, entries.size());

    const nlohmann::json json = nlohmann::json::parse(document);
    ENSURE(json.at("path").get<std::string>().front() == '/');
    ENSURE(json.at("entries").size() == entries.size());
    for (size_t i = 0; i < entries.size(); i++) {
        const nlohmann::json &object = json.at("entries").at(i);
        const std::string name(entries[i].name, entries[i].name_len);
        const std::string mtime = object.at("mtime");

        check_href(object.at("href"), entries[i]);
        if (is_utf8(name))
            ENSURE(object.at("name") == name);
        if (entries[i].dir)
            ENSURE(object.at("size").is_null() && object.at("type") == "directory");
        else
            ENSURE(object.at("size").get<u64>() == entries[i].size && object.at("type") == "file");
        ENSURE(mtime.size() == HTTP_DATE_RFC3339_LEN && mtime.back() == 'Z');
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const std::string_view path = input.line();
    const Octets query(input.line());
    const u32 switches = input.number();
    const Entries entries = read_entries(input.rest());
    http_listing listing{};

    http_listing_query(&listing, query.data(), query.size());
    listing.unsorted = switches & 1;
    check_order(listing, entries);
    if (!path.empty() && !http_rule_path_valid(path.data(), path.size()))
        return 0;
    const Octets exact(path);
    listing.path = exact.data();
    listing.path_len = exact.size();
    check_html(listing, entries);
    listing.json = true;
    check_json(listing, entries);
    return 0;
}
