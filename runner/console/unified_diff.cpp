#include "runner/console/unified_diff.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

constexpr std::size_t kContext = 3;
// Of the table below, in bytes times 4. What is larger counts as replaced altogether.
constexpr std::size_t kMostCells = 25'000'000;

struct Line {
  char mark;  // ' ', '-' or '+'
  std::string_view text;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

using Lines = std::vector<std::string_view>;

// common[i * (after.size() + 1) + j]: the length of the longest common subsequence of what follows
// before[i] and after[j].
std::vector<int> common_lengths(const Lines& before, const Lines& after) {
  const std::size_t columns = after.size() + 1;
  std::vector<int> common((before.size() + 1) * columns, 0);
  for (std::size_t i = before.size(); i-- > 0;) {
    for (std::size_t j = after.size(); j-- > 0;) {
      common[i * columns + j] = before[i] == after[j] ? common[(i + 1) * columns + j + 1] + 1
                                                      : std::max(common[(i + 1) * columns + j],
                                                                 common[i * columns + j + 1]);
    }
  }
  return common;
}

std::vector<Line> compare(const Lines& before, const Lines& after) {
  std::vector<Line> script;
  std::size_t i = 0;
  std::size_t j = 0;
  const bool large = (before.size() + 1) * (after.size() + 1) > kMostCells;
  const std::vector<int> common = large ? std::vector<int>() : common_lengths(before, after);
  const std::size_t columns = after.size() + 1;
  while (!large && i < before.size() && j < after.size()) {
    if (before[i] == after[j]) {
      script.push_back({' ', before[i++]});
      ++j;
    } else if (common[(i + 1) * columns + j] >= common[i * columns + j + 1]) {
      script.push_back({'-', before[i++]});
    } else {
      script.push_back({'+', after[j++]});
    }
  }
  for (; i < before.size(); ++i) {
    script.push_back({'-', before[i]});
  }
  for (; j < after.size(); ++j) {
    script.push_back({'+', after[j]});
  }
  return script;
}

// "12,5"; "12" for one line. Of no lines, as POSIX has it, the number of the line before.
std::string range_text(std::size_t first, std::size_t count) {
  return count == 1 ? fmt::format("{}", first)
                    : fmt::format("{},{}", count == 0 ? first - 1 : first, count);
}

}  // namespace

std::string unified_diff(std::string_view before,
                         std::string_view after,
                         const std::string& before_name,
                         const std::string& after_name) {
  const std::vector<Line> script = compare(lines_of(before), lines_of(after));
  std::string hunks;
  std::size_t at = 0;           // in the script
  std::size_t before_line = 1;  // of the line at `at`
  std::size_t after_line = 1;
  const auto changed = [](const Line& line) { return line.mark != ' '; };
  while (true) {
    const auto change =
        std::find_if(script.begin() + static_cast<std::ptrdiff_t>(at), script.end(), changed);
    if (change == script.end()) {
      break;
    }
    const auto first = static_cast<std::size_t>(change - script.begin());
    const std::size_t begin = first - std::min(first - at, kContext);
    // The hunk ends where more lines are equal than the contexts of two hunks would show.
    std::size_t end = first + 1;
    for (std::size_t i = end; i < script.size() && i - end <= 2 * kContext; ++i) {
      end = changed(script[i]) ? i + 1 : end;
    }
    end = std::min(end + kContext, script.size());
    before_line += begin - at;
    after_line += begin - at;
    std::size_t old_count = 0;
    std::size_t new_count = 0;
    std::string text;
    for (std::size_t i = begin; i < end; ++i) {
      old_count += script[i].mark == '+' ? 0U : 1U;
      new_count += script[i].mark == '-' ? 0U : 1U;
      text += fmt::format("{}{}\n", script[i].mark, script[i].text);
    }
    hunks += fmt::format("@@ -{} +{} @@\n{}", range_text(before_line, old_count),
                         range_text(after_line, new_count), text);
    before_line += old_count;
    after_line += new_count;
    at = end;
  }
  return hunks.empty() ? "" : fmt::format("--- {}\n+++ {}\n{}", before_name, after_name, hunks);
}

}  // namespace hpsearch::runner
