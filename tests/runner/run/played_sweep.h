// A sweep whose trials are played from scripts and kept in a real database.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nn/network/weights.h"
#include "nn/training/trainer.h"
#include "reports/sweep/digest.h"
#include "runner/console/line_printer.h"
#include "runner/run/driver.h"
#include "runner/run/sweep_stages.h"
#include "runner/sweep_file/load_data.h"
#include "runner/sweep_file/sweep_file.h"
#include "search/samplers/sampler.h"
#include "storage/backend.h"
#include "storage/events.h"
#include "storage/recorder.h"
#include "tests/support/process.h"
#include "tests/support/scripted_trials.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {

inline std::string played_yaml(int run_cap, const std::string& more = "") {
  return fmt::format(
      "name: played\n"
      "seed: 1\n"
      "run_cap: {}\n"
      "dataset: {{source: xor}}\n"
      "model: {{hidden: []}}\n"
      "training: {{epochs: 3}}\n"
      "{}",
      run_cap, more.empty() ? "parameters: {l2: {min: 0.0, max: 1.0}}\n" : more);
}

// Lines that a program would print to stderr.
class Lines {
 public:
  Lines() : stream_(std::tmpfile()), printer(stream_) {}
  ~Lines() { std::fclose(stream_); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  std::string text() {
    std::fflush(stream_);
    std::rewind(stream_);
    std::string text;
    for (int c = std::fgetc(stream_); c != EOF; c = std::fgetc(stream_)) {
      text += static_cast<char>(c);
    }
    return text;
  }

 private:
  std::FILE* stream_;

 public:
  LinePrinter printer;
};

// The parts of a run without what surrounds them: a sweep in a database, its sampler and its plan,
// as they stand. Rows are made by drive() alone.
class PlayedSweep {
 public:
  explicit PlayedSweep(const std::string& yaml, test::ScriptedTrials::Scripts scripts)
      : trials(std::move(scripts)),
        loaded(load_data(load_sweep_file(folder.write("sweep.yaml", yaml).string()))) {
    id = open()
             ->find_or_create_sweep({spec().name, spec().method, spec().metric.name, "maximize",
                                     spec().seed, yaml, "c0de", "{}", "test"},
                                    new_stages(spec()), spec().space)
             .sweep_id;
  }

  const search::SweepSpec& spec() const { return loaded.spec; }
  std::filesystem::path database() const { return folder.path() / "x.db"; }
  std::unique_ptr<storage::Store> open() const { return storage::open_store(database(), "test"); }
  std::string query(const std::string& sql) const { return test::query(database(), sql); }
  const search::SamplerInfo& method() const { return *search::find_sampler(spec().method); }

  // A sampler as the rows stand.
  std::unique_ptr<search::Sampler> sampler(storage::Reader& store) const {
    const auto rows = store.stages(id);
    const auto begun = storage::events_of<storage::StageStarted>(store, id);
    return method().make({spec().space,
                          spec().seed,
                          spec().search,
                          current_stages(spec(), rows, begun, store.trials(id)),
                          begun_stages(spec(), rows, begun),
                          spec().lag(),
                          spec().constraints,
                          {}});
  }

  DriveResult drive(int workers = 1,
                    const std::stop_token& stop = {},
                    CallLimits call = {},
                    std::function<void(const std::optional<KeptWeights>&)> abandon = {}) {
    const auto store = open();
    const auto own = sampler(*store);
    const auto stages = store->stages(id);
    std::set<int> begun;
    for (const auto& event : storage::events_of<storage::StageStarted>(*store, id)) {
      begun.insert(event.stage);
    }
    Plan plan = make_plan(store->trials(id), spec().limits, spec().metric, own->size(),
                          method().learns != search::Learns::kNothing, promotes(spec()));
    const StoredTrials stored = stored_trials(*store, plan.unfinished, spec());
    add_curves(plan, *store, id, spec());
    storage::Recorder recorder(*store, id);
    Progress progress(lines.printer);
    const auto executor = make_executor(workers);
    return runner::drive({spec(), trials, *own, method().learns, stages, begun, recorder, *executor,
                          progress, workers, stored.epochs, std::nullopt, std::move(call), 0,
                          stored.folds, nullptr, nullptr, std::move(abandon)},
                         std::move(plan), stop);
  }

  test::TempFolder folder;
  test::ScriptedTrials trials;
  LoadedSweep loaded;
  std::int64_t id = 0;
  Lines lines;
};

// Weights of the trial's own network whose only number that is not 0 is the last bias: the epoch.
// On every row they predict the last class, with this logit.
inline nn::WeightSet epoch_as_bias(const TrialTask& task, const nn::TrainingData& data, int epoch) {
  nn::WeightSet weights;
  nn::copy_weights(nn::Trainer(nn::make_settings(task.settings), data, 0).network(), weights);
  for (nn::LoadedTensor& tensor : weights) {
    std::fill(tensor.values.begin(), tensor.values.end(), 0.0F);
  }
  weights.back().values.back() = static_cast<float>(epoch);
  return weights;
}

// What such weights lose on the rows of xor, half of which are of either class.
inline double loss_of_bias(double logit) {
  return 0.5 * (std::log1p(std::exp(logit)) + std::log1p(std::exp(-logit)));
}

// A script whose curve is this value in each epoch.
inline test::Script flat(double value) {
  return {.curve = {value}};
}

inline std::string digest(const PlayedSweep& sweep) {
  const auto queries = storage::open_queries(sweep.database());
  return reports::sweep_digest(*queries, sweep.id);
}

// Three workers train until trial `held` is where its script holds it; there the user stops the
// run.
inline void stop_while_held(PlayedSweep& sweep, std::uint64_t held) {
  std::stop_source stop;
  {
    const std::jthread user([&] {
      EXPECT_TRUE(sweep.trials.wait_until_held(held));
      stop.request_stop();
    });
    EXPECT_EQ(sweep.drive(3, stop.get_token()).end, DriveResult::End::kInterrupted);
  }
  sweep.trials.release(held);
}

}  // namespace hpsearch::runner
