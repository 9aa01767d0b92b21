// The trials of a sweep for the page: stored by column, which takes a third of the space.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// The columns as text, kept while a sweep grows.
class PageTrials {
 public:
  // Takes over the trials from index `first` on, which is FollowedSweep::update()'s; those before
  // `settled` will not come again. `best_epochs` has at least those of these trials.
  void update(const SweepData& data,
              std::size_t first,
              std::size_t settled,
              const storage::Queries::BestEpochs& best_epochs);

  // {"number":[...],"state":[...],...,"params":[[...],...]}: item i of each list belongs to trial i
  // of the sweep. `params` has one list per parameter, in the order of data.parameters: numbers, or
  // the index of a choice; null if the trial has no value. Times are seconds since the sweep was
  // created. States, reasons, workers and origins are indices into lists of texts; -1: none.
  std::string json() const;

 private:
  static constexpr std::size_t kColumns = 18;  // further ones are parameters

  struct Column {
    const char* name = "";
    std::string text;         // each item and a comma
    std::size_t settled = 0;  // the part of the text that the settled trials fill
  };

  // Each distinct text once.
  struct Texts {
    int index(const std::optional<std::string>& text);
    std::vector<std::string> texts;
  };

  void append(const SweepData& data,
              std::size_t first,
              std::size_t end,
              const storage::Queries::BestEpochs& best_epochs);
  template <class Number>
  void add(std::span<const TrialData> trials, const char* name, Number number, int digits = 5);

  std::vector<Column> columns_;
  std::size_t next_ = 0;  // the column that add() fills
  Texts workers_;
  Texts reasons_;
  Texts states_;
  Texts origins_;
};

// Seconds between two timestamps of the database; NaN if either is invalid.
double seconds_between(std::string_view from, std::string_view to);

}  // namespace hpsearch::reports
