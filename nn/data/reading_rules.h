// What a sweep file says about the reading of a table, instead of what would be found in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nn/base/value.h"

namespace hpsearch::nn {

// A column of a table: its name, or its number from 0. In lists of columns * stands for any text.
// Never a NullValue, which makes it safe to copy where memory runs out.
using ColumnKey = std::variant<std::string, std::uint64_t, NullValue>;

// `dataset.columns`: what columns are, whatever their cells look like.
enum class WishedKind { kDrop, kNumeric, kCategorical, kDate, kDayFirst, kMonthFirst, kId, kText };

struct ColumnWish {
  ColumnKey column;
  WishedKind kind = WishedKind::kDrop;
};

// A category column may have this many different texts as features of their own.
inline constexpr std::size_t kMaximumLevels = 50;

struct ReadingRules {
  std::vector<ColumnWish> columns = {};

  // The texts that mean a missing value, beside the empty cell. Default: kMissingTexts.
  std::optional<std::vector<std::string>> missing = std::nullopt;

  char separator = '\0';                      // default: find_separator()
  char decimal = '\0';                        // '.' or ','; default: found for each column
  std::string encoding = {};                  // default: decode_text() finds out
  std::optional<bool> header = std::nullopt;  // default: judge_first_line()
  std::size_t max_levels = kMaximumLevels;    // at least 2
};

}  // namespace hpsearch::nn
