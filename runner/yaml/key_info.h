// The keys of a map in a sweep file, as a table declares them: what MapReader reads and refuses,
// and what the JSON Schema and the manual page say.
#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

struct KeyInfo {
  enum class Form {
    kText,
    kWhole,     // a whole number
    kReal,      // a finite number
    kTruth,     // true or false
    kWord,      // one of `words`
    kDuration,  // 1h30m
    kSize,      // 4G
    kMap,
    kList,
    kOther  // several of these; its reader has the rule
  };
  // Of which sweeps it is a key.
  enum class Scope { kAll, kNetworks, kPrograms };

  std::string_view name;
  Form form = Form::kText;
  // The range of a number. Infinity is never a valid value.
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool above_min = false;  // excludes min itself
  std::vector<std::string_view> (*words)() = nullptr;
  Scope scope = Scope::kAll;
  // The default as the reference says it, and what the key means: one or more sentences, with
  // `code` as in Markdown. configs/README.md repeats both, and a test compares them.
  std::string_view fallback = {};
  std::string_view meaning = {};
};

// The row of a key, or null.
inline const KeyInfo* find_key(std::span<const KeyInfo> keys, std::string_view name) {
  const auto found = std::ranges::find(keys, name, &KeyInfo::name);
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace hpsearch::runner
