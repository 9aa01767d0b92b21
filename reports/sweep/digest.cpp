#include "reports/sweep/digest.h"

#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "nn/base/sha256.h"

namespace hpsearch::reports {
namespace {

// In the format of C's %a: -0x1.8p+1. Missing and non-finite numbers are "null", as in the
// database.
void append(std::string& text, std::optional<double> value) {
  if (value && std::isfinite(*value)) {
    text += fmt::format("|{:a}", *value);
  } else {
    text += "|null";
  }
}

bool counts(search::TrialState state) {
  return state == search::TrialState::kComplete || state == search::TrialState::kPruned ||
         state == search::TrialState::kDiverged;
}

}  // namespace

std::string sweep_digest(storage::Queries& queries, std::int64_t sweep_id) {
  nn::Sha256 hash;
  std::string text;
  for (const storage::TrialRow& trial : queries.trials(sweep_id)) {
    if (!counts(trial.state)) {
      continue;
    }
    text = fmt::format("trial|{}|{}|{}|{}", trial.number, trial.stage, search::to_text(trial.state),
                       trial.params_json);
    append(text, trial.value);
    text += trial.best_epoch ? fmt::format("|{}\n", *trial.best_epoch) : "|null\n";
    for (const nn::EpochRecord& epoch : queries.epochs(trial.trial_id)) {
      text += fmt::format("epoch|{}", epoch.epoch);
      for (const nn::EpochColumn& column : nn::kEpochColumns) {
        if (column.role != nn::EpochColumn::Role::kTime) {
          append(text, epoch.*column.field);
        }
      }
      text += '\n';
    }
    hash.update(text);
  }
  return hash.hex().substr(0, 16);
}

}  // namespace hpsearch::reports
