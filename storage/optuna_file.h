// Writes a study into an SQLite file that Optuna opens and continues (optuna_schema.sql).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hpsearch::storage {

using JsonAttributes = std::map<std::string, std::string>;  // name to JSON value

struct OptunaStudy {
  std::string name;
  bool maximize = false;
  JsonAttributes attributes;  // "user attributes"
};

struct OptunaParam {
  std::string name;
  double value = 0.0;             // the index for a choice
  std::string distribution_json;  // as optuna.distributions.distribution_to_json() writes it
};

struct OptunaTrial {
  std::string state;                    // COMPLETE, PRUNED, FAIL or WAITING
  std::optional<std::string> started;   // "2026-01-31 23:59:59.123000"
  std::optional<std::string> finished;  // likewise
  std::optional<double> value;
  std::vector<OptunaParam> params;
  std::vector<std::pair<int, double>> steps;  // step and value, which may be NaN or infinite
  JsonAttributes attributes;                  // "user attributes"
  JsonAttributes system_attributes;
};

// For one thread. Every function throws StoreError.
class OptunaFile {
 public:
  // Creates the file, which must not exist.
  OptunaFile(const std::filesystem::path& path, const OptunaStudy& study);
  ~OptunaFile();
  OptunaFile(const OptunaFile&) = delete;
  OptunaFile& operator=(const OptunaFile&) = delete;

  // Adds a trial. Trials are numbered from 0 in order of the calls, without gaps: Optuna derives
  // the next number from their count, so a gap would lead to a duplicate.
  void add(const OptunaTrial& trial);

  // Commits and closes the file, which is not usable before.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hpsearch::storage
