// The part of Store and Queries that both answer by the same statements. Internal to storage.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/sql/epoch_reader.h"
#include "storage/sql/rows.h"
#include "storage/sql/transaction.h"

namespace hpsearch::storage {

// Interface: Store or Queries.
template <class Interface>
class SqlReader : public Interface {
 public:
  const std::filesystem::path& path() const final { return path_; }

  std::vector<StageRow> stages(std::int64_t sweep_id) final {
    return guarded(*db_, [&] { return select_stages(*db_, sweep_id); });
  }
  std::vector<TrialRow> trials(std::int64_t sweep_id) final {
    return guarded(*db_, [&] { return select_trials(*db_, sweep_id); });
  }
  std::vector<nn::EpochRecord> epochs(TrainingId training) final {
    return guarded(*db_, [&] {
      if (!epoch_reader_) {
        epoch_reader_.emplace(*db_);
      }
      const auto epochs = epoch_reader_->epochs(training);
      return std::vector(epochs.begin(), epochs.end());
    });
  }
  std::vector<MetricRow> metric(TrainingId training, const std::string& name) final {
    return guarded(*db_, [&] { return select_metric(*db_, training, name); });
  }
  std::vector<ReplicateRow> replicates(std::int64_t trial_id) final {
    return guarded(*db_, [&] { return select_replicates(*db_, trial_id); });
  }
  std::vector<EventRow> events(std::int64_t sweep_id, const std::string& kind) final {
    return guarded(*db_, [&] { return select_events(*db_, sweep_id, kind); });
  }
  std::map<std::uint64_t, search::TrialResults> results(std::int64_t sweep_id) final {
    return guarded(*db_, [&] { return select_results(*db_, sweep_id); });
  }
  std::vector<EarlierRow> earlier_trials(std::int64_t sweep_id) final {
    return guarded(*db_, [&] { return select_earlier(*db_, sweep_id); });
  }

 protected:
  SqlReader(std::filesystem::path path, std::unique_ptr<Session> db)
      : path_(std::move(path)), db_(std::move(db)) {}

  std::filesystem::path path_;
  std::unique_ptr<Session> db_;

 private:
  std::optional<EpochReader> epoch_reader_;  // made when it is first needed
};

}  // namespace hpsearch::storage
