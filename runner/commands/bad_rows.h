// What becomes of rows that cannot be read.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nn/model/row_source.h"
#include "runner/console/line_printer.h"

namespace hpsearch::runner {

class BadRows {
 public:
  // `skip`: they are left out and counted.
  explicit BadRows(bool skip) : skip_(skip) {}

  // Throws UsageError, with the place and the fault of the first ones, unless they are skipped.
  void add(const nn::RowBlock& block);

  std::size_t count() const { return count_; }

  // Prints how many were left out, and why the first ones were.
  void report(LinePrinter& printer) const;

 private:
  bool skip_;
  std::size_t count_ = 0;
  std::vector<std::string> first_;
};

}  // namespace hpsearch::runner
