// Small sweeps, and a view of the file that owes nothing to the code under test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "storage/backend.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::storage {

// A plain connection by the C interface.
class Sql {
 public:
  explicit Sql(const std::filesystem::path& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) {
      throw std::runtime_error("cannot open " + path.string());
    }
  }
  ~Sql() { sqlite3_close(db_); }
  Sql(const Sql&) = delete;
  Sql& operator=(const Sql&) = delete;

  sqlite3* handle() { return db_; }

  // Each row as text, its columns joined by '|', NULL as "NULL".
  std::vector<std::string> rows(const std::string& sql) {
    std::vector<std::string> result;
    auto add = [](void* rows, int n, char** values, char**) {
      std::string row;
      for (int i = 0; i < n; ++i) {
        row += i == 0 ? "" : "|";
        row += values[i] == nullptr ? "NULL" : values[i];
      }
      static_cast<std::vector<std::string>*>(rows)->push_back(row);
      return 0;
    };
    char* message = nullptr;
    if (sqlite3_exec(db_, sql.c_str(), add, &result, &message) != SQLITE_OK) {
      const std::string text = message == nullptr ? "?" : message;
      sqlite3_free(message);
      throw std::runtime_error(text + " in " + sql);
    }
    return result;
  }

  // The first row; "no row" if there is none.
  std::string row(const std::string& sql) {
    const std::vector<std::string> all = rows(sql);
    return all.empty() ? "no row" : all.front();
  }
  void run(const std::string& sql) { rows(sql); }

 private:
  sqlite3* db_ = nullptr;
};

inline NewSweep new_sweep(const std::string& name, const std::string& goal = "maximize") {
  return {name,   "random", goal == "maximize" ? "val_accuracy" : "val_loss",
          goal,   1,        "name: x",
          "c0de", "{}",     "1.0"};
}

inline SweepRow make_sweep(Store& store,
                           const std::string& name,
                           const std::string& goal = "maximize",
                           const search::Space& space = {}) {
  return store.find_or_create_sweep(new_sweep(name, goal), {{0, 3, 10, search::space_json(space)}},
                                    space);
}

inline TrialStart trial_start(std::uint64_t number,
                              search::ParamSet params = {},
                              std::vector<std::optional<double>> units = {}) {
  return {number, 1000 + number, 0, 1, 3, std::move(params), std::move(units), "w0"};
}

inline nn::EpochRecord epoch_record(int epoch, double value = 0.5) {
  return {epoch, 0.1, 0.2, 0.3, value, 0.5, 0.6, 0.7, 0.8, 0.9};
}

// The value as the metric, with its sign as the goal has it.
inline TrialEnd trial_end(std::uint64_t number,
                          search::TrialState state,
                          std::optional<double> value = std::nullopt,
                          double sign = -1.0) {
  TrialEnd end{number, state, value, std::nullopt, value ? 2 : 0, 3, 1.5, ""};
  if (value) {
    end.score = sign * *value;
  }
  return end;
}

// Batches of one.
inline void write(Store& store, std::int64_t sweep, const Entry& entry) {
  store.commit(sweep, {&entry, 1});
}
inline void start_trial(Store& store, std::int64_t sweep, TrialStart start) {
  write(store, sweep, std::move(start));
}
inline void record_epoch(Store& store,
                         std::int64_t sweep,
                         TrainingKey training,
                         nn::EpochRecord record) {
  write(store, sweep, EpochEntry{training, std::move(record)});
}
inline void end_trial(Store& store, std::int64_t sweep, TrialEnd end) {
  write(store, sweep, std::move(end));
}
inline void enqueue_trial(Store& store, std::int64_t sweep, const TrialStart& trial) {
  store.enqueue(sweep, {&trial, 1});
}

// A file, a store on it and one sweep in it.
struct StoreFixture {
  test::TempFolder folder;
  std::filesystem::path file = folder.path() / "x.db";
  std::unique_ptr<Store> opened = open_store(file, "1.0");
  Store& store = *opened;
  std::int64_t sweep = make_sweep(store, "s").sweep_id;

  // A trial from its first row to its end.
  void trial(std::uint64_t number,
             search::TrialState state,
             std::optional<double> value = std::nullopt) {
    start_trial(store, sweep, trial_start(number));
    record_epoch(store, sweep, number, epoch_record(1));
    end_trial(store, sweep, trial_end(number, state, value));
  }
  void begin_run(std::int64_t run_cap) {
    store.begin_run(sweep, {"yaml", "hash", "{}", run_cap, {}});
  }
};

}  // namespace hpsearch::storage
