#include "reports/text/paint.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

bool on = false;

constexpr std::string_view kReset = "\033[0m";

constexpr std::array<std::pair<Paint, std::string_view>, 7> kSequences{{
    {Paint::kBest, "\033[1;32m"},
    {Paint::kGood, "\033[32m"},
    {Paint::kBad, "\033[31m"},
    {Paint::kPart, "\033[33m"},
    {Paint::kActive, "\033[36m"},
    {Paint::kError, "\033[1;31m"},
    {Paint::kWarning, "\033[1;33m"},
}};

constexpr std::array<std::pair<std::string_view, Paint>, 6> kStates{{
    {"complete", Paint::kGood},
    {"running", Paint::kActive},
    {"interrupted", Paint::kPart},
    {"pruned", Paint::kPart},
    {"diverged", Paint::kBad},
    {"failed", Paint::kBad},
}};

}  // namespace

void paint_texts(bool wanted) {
  on = wanted;
}

std::string in_paint(Paint paint, std::string_view text) {
  const auto* found = std::find_if(kSequences.begin(), kSequences.end(),
                                   [&](const auto& one) { return one.first == paint; });
  std::string result;
  if (found == kSequences.end() || text.empty()) {
    return std::string(text);
  }
  result += found->second;
  result += text;
  return result += kReset;
}

std::string painted(Paint paint, std::string_view text) {
  return on ? in_paint(paint, text) : std::string(text);
}

Paint paint_of_state(std::string_view state) {
  const auto* found = std::find_if(kStates.begin(), kStates.end(),
                                   [&](const auto& one) { return one.first == state; });
  return found == kStates.end() ? Paint::kNone : found->second;
}

std::string printable_painted(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t paint = paint_size(text);
    const std::size_t end = std::min(text.find('\033', paint), text.size());
    clean += text.substr(0, paint);
    // An escape that begins none of our colours stays in the piece, and is replaced.
    const std::size_t bad = paint == 0 && end == 0 ? 1 : 0;
    clean += printable(text.substr(paint, end - paint + bad), LineBreaks::kKept);
    text.remove_prefix(end + bad);
  }
  return clean;
}

std::size_t paint_size(std::string_view text) {
  if (!text.starts_with('\033')) {
    return 0;
  }
  if (text.starts_with(kReset)) {
    return kReset.size();
  }
  const auto* found = std::find_if(kSequences.begin(), kSequences.end(),
                                   [&](const auto& one) { return text.starts_with(one.second); });
  return found == kSequences.end() ? 0 : found->second.size();
}

}  // namespace hpsearch::reports
