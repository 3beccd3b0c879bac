// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace khttpd::bench {

/// Finds the end of responses to GET (RFC 9112, section 6), however their octets are cut into
/// pieces. It looks at nothing that the end does not depend on, and keeps nothing of the content.
class ResponseReader {
  public:
    enum class State { reading, complete, malformed };

    /// Takes octets until the response is complete or cannot become one; returns how many.
    std::size_t take(std::string_view octets);
    /// The connection has ended, which completes a response that has no other end.
    void end();
    /// Begins the next response.
    void restart();

    State state() const;

    /// Of a response whose status line was read, from 100 to 599.
    int status() const { return status_; }

    /// Whether another response may follow on the connection.
    bool persistent() const { return persistent_; }

  private:
    enum class Part {
        status_line,
        fields,
        content,
        content_until_end,
        chunk_size,
        chunk,
        end_of_chunk,
        trailers,
        complete,
        malformed,
    };

    bool finished() const { return part_ == Part::complete || part_ == Part::malformed; }

    std::size_t take_line(std::string_view octets);
    Part after_line(std::string_view line);
    Part after_status_line(std::string_view line);
    Part after_field(std::string_view line);
    Part after_head();
    Part after_chunk_size(std::string_view line);
    void take_connection(std::string_view options);

    Part part_ = Part::status_line;
    std::string line_;            ///< what there is of a line that was cut
    std::size_t line_octets_ = 0; ///< of all lines so far
    std::uint64_t left_ = 0;      ///< octets of the content, or of the chunk
    std::optional<std::uint64_t> length_;
    int status_ = 0;
    bool chunked_ = false;
    bool transfer_encoding_ = false;
    bool persistent_ = true;
};

} // namespace khttpd::bench
