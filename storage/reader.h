// What runs and reports both read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "storage/records.h"

namespace hpsearch::storage {

// Used by one thread at a time. Everything throws StoreError.
class Reader {
 public:
  Reader() = default;
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Of the database, as it was given.
  virtual const std::filesystem::path& path() const = 0;

  virtual std::vector<StageRow> stages(std::int64_t sweep_id) = 0;  // by stage
  virtual std::vector<TrialRow> trials(std::int64_t sweep_id) = 0;  // by number
  // By epoch. NULL reads as NaN; the further metrics are not among them.
  virtual std::vector<nn::EpochRecord> epochs(TrainingId training) = 0;
  // One of the further metrics, by epoch.
  virtual std::vector<MetricRow> metric(TrainingId training, const std::string& name) = 0;
  // The trainings of a trial, by replicate.
  virtual std::vector<ReplicateRow> replicates(std::int64_t trial_id) = 0;
  // Of this kind, oldest first; see events.h.
  virtual std::vector<EventRow> events(std::int64_t sweep_id, const std::string& kind) = 0;
  // What constraints on results asked for, by trial number. Trials that were not judged are
  // missing.
  virtual std::map<std::uint64_t, search::TrialResults> results(std::int64_t sweep_id) = 0;
  // The results of an earlier sweep that this one began with, by number.
  virtual std::vector<EarlierRow> earlier_trials(std::int64_t sweep_id) = 0;
};

}  // namespace hpsearch::storage
