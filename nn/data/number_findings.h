// What makes a column of numbers look like an id, or like one with markers for missing values.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace hpsearch::nn {

// Why the column is an id: "whole numbers that count the rows" where they run along with `rows`
// (numbers of rows, ascending, one a value), by steps of one to two; or all different whole numbers
// under a name such as Id or customer_id. Empty: it is none, and so are fewer values than
// kFewestRowsOfAnId and columns that miss some (NaN).
std::string id_finding(const std::string& name,
                       std::span<const std::uint32_t> rows,
                       const std::vector<double>& values);

// A note on a value such as -999, -200 or 9999 at the end of the column's range that stands several
// times and far outside of the rest: beyond three interquartile ranges (Tukey's outer fence) or the
// whole range of the others. Empty: there is none.
std::string marker_finding(const std::string& name, const std::vector<double>& values);

}  // namespace hpsearch::nn
