#include "storage/sql/epoch_reader.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "storage/sql/columns.h"
#include "storage/sql/rows.h"

namespace hpsearch::storage {
namespace {

// From epoch_columns(), the first of them in column `place`.
nn::EpochRecord read_record(RawStatement& s, int place) {
  nn::EpochRecord record;
  const bool whole = s.type(place) == ColumnType::kWhole;
  const std::int64_t epoch = s.whole(place);
  if (!whole || epoch < 1 || epoch > kMaxEpoch) {
    throw DamagedRow(
        fmt::format("epoch holds '{}', not a whole number from 1 to {}", s.text(place), kMaxEpoch));
  }
  record.epoch = static_cast<int>(epoch);
  for (const nn::EpochColumn& column : nn::kEpochColumns) {
    const double value = s.real(++place);
    record.*column.field = value == 0.0 && s.type(place) == ColumnType::kNull
                               ? std::numeric_limits<double>::quiet_NaN()
                               : value;
  }
  return record;
}

// The epochs that `join` finds for the trials t of these numbers, by number and replicate.
template <class Use>
void for_each_best(
    Session& db, const char* join, std::int64_t sweep_id, NumberRange numbers, Use use) {
  Statement s(db, fmt::format("SELECT number, {} FROM (SELECT t.number, e.* FROM trials t {} WHERE "
                              "t.sweep_id = ? AND t.number >= ? AND t.number < ? ORDER BY "
                              "t.number{}) AS found",
                              epoch_columns(), join,
                              // SQLite walks the keys in this order by itself.
                              db.dialect().postgres ? ", e.replicate" : ""));
  s.bind(1, sweep_id);
  s.bind(2, numbers.first);
  s.bind(3, numbers.end);
  while (s.step()) {
    use(static_cast<std::uint64_t>(s.column(0).int64()), read_record(s.raw(), 1));
  }
}

}  // namespace

EpochReader::EpochReader(Session& db)
    : statement_(db,
                 fmt::format("SELECT {} FROM epochs WHERE trial_id = ? AND replicate = ? "
                             "ORDER BY epoch",
                             epoch_columns())) {}

std::span<const nn::EpochRecord> EpochReader::epochs(TrainingId training) {
  statement_.reset();
  statement_.bind(1, training.trial_id);
  statement_.bind(2, training.replicate);
  epochs_.clear();
  while (statement_.step()) {
    epochs_.push_back(read_record(statement_.raw(), 0));
  }
  return epochs_;
}

Queries::BestEpochs read_best_epochs(Session& db, std::int64_t sweep_id, NumberRange numbers) {
  Queries::BestEpochs all;
  for_each_best(db,
                "JOIN epochs e ON e.trial_id = t.trial_id AND e.replicate = 0 AND e.epoch = "
                "t.best_epoch",
                sweep_id, numbers, [&](std::uint64_t number, const nn::EpochRecord& epoch) {
                  all.emplace_back(number, epoch);
                });
  const auto whole_trials = static_cast<std::ptrdiff_t>(all.size());
  int folds = 0;  // in the last record of `all`, which is their sum
  const auto end_trial = [&] {
    for (const nn::EpochColumn& column : nn::kEpochColumns) {
      if (folds > 1) {
        all.back().second.*column.field /= folds;
      }
    }
    folds = 0;
  };
  for_each_best(db,
                "JOIN replicates r ON r.trial_id = t.trial_id "
                "JOIN epochs e ON e.trial_id = t.trial_id AND e.replicate = r.replicate AND "
                "e.epoch = r.best_epoch AND t.best_epoch IS NULL AND t.value IS NOT NULL",
                sweep_id, numbers, [&](std::uint64_t number, const nn::EpochRecord& epoch) {
                  if (folds > 0 && all.back().first == number) {
                    ++folds;
                    for (const nn::EpochColumn& column : nn::kEpochColumns) {
                      all.back().second.*column.field += epoch.*column.field;
                    }
                    return;
                  }
                  end_trial();
                  all.emplace_back(number, epoch).second.epoch = 0;
                  folds = 1;
                });
  end_trial();
  std::inplace_merge(all.begin(), all.begin() + whole_trials, all.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  return all;
}

}  // namespace hpsearch::storage
