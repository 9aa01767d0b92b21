#include "reports/sweep/digest.h"

#include <cmath>
#include <optional>
#include <span>

#include <fmt/format.h>

#include "reports/text/hex_float.h"

namespace hpsearch::reports {
namespace {

// Missing and non-finite numbers are "null", as in the database.
void append(std::string& text, std::optional<double> value) {
  text += '|';
  if (value && std::isfinite(*value)) {
    append_hex_float(text, *value);
  } else {
    text += "null";
  }
}

void append_epoch(std::string& text, const nn::EpochRecord& epoch) {
  text += "epoch|";
  text += std::to_string(epoch.epoch);
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    if (column.role != nn::EpochColumn::Role::kTime) {
      append(text, epoch.*column.field);
    }
  }
  text += '\n';
}

void append_epochs(std::string& text, std::span<const nn::EpochRecord> epochs) {
  for (const nn::EpochRecord& epoch : epochs) {
    append_epoch(text, epoch);
  }
}

// Those that count: up to the first that did not complete. How far others had come by then depends
// on the workers; older databases have their rows.
void append_folds(std::string& text, storage::Queries& queries, std::int64_t trial_id) {
  for (const storage::ReplicateRow& fold : queries.replicates(trial_id)) {
    text += fmt::format("fold|{}|{}", fold.replicate, fold.state);
    append(text, fold.value);
    text += fold.best_epoch ? fmt::format("|{}\n", *fold.best_epoch) : "|null\n";
    append_epochs(text, queries.epochs({trial_id, fold.replicate}));
    if (fold.state != search::to_text(search::TrialState::kComplete)) {
      return;
    }
  }
}

}  // namespace

void SweepDigest::add(storage::Queries& queries,
                      std::int64_t sweep_id,
                      storage::NumberRange numbers) {
  std::string text;
  queries.for_each_result(
      sweep_id,
      [&](const storage::ResultRow& trial, std::span<const nn::EpochRecord> epochs) {
        text = fmt::format("trial|{}|{}|{}|{}", trial.number, trial.stage,
                           search::to_text(trial.state), trial.params_json);
        append(text, trial.value);
        text += trial.best_epoch ? fmt::format("|{}\n", *trial.best_epoch) : "|null\n";
        if (trial.in_folds) {
          append_folds(text, queries, trial.trial_id);
        } else {
          append_epochs(text, epochs);
        }
        hash_.update(text);
      },
      numbers);
}

void SweepDigest::add_ensemble(storage::Queries& queries, std::int64_t sweep_id) {
  const auto ensemble = queries.ensemble(sweep_id);
  if (!ensemble) {
    return;
  }
  std::string text = fmt::format("ensemble|{}|{}\n", ensemble->kind, ensemble->rows);
  for (const storage::EnsembleRow::Member& member : ensemble->members) {
    text += fmt::format("member|{}|{}|{}", member.trial, member.fold, member.epoch);
    append(text, member.weight);
    text += '\n';
  }
  for (const storage::EnsembleRow::MetricValue& metric : ensemble->metrics) {
    text += metric.name;
    append(text, metric.value);
    text += '\n';
  }
  hash_.update(text);
}

std::string sweep_digest(storage::Queries& queries, std::int64_t sweep_id) {
  SweepDigest digest;
  digest.add(queries, sweep_id, {});
  digest.add_ensemble(queries, sweep_id);
  return digest.text();
}

}  // namespace hpsearch::reports
