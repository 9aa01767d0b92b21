#include "runner/commands/bad_rows.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kShown = 5;

}  // namespace

void BadRows::add(const nn::RowBlock& block) {
  count_ += block.bad_rows;
  if (block.bad_rows == 0) {
    return;
  }
  if (!skip_) {
    // Several cells of one row may be at fault, and only the first are listed.
    const bool all = block.faults.size() >= block.bad_rows;
    throw UsageError(fmt::format(
        "{}{}\nto leave such rows out: --skip-bad", fmt::join(block.faults, "\n"),
        all ? "" : fmt::format("\n... and {} more", block.bad_rows - block.faults.size())));
  }
  for (const std::string& fault : block.faults) {
    if (first_.size() < kShown) {
      first_.push_back(fault);
    }
  }
}

void BadRows::report(LinePrinter& printer) const {
  if (count_ == 0) {
    return;
  }
  printer.important(fmt::format("{} row{} left out:", count_, count_ == 1 ? " is" : "s are"));
  for (const std::string& fault : first_) {
    printer.important("  " + fault);
  }
  if (count_ > first_.size()) {
    printer.important(fmt::format("  ... and {} more", count_ - first_.size()));
  }
}

}  // namespace hpsearch::runner
