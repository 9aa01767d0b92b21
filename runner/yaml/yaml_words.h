// Words that a table's row lists in one text.
#pragma once

#include <string_view>
#include <vector>

namespace hpsearch::runner {

// "stop|promote" as two words.
inline std::vector<std::string_view> split_words(std::string_view words) {
  std::vector<std::string_view> list;
  while (!words.empty()) {
    const std::size_t end = words.find('|');
    list.push_back(words.substr(0, end));
    words = end == std::string_view::npos ? "" : words.substr(end + 1);
  }
  return list;
}

}  // namespace hpsearch::runner
