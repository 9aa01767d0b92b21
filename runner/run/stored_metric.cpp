#include "runner/run/stored_metric.h"

#include <algorithm>

namespace hpsearch::runner {

void add_stored_metric(storage::Reader& reader,
                       storage::TrainingId training,
                       const search::Metric& metric,
                       std::vector<nn::EpochRecord>& epochs) {
  if (nn::find_epoch_column(metric.name) != nullptr || epochs.empty()) {
    return;
  }
  const auto* own = std::find_if(nn::kEpochMetrics.begin(), nn::kEpochMetrics.end(),
                                 [&](const auto& row) { return row.name == metric.name; });
  for (const storage::MetricRow& row : reader.metric(training, metric.name)) {
    const auto epoch = std::find_if(epochs.begin(), epochs.end(),
                                    [&](const auto& record) { return record.epoch == row.epoch; });
    if (epoch == epochs.end()) {
      continue;
    }
    if (own != nn::kEpochMetrics.end()) {
      (*epoch).*own->field = row.value;
    } else if (std::none_of(epoch->series.begin(), epoch->series.end(),
                            [&](const auto& known) { return known.name == row.name; })) {
      epoch->series.push_back({row.epoch, row.name, row.value});
    }
  }
}

}  // namespace hpsearch::runner
