#include "reports/text/printable.h"

#include <algorithm>

#include "nn/base/utf8.h"
#include "reports/text/paint.h"

namespace hpsearch::reports {

std::string printable(std::string_view text, LineBreaks breaks) {
  std::string clean;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
    const bool kept = breaks == LineBreaks::kKept && c.value == U'\n';
    const bool bad = !kept && (!c.valid || is_control(c.value));
    clean += bad ? std::string_view("?") : text.substr(i, c.size);
    i += c.size;
  }
  return clean;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::size_t paint = paint_size(text);
    const std::size_t end =
        std::min(text.find('\033', std::max<std::size_t>(paint, 1)), text.size());
    width += count_code_points(text.substr(paint, end - paint));
    text.remove_prefix(end);
  }
  return width;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    const bool broken = end < text.size();
    text.remove_prefix(broken ? end + 1 : end);
    const std::size_t first = std::min(line.find_first_not_of(' '), line.size());
    std::string shown(line.substr(0, first));  // the line's own indentation
    const std::string further = shown + std::string(indent, ' ');
    line.remove_prefix(first);
    bool begun = false;
    if (first + display_width(line) <= width) {  // it keeps its spaces, which may align columns
      shown += line;
      line = {};
    }
    while (!line.empty()) {
      const std::size_t space = std::min(line.find(' '), line.size());
      const std::string_view word = line.substr(0, space);
      line.remove_prefix(std::min(line.find_first_not_of(' ', space), line.size()));
      if (begun && display_width(shown) + 1 + display_width(word) > width) {
        result += shown + '\n';
        shown = further;
        begun = false;
      }
      shown += begun ? " " : "";
      shown += word;
      begun = true;
    }
    result += shown;
    result += broken ? "\n" : "";
  }
  return result;
}

}  // namespace hpsearch::reports
