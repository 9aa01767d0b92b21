#include "runner/console/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

// Not std::tolower, which depends on the locale.
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::size_t edits_between(std::string_view a, std::string_view b) {
  // Three rows of the table suffice: a swap looks back two rows.
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) {
    previous[j] = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) {
        current[j] = std::min(current[j], above[j - 2] + 1);
      }
    }
    std::swap(above, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view typed,
                                             std::span<const std::string_view> candidates) {
  const std::size_t limit = std::max<std::size_t>(1, typed.size() / 3);
  std::optional<std::string_view> nearest;
  std::size_t fewest = std::min(limit + 1, typed.size());
  for (const std::string_view candidate : candidates) {
    // The difference in length is a lower bound of the edits: skip hopeless candidates.
    if (std::max(candidate.size(), typed.size()) - std::min(candidate.size(), typed.size()) >
        limit) {
      continue;
    }
    const std::size_t edits = edits_between(typed, candidate);
    if (edits < fewest) {
      fewest = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> candidates) {
  const std::optional<std::string_view> name = nearest_name(typed, candidates);
  return name ? fmt::format("; did you mean '{}'?", *name) : std::string{};
}

}  // namespace hpsearch::runner
