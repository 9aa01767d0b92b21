#include "runner/merge/trial_bits.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "nn/base/sha256.h"

namespace hpsearch::runner {
namespace {

std::string hex(const std::optional<double>& value) {
  return value ? fmt::format("{:a}", *value) : "-";
}

std::string whole(const std::optional<int>& value) {
  return value ? fmt::format("{}", *value) : "-";
}

void add_training(storage::Queries& queries, storage::TrainingId training, std::string& text) {
  for (const nn::EpochRecord& epoch : queries.epochs(training)) {
    text += fmt::format("e {}", epoch.epoch);
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      if (column.role != nn::EpochColumn::Role::kTime) {
        text += fmt::format(" {:a}", epoch.*column.field);
      }
    }
    text += "\n";
  }
  for (const storage::MetricRow& metric : queries.metrics(training)) {
    if (!metric.name.starts_with("test_")) {
      text += fmt::format("m {} {} {:a}\n", metric.epoch, metric.name, metric.value);
    }
  }
}

}  // namespace

std::string trial_bits(storage::Queries& queries, const storage::TrialRow& trial) {
  auto trainings = queries.replicates(trial.trial_id);
  const bool repeated = std::any_of(trainings.begin(), trainings.end(),
                                    [](const auto& one) { return one.replicate > 0 && !one.fold; });
  if (repeated) {
    std::erase_if(trainings, [](const auto& one) { return one.replicate > 0; });
  }
  std::string text =
      fmt::format("{} {} {} {} {} {} {}\n", trial.number, trial.seed, trial.stage, trial.epochs,
                  to_text(trial.origin), trial.parent ? fmt::format("{}", *trial.parent) : "-",
                  trial.params_json);
  if (!repeated) {  // else replicate 0 has the result of the search
    text += fmt::format("{} {} {} {}\n", search::to_text(trial.state), hex(trial.value),
                        whole(trial.best_epoch), trial.epochs_done);
  }
  for (const storage::ReplicateRow& one : trainings) {
    if (trainings.size() > 1) {
      text += fmt::format("r {} {} {} {} {} {} {}\n", one.replicate, one.seed, whole(one.fold),
                          one.state, hex(one.value), whole(one.best_epoch), one.epochs_done);
    }
    if (repeated) {
      text += fmt::format("{} {} {} {}\n", one.state, hex(one.value), whole(one.best_epoch),
                          one.epochs_done);
    }
    add_training(queries, {trial.trial_id, one.replicate}, text);
  }
  return nn::sha256_hex(text);
}

}  // namespace hpsearch::runner
