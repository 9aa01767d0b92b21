#include "runner/commands/column_study.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace hpsearch::runner {
namespace {

// More than at the end of a sweep: who asks for it can wait a few seconds.
constexpr nn::ImportanceLimits kLimits{.permutations = 10, .rows = 5'000, .cost = 40'000'000'000};
constexpr std::uint64_t kSeed = 0;
constexpr std::uint32_t kResampleUse = 5;  // after that of prediction_quality

template <class T>
void put(const std::vector<T>& from,
         std::size_t row,
         std::size_t width,
         std::vector<T>& to,
         std::size_t place) {
  if (!from.empty()) {
    to.resize(std::max(to.size(), (place + 1) * width));
    std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                to.begin() + static_cast<std::ptrdiff_t>(place * width));
  }
}

}  // namespace

ColumnStudy::ColumnStudy(const nn::TrainedModel& model)
    : model_(model), draws_(kSeed, nn::Purpose::kResample, kResampleUse) {}

void ColumnStudy::add(const nn::Dataset& rows) {
  sample_.task = rows.task;
  sample_.columns = rows.columns;
  sample_.outputs = rows.outputs;
  sample_.classes = rows.classes;
  for (std::size_t row = 0; row < rows.rows; ++row) {
    ++seen_;
    const std::size_t place =
        sample_.rows < kLimits.rows ? sample_.rows : static_cast<std::size_t>(draws_.below(seen_));
    if (place >= kLimits.rows) {
      continue;
    }
    put(rows.real_features, row, rows.columns, sample_.real_features, place);
    put(rows.labels, row, 1, sample_.labels, place);
    put(rows.targets, row, rows.outputs, sample_.targets, place);
    sample_.rows = std::max(sample_.rows, place + 1);
  }
}

nn::ColumnImportances ColumnStudy::result() const {
  std::vector<std::uint32_t> rows(sample_.rows);
  std::iota(rows.begin(), rows.end(), 0U);
  const auto metric = model_.metadata.find("metric");
  nn::ColumnImportances result = *nn::permutation_importance(
      model_, sample_, rows, metric == model_.metadata.end() ? "loss" : metric->second, kLimits);
  result.of_rows = seen_;
  return result;
}

}  // namespace hpsearch::runner
