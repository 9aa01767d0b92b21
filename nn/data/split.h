// Which rows a search trains on, judges by, and keeps for the end.
//
// The mapping from (data set, SplitSpec) to rows is part of what a sweep's results mean. It is the
// same on every machine. Never change it; tests/nn/split_test.cpp holds its rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "nn/data/dataset.h"

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
  // kDefault: the source's own validation part, or 0.2 of what remains once the test part is taken
  // where it has none. kSourceTest: the source's own test part, and then `test` must be kNone.
  // kNone is refused.
  PartSize validation;

  // kDefault: the source's own test part, or 0.2 of all rows where it has none. kSourceTest insists
  // on the own part. kCount and kFraction take from the other rows, and kNone takes nothing: an own
  // test part is then used for nothing.
  PartSize test;

  std::uint64_t seed = 0;

  // Every class gives to a part in proportion to its rows; whole numbers by largest remainder, of
  // equal remainders the lower class first. Otherwise all rows are drawn from alike. Default: where
  // it can be, that is for classes without group and order; `true` elsewhere is an error.
  //
  // With groups, whole groups are drawn: in random order each is taken that brings the part's size
  // nearer to what was asked for; the smallest, if none does. With an order, nothing is drawn: the
  // last rows are the test part and those before them the validation part. Rows of one time stay in
  // one part: where the border falls among them, it moves to the nearer end (to the later one, if
  // both are as near).
  std::optional<bool> stratify;
};

// Row numbers, ascending, each row in one part at most. `train` and `validation` are never empty.
struct Split {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> validation;
  std::vector<std::uint32_t> test;
};

// A fraction f of n rows is f * n rounded to the nearest whole number (halves up), at least 1.
// Throws DataError if a part asks for more than there is or for nothing, if validation and test are
// the same rows, if the training part would be empty or hold one class only, or if a group would be
// in two parts or there are too few groups.
Split split_rows(const Dataset& dataset, const SplitSpec& spec);

}  // namespace hpsearch::nn
