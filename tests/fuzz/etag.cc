// SPDX-License-Identifier: GPL-2.0-or-later
// Input: for each of two representations lines with size, seconds and nanoseconds of modification,
// inode and coding; then a line with what a tag is compared with.
#include "entity_tag.h"

extern "C" {
#include "accept.h"
#include "etag.h"
}

namespace {

http_etag_source read_source(Input *input) {
    http_etag_source source;

    source.size = std::strtoull(std::string(input->line()).c_str(), nullptr, 10);
    source.mtime_sec = static_cast<u64>(input->number()) % 18446744073; // to the year 2554
    source.mtime_nsec = static_cast<u64>(input->number()) % 1000000000;
    source.inode = std::strtoull(std::string(input->line()).c_str(), nullptr, 10);
    source.coding = http_coding_name(
        static_cast<http_coding>(static_cast<u64>(input->number()) % HTTP_CODINGS));
    return source;
}

bool same(const http_etag_source &a, const http_etag_source &b) {
    return a.size == b.size && a.mtime_sec == b.mtime_sec && a.mtime_nsec == b.mtime_nsec &&
           a.inode == b.inode && a.coding == b.coding;
}

Octets format(const http_etag_source &source) {
    Octets dst(size_t{HTTP_ETAG_MAX});
    const u32 len = http_etag_format(dst.data(), &source);

    ENSURE(len <= HTTP_ETAG_MAX);
    return Octets(dst.view().substr(0, len));
}

bool strong(const Octets &a, const Octets &b) {
    return http_etag_equal_strong(a.data(), a.size(), b.data(), b.size());
}

bool weak(const Octets &a, const Octets &b) {
    return http_etag_equal_weak(a.data(), a.size(), b.data(), b.size());
}

} // namespace

int LLVMFuzzerTestOneInput(const u8 *data, size_t size) {
    Input input(data, size);
    const http_etag_source a = read_source(&input);
    const http_etag_source b = read_source(&input);
    const Octets tag = format(a);
    const Octets tag_b = format(b);
    const Octets weak_tag("W/" + std::string(tag.view()));
    const Octets other(input.rest());

    ENSURE(is_entity_tag(tag.view()) && tag.view().front() == '"');
    ENSURE((tag.view() == tag_b.view()) == same(a, b));
    ENSURE(strong(tag, tag_b) == same(a, b) && weak(tag, tag_b) == same(a, b));
    ENSURE(strong(tag, tag) && weak(tag, tag));
    ENSURE(!strong(weak_tag, weak_tag) && !strong(tag, weak_tag) && !strong(weak_tag, tag));
    ENSURE(weak(weak_tag, weak_tag) && weak(tag, weak_tag) && weak(weak_tag, tag));
    ENSURE(strong(tag, other) == (other.view() == tag.view()));
    ENSURE(weak(tag, other) == (other.view() == tag.view() || other.view() == weak_tag.view()));
    if (!is_entity_tag(other.view()))
        return 0;
    ENSURE(strong(other, other) == (other.view().front() == '"'));
    ENSURE(weak(other, other));
    ENSURE(strong(other, tag) == strong(tag, other) && weak(other, tag) == weak(tag, other));
    return 0;
}
