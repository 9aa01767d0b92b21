// Text that is safe and fits on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hpsearch::reports {

// Replaces by '?' everything that could steer a terminal or hide text on it (control characters,
// marks of writing direction) and all bytes that are not UTF-8. Line breaks may be kept.
enum class LineBreaks { kReplaced, kKept };
std::string printable(std::string_view text, LineBreaks breaks = LineBreaks::kReplaced);

// The number of terminal columns of a printable text, counting one per code point.
std::size_t display_width(std::string_view text);

// Breaks each line of a printable text at spaces so that it fits into `width` columns. Continuation
// lines are indented by `indent` more than the line itself. Words longer than a line stay whole:
// half a path or half a line of YAML could not be copied.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 2);

}  // namespace hpsearch::reports
