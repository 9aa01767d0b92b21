// Text for terminals: numbers, aligned columns, names that cannot drive the terminal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nn/base/value.h"

namespace hpsearch::reports {

// What would steer a terminal or hide text in it (control characters, marks of writing direction),
// and bytes that are not UTF-8, as '?'. Line breaks may be kept.
enum class LineBreaks { kReplaced, kKept };
std::string printable(std::string_view text, LineBreaks breaks = LineBreaks::kReplaced);

// How many terminal columns a printable text takes, one a code point.
std::size_t display_width(std::string_view text);

// A number to four significant digits, as people read it: 0.9826, 1.2e-05, 128.
std::string short_number(double value);
std::string short_text(const nn::Value& value);

// "1.2 s", "3 min 20 s", "2 h 05 min".
std::string duration_text(double seconds);

// Each line of a printable text broken at spaces so that it fits into `width` columns; what follows
// a break is indented by `indent` more than its line. A word that is longer than that stays whole:
// half a path or half a line of YAML could not be copied.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent = 2);

enum class Align { kLeft, kRight };

struct TableColumn {
  std::string title;
  Align align = Align::kRight;
  std::vector<std::string> cells = {};
};

// Lines of two-space-separated columns under their titles; columns from the first that would not
// fit into `width` on are left out, and a last sentence names them.
std::string format_table(const std::vector<TableColumn>& columns, std::size_t width);

}  // namespace hpsearch::reports
