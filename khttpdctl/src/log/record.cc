// SPDX-License-Identifier: GPL-2.0-or-later
#include "log/record.h"

#include <algorithm>
#include <cstring>

namespace khttpd::log {

bool decode_records(std::span<const std::byte> batch, std::vector<Record> &records) {
    while (!batch.empty()) {
        khttpd_log_record head;
        if (batch.size() < sizeof(head))
            return false;
        std::memcpy(&head, batch.data(), sizeof(head));
        const std::size_t texts =
            std::size_t{head.line_len} + head.host_len + head.referer_len + head.agent_len;
        if (head.size > batch.size() || head.size < sizeof(head) + texts)
            return false;

        const auto *text = reinterpret_cast<const char *>(batch.data()) + sizeof(head);
        const auto next = [&text](std::size_t length) {
            const std::string_view view{text, length};
            text += length;
            return view;
        };
        Record &record = records.emplace_back();
        record.time_ns = head.time_ns;
        record.duration_ns = head.duration_ns;
        record.bytes = head.bytes;
        record.content_bytes = head.bytes - std::min<std::uint64_t>(head.bytes, head.head_len);
        std::memcpy(record.client.data(), head.client, sizeof(head.client));
        std::memcpy(record.local.data(), head.local, sizeof(head.local));
        record.client_port = head.client_port;
        record.local_port = head.local_port;
        record.status = head.status;
        record.complete = (head.flags & KHTTPD_LOG_INCOMPLETE) == 0;
        record.cut = (head.flags & KHTTPD_LOG_CUT) != 0;
        record.line = next(head.line_len);
        record.host = next(head.host_len);
        record.referer = next(head.referer_len);
        record.agent = next(head.agent_len);
        batch = batch.subspan(head.size);
    }
    return true;
}

} // namespace khttpd::log
