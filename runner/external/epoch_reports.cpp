#include "runner/external/epoch_reports.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace hpsearch::runner {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostEpochs = 1e9;

// The epoch that a report names, if it is a whole number.
std::optional<std::int64_t> epoch_of(const Report& report) {
  for (const auto& [name, value] : report.values) {
    if (name == "epoch" && value >= 0.0 && value <= kMostEpochs && value == std::floor(value)) {
      return static_cast<std::int64_t>(value);
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<nn::EpochRecord> EpochReports::take(const Report& report) {
  std::vector<nn::EpochRecord> ended;
  if (report.bare) {
    bare_ = report.bare;
    return ended;
  }
  const auto epoch = epoch_of(report);
  if (epoch && written_epoch_ && *epoch != *written_epoch_ && !pending_.empty()) {
    ended.push_back(end_epoch());
  }
  if (epoch == 0 && last_ == 0) {
    shift_ = 1;
  }
  written_epoch_ = epoch ? epoch : written_epoch_;
  bool over = metric_.empty() && !epoch;
  for (const auto& [name, value] : report.values) {
    if (name == "epoch" && epoch) {
      continue;
    }
    pending_.insert_or_assign(name, value);
    if (name == metric_) {
      over = named_ = true;
      finite_ = finite_ || std::isfinite(value);
    }
  }
  if (over) {
    ended.push_back(end_epoch());
  }
  return ended;
}

std::optional<nn::EpochRecord> EpochReports::finish() {
  if (!named_ && bare_ && !metric_.empty()) {
    pending_.insert_or_assign(metric_, *bare_);
    named_ = true;
    finite_ = std::isfinite(*bare_);
  }
  if (pending_.empty()) {
    return std::nullopt;
  }
  // What follows the last report of the metric, such as a summary, is no epoch of its own.
  if (!metric_.empty() && last_ > 0 && !written_epoch_ && !pending_.contains(metric_)) {
    nn::EpochRecord record;
    record.reported = record.addition = true;
    record.epoch = last_;
    for (const auto& [name, value] : pending_) {
      record.series.push_back({last_, name, value});
    }
    return record;
  }
  return end_epoch();
}

int EpochReports::next_epoch() const {
  const auto written = written_epoch_ ? static_cast<int>(*written_epoch_) + shift_ : last_ + 1;
  return std::max(written, last_ + 1);
}

nn::EpochRecord EpochReports::end_epoch() {
  nn::EpochRecord record;
  record.reported = true;
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    record.*column.field = column.role == nn::EpochColumn::Role::kTime ? 0.0 : kNaN;
  }
  record.epoch = last_ = next_epoch();
  for (const auto& entry : pending_) {
    const std::string& name = entry.first;
    const double value = entry.second;
    const nn::EpochColumn* column = nn::find_epoch_column(name);
    const auto metric = std::find_if(nn::kEpochMetrics.begin(), nn::kEpochMetrics.end(),
                                     [&](const nn::EpochMetric& m) { return m.name == name; });
    if (column != nullptr && column->role != nn::EpochColumn::Role::kTime) {
      record.*column->field = value;
    } else if (metric != nn::kEpochMetrics.end()) {
      record.*metric->field = value;
    } else {
      record.series.push_back({record.epoch, name, value});
    }
  }
  pending_.clear();
  written_epoch_.reset();
  return record;
}

}  // namespace hpsearch::runner
