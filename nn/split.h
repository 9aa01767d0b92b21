// Which rows a search trains on, judges by, and keeps for the end.
//
// The mapping from (data set, SplitSpec) to rows is part of what a sweep's results mean. It is the
// same on every machine. Never change it; tests/nn/split_test.cpp holds its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nn/dataset.h"

namespace hpsearch::nn {

// How large the validation or the test part shall be.
struct PartSize {
  enum class Kind { kDefault, kNone, kCount, kFraction, kSourceTest };
  Kind kind = Kind::kDefault;
  std::uint64_t count = 0;  // kCount: rows, at least 1
  double fraction = 0.0;    // kFraction: in (0, 1), of the rows it is taken from

  static PartSize none() { return {Kind::kNone, 0, 0.0}; }
  static PartSize rows(std::uint64_t count) { return {Kind::kCount, count, 0.0}; }
  static PartSize share(double fraction) { return {Kind::kFraction, 0, fraction}; }
  static PartSize source_test() { return {Kind::kSourceTest, 0, 0.0}; }
};

struct SplitSpec {
  // kDefault: 0.2 of what remains once the test part is taken. kSourceTest: the source's own test
  // part, and then `test` must be kNone. kNone is refused.
  PartSize validation;

  // kDefault: the source's own test part, or 0.2 of all rows where it has none. kSourceTest insists
  // on the own part. kCount and kFraction take from the other rows, and kNone takes nothing: an own
  // test part is then used for nothing.
  PartSize test;

  std::uint64_t seed = 0;

  // Every class gives to a part in proportion to its rows; whole numbers by largest remainder, of
  // equal remainders the lower class first. Otherwise all rows are drawn from alike.
  bool stratify = true;
};

// Row numbers, ascending, each row in one part at most. `train` and `validation` are never empty.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
  std::vector<std::uint32_t> test;
};

// A fraction f of n rows is f * n rounded to the nearest whole number (halves up), at least 1.
// Throws DataError if a part asks for more than there is or for nothing, if validation and test are
// the same rows, or if the training part would be empty or hold one class only.
Split split_rows(const Dataset& dataset, const SplitSpec& spec);

}  // namespace hpsearch::nn
