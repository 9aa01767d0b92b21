// Runs one sweep from its file to its end: `hpsearch run` for one file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "nn/data/training_data.h"
#include "runner/console/line_printer.h"
#include "runner/run/nn_trials.h"
#include "runner/run/trial_trainer.h"
#include "runner/stored/repeated_sweep.h"
#include "runner/stored/warm_start.h"
#include "runner/sweep_file/sweep_file.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

enum class Existing { kContinue, kSetAside };

struct RunRequest {
  std::filesystem::path database;
  std::optional<int> workers;  // instead of the file's, or of the number of cores
  Existing existing = Existing::kContinue;
  std::optional<std::int64_t> trials;     // to begin in this call
  std::optional<double> seconds;          // that this call may train
  std::optional<storage::Shard> shard;    // the part of the sweep to train; empty: all of it
  std::optional<RepeatedSweep> repeated;  // that the file is of; empty: it is the user's own
  bool join = false;                      // share the sweep with other processes
  bool silent = false;                    // no text on stdout: whoever asks reads the database
  bool json = false;                      // the answer as one JSON object
  std::vector<std::string> fields = {};   // of that object; empty: all
  std::string continue_command;  // what continues this run, to be shown when it is interrupted
};

// What trains the trials of a sweep with this data.
using MakeTrials = std::function<std::unique_ptr<TrialFactory>(const nn::TrainingData& data)>;

// Trains what is left, keeps the winner's test metric and weights, prints the answer to stdout.
// A stop interrupts it within a batch. Returns the exit code; throws UsageError, nn::DataError,
// storage::StoreError and NotReproducible.
int run_sweep(const SweepFile& file,
              const RunRequest& request,
              const std::stop_token& interrupt,
              LinePrinter& printer,
              const MakeTrials& make_trials = make_nn_trials);

}  // namespace hpsearch::runner
