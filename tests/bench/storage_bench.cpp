// bench_storage: how fast the database takes epochs and claims.
//
//   bench_storage epochs  DATABASE N   commits of one epoch each, of a claimed trial, as with
//   --join bench_storage claims  DATABASE N   claims of N trials that nobody has begun
//   bench_storage records DATABASE N   N epochs through the recorder, which commits them in groups
//
// DATABASE is a file or a URL; its sweep `bench` is made if it is not there, and new trials follow
// those that it has. Prints one JSON object: count, seconds (wall), cpu_seconds (of this process).
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "storage/backend.h"
#include "storage/recorder.h"

namespace {

using namespace hpsearch;

constexpr char kSweep[] = "bench";
constexpr std::uint64_t kTrials = 10'000'000;  // of the sweep, more than are ever begun
constexpr int kEpochsOfATrial = 20;

storage::SweepRow make_sweep(storage::Store& store) {
  storage::NewSweep sweep;
  sweep.name = kSweep;
  sweep.method = "random";
  sweep.metric = "val_accuracy";
  sweep.goal = "maximize";
  sweep.config_yaml = "name: bench\n";
  sweep.config_hash = "c0de";
  sweep.data_json = "{}";
  sweep.tool_version = "bench";
  const storage::StageRow stage{0, kEpochsOfATrial, static_cast<std::int64_t>(kTrials),
                                search::space_json({})};
  return store.find_or_create_sweep(sweep, {stage}, {});
}

storage::TrialStart trial(std::uint64_t number, const std::string& worker) {
  storage::TrialStart start;
  start.number = number;
  start.seed = 1000 + number;
  start.epochs = kEpochsOfATrial;
  start.params = {{"dropout", 0.3}, {"l2", 1.5e-6}, {"learning_rate", 0.025771}};
  start.units = {0.5, 0.25, 0.6};
  start.worker = worker;
  return start;
}

// What an epoch of a classification has.
nn::EpochRecord epoch_record(int epoch) {
  nn::EpochRecord record;
  record.epoch = epoch;
  const double at = 1.0 / (1.0 + epoch % 1000);
  record.train_loss = at;
  record.train_accuracy = 1.0 - at / 3;
  record.val_loss = at * 1.1;
  record.val_accuracy = 1.0 - at / 2;
  record.learning_rate = 0.025771;
  record.grad_norm = at * 3;
  record.weight_norm = 12.0 + at;
  record.update_ratio = 0.001 * at;
  record.seconds = 0.001;
  record.val_balanced_accuracy = 1.0 - at / 2;
  record.val_f1 = 1.0 - at / 2;
  return record;
}

double process_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

class Measured {
 public:
  // Prints what the rest of the object's life took for `count` things.
  void print(std::uint64_t count) const {
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin_;
    fmt::print("{{\"count\": {}, \"seconds\": {}, \"cpu_seconds\": {}}}\n", count, wall.count(),
               process_seconds() - cpu_);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double cpu_ = process_seconds();
};

// The first number that no trial has.
std::uint64_t first_number(const std::string& database, std::int64_t sweep) {
  const auto numbers = storage::open_queries(database)->trial_numbers(sweep);
  return numbers ? numbers->second + 1 : 0;
}

void claim(storage::Claims& claims, std::uint64_t number) {
  if (!claims.claim({.start = trial(number, claims.worker("bench", 0))})) {
    throw std::runtime_error(fmt::format("trial {} cannot be claimed", number));
  }
}

void commit_epochs(const std::string& database, std::int64_t sweep, std::uint64_t count) {
  const std::uint64_t number = first_number(database, sweep);
  const auto claims = storage::open_claims(database, "bench", sweep, kSweep);
  claim(*claims, number);
  const auto commit = [&](std::uint64_t epoch) {
    const storage::Entry entry =
        storage::EpochEntry{number, epoch_record(static_cast<int>(epoch) + 1)};
    claims->journal().commit(sweep, {&entry, 1}, 0.0);
  };
  commit(0);  // which prepares the statements
  const Measured measured;
  for (std::uint64_t epoch = 1; epoch <= count; ++epoch) {
    commit(epoch);
  }
  measured.print(count);
}

void claim_trials(const std::string& database, std::int64_t sweep, std::uint64_t count) {
  const std::uint64_t first = first_number(database, sweep);
  const auto claims = storage::open_claims(database, "bench", sweep, kSweep);
  claim(*claims, first);
  const Measured measured;
  for (std::uint64_t i = 1; i <= count; ++i) {
    claim(*claims, first + i);
  }
  measured.print(count);
}

void record(storage::Store& store,
            const std::string& database,
            std::int64_t sweep,
            std::uint64_t count) {
  std::uint64_t number = first_number(database, sweep);
  const Measured measured;
  storage::Recorder recorder(store, sweep);
  for (std::uint64_t i = 0; i < count; ++number) {
    recorder.start_trial(trial(number, "bench/0"));
    for (int epoch = 1; epoch <= kEpochsOfATrial && i < count; ++epoch, ++i) {
      recorder.record_epoch(number, epoch_record(epoch));
    }
    storage::TrialEnd end;
    end.number = number;
    end.value = 0.97;
    end.score = -0.97;
    end.best_epoch = kEpochsOfATrial;
    end.epochs_done = kEpochsOfATrial;
    recorder.end_trial(end);
  }
  recorder.close();
  measured.print(count);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv, argv + argc);
    if (words.size() != 4) {
      fmt::print(stderr, "usage: bench_storage epochs|claims|records DATABASE N\n");
      return 2;
    }
    const std::string& database = words[2];
    const std::uint64_t count = std::stoull(words[3]);
    const auto store = storage::open_store(database, "bench");
    const std::int64_t sweep = make_sweep(*store).sweep_id;
    if (words[1] == "epochs") {
      commit_epochs(database, sweep, count);
    } else if (words[1] == "claims") {
      claim_trials(database, sweep, count);
    } else {
      record(*store, database, sweep, count);
    }
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_storage: {}\n", error.what());
    return 1;
  }
}
