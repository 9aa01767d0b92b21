#include "nn/data/number_findings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/column_rule.h"

namespace hpsearch::nn {
namespace {

constexpr double kStraight = 0.99;  // the least share of the variance that a line explains
constexpr double kGentlest = 0.5;   // a step from row to row of a column that counts them
constexpr double kSteepest = 2.0;
constexpr double kOuterFence = 3.0;  // interquartile ranges (Tukey 1977)
constexpr std::size_t kFewestOfAMarker = 2;

bool are_different_whole_numbers(const std::vector<double>& values) {
  if (!std::all_of(values.begin(), values.end(), [](double x) { return x == std::floor(x); })) {
    return false;  // also for NaN
  }
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

// Least squares of the values on the rows' numbers.
bool runs_along(std::span<const std::uint32_t> rows, const std::vector<double>& values) {
  const double n = static_cast<double>(rows.size());
  double row_mean = 0.0;
  double mean = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    row_mean += rows[i] / n;
    mean += values[i] / n;
  }
  double rows_squared = 0.0;
  double squared = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double x = rows[i] - row_mean;
    const double y = values[i] - mean;
    rows_squared += x * x;
    squared += y * y;
    product += x * y;
  }
  const double slope = std::abs(product / rows_squared);
  return product * product >= kStraight * rows_squared * squared && slope >= kGentlest &&
         slope <= kSteepest;
}

bool is_named_like_an_id(const std::string& name) {
  const std::string lower = lower_ascii(name);
  constexpr std::array<std::string_view, 14> kNames{
      "id",  "index", "idx",  "row", "rowid", "rownames", "rownumber",
      "no.", "nr",    "s.no", "sno", "key",   "uuid",     "record"};
  if (std::find(kNames.begin(), kNames.end(), lower) != kNames.end() ||
      lower.starts_with("unnamed: ")) {
    return true;
  }
  for (const std::string_view end : {"_id", "-id", ".id", " id", "_index", "_key", "_no", "_nr"}) {
    if (lower.ends_with(end)) {
      return true;
    }
  }
  // CustomerID, PassengerId
  const std::size_t n = name.size();
  return n > 2 && (name.ends_with("Id") || name.ends_with("ID")) &&
         std::islower(static_cast<unsigned char>(name[n - 3])) != 0;
}

// 9, -99, 999, -9999 and so on; -200 is what air stations write.
bool is_usual_marker(double x) {
  if (x == -200.0) {
    return true;
  }
  constexpr std::array kNines = {9.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0};
  return std::find(kNines.begin(), kNines.end(), std::abs(x)) != kNines.end();
}

// `sorted`: all values. Is its first or last value, `marker`, far outside of the others?
bool is_far_outside(const std::vector<double>& sorted, double marker, std::size_t& times) {
  const auto [begin, end] = std::equal_range(sorted.begin(), sorted.end(), marker);
  times = static_cast<std::size_t>(end - begin);
  const bool low = begin == sorted.begin();
  const auto first = low ? end : sorted.begin();
  const auto last = low ? sorted.end() : begin;
  const std::size_t rest = static_cast<std::size_t>(last - first);
  if (rest < 4) {
    return false;
  }
  const auto at = [&](std::size_t i) { return *(first + static_cast<std::ptrdiff_t>(i)); };
  const double lower_quarter = at(rest / 4);
  const double upper_quarter = at(rest - 1 - rest / 4);
  const double middle_half = upper_quarter - lower_quarter;
  const double fence = kOuterFence * middle_half;
  const double range = at(rest - 1) - at(0);
  const double gap = low ? at(0) - marker : marker - at(rest - 1);
  const bool beyond = low ? marker < lower_quarter - fence : marker > upper_quarter + fence;
  return range > 0.0 && (gap > range || (beyond && middle_half > 0.0 && gap > middle_half));
}

}  // namespace

std::string id_finding(const std::string& name,
                       std::span<const std::uint32_t> rows,
                       const std::vector<double>& values) {
  if (values.size() < kFewestRowsOfAnId || !are_different_whole_numbers(values)) {
    return "";
  }
  if (runs_along(rows, values)) {
    return "whole numbers that count the rows";
  }
  return is_named_like_an_id(name) ? "a different whole number in every row, so an id" : "";
}

std::string marker_finding(const std::string& name, const std::vector<double>& values) {
  std::vector<double> sorted = values;
  std::erase_if(sorted, [](double x) { return std::isnan(x); });
  std::sort(sorted.begin(), sorted.end());
  if (sorted.empty()) {
    return "";
  }
  for (const double marker : {sorted.front(), sorted.back()}) {
    std::size_t times = 0;
    if (is_usual_marker(marker) && is_far_outside(sorted, marker, times) &&
        times >= kFewestOfAMarker) {
      return fmt::format(
          "column {0} has {1} in {2} rows, far outside of its other values; write `missing: "
          "[{1}]` under `dataset` if it stands for a missing value",
          in_quotes(name), marker, times);
    }
  }
  return "";
}

}  // namespace hpsearch::nn
