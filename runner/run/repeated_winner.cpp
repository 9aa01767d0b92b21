#include "runner/run/repeated_winner.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "runner/run/launch.h"
#include "runner/run/networks.h"
#include "runner/run/trial_folds.h"
#include "runner/run/trial_job.h"
#include "runner/run/weights_metadata.h"
#include "storage/events.h"

namespace hpsearch::runner {
namespace {

// One of the trainings, and what it found.
struct Replicate {
  storage::ReplicateRow row;
  Network network;
};

// The complete replicates, with the weights that this run has in memory.
std::vector<Replicate> replicates_of(const EndedSweep& ended,
                                     const storage::LeaderboardRow& winner,
                                     const storage::TrialRow& trial,
                                     storage::Queries& queries) {
  TrialTask task = make_launch_again(ended.spec, trial, {}).task;
  task.replicates = ended.spec.repeats.seeds;
  const bool kept =
      ended.kept && ended.kept->origin == WeightsOrigin{trial.number, trial.attempt, 0};
  std::vector<Replicate> replicates;
  for (StoredTraining& training : stored_trainings(queries, winner.trial_id)) {
    const auto at = static_cast<std::size_t>(training.row.replicate);
    if (training.row.replicate >= ended.spec.repeats.seeds) {
      continue;  // of a run with more seeds
    }
    Network network{winner.trial_id,
                    fold_task(task, training.row.replicate),
                    training.row.best_epoch.value_or(0),
                    {},
                    &ended.data};
    network.task.stored = std::move(training.epochs);
    if (kept && at < ended.kept->folds.size() && ended.kept->folds[at].epoch == network.epoch) {
      network.weights = ended.kept->folds[at].tensors;
    }
    replicates.push_back({std::move(training.row), std::move(network)});
  }
  return replicates;
}

// Trains again what has no weights, all at once. False if `stop` came first.
bool regain_weights(const EndedSweep& ended,
                    std::vector<Replicate>& replicates,
                    storage::Store& store,
                    LinePrinter& printer,
                    const std::stop_token& stop) {
  std::vector<Network*> missing;
  for (Replicate& replicate : replicates) {
    if (replicate.network.weights.empty()) {
      missing.push_back(&replicate.network);
    }
  }
  if (missing.empty()) {
    return true;
  }
  printer.line(fmt::format(
      "training {} of trial {} again for {} weights",
      missing.size() == 1 ? "one replicate" : fmt::format("{} replicates", missing.size()),
      missing.front()->task.number, missing.size() == 1 ? "its" : "their"));
  std::vector<char> differs(missing.size());
  std::vector<std::function<void()>> jobs;
  for (std::size_t i = 0; i < missing.size(); ++i) {
    jobs.emplace_back([&, i] {
      Network& network = *missing[i];
      std::optional<nn::WeightSet> weights;
      try {
        weights = train_up_to(ended.trials, network.task, network.epoch, stop);
      } catch (const NotReproducible&) {
        if (ended.same_machine) {
          throw;
        }
        differs[i] = 1;
        TrialTask task = network.task;
        task.stored.clear();
        weights = train_up_to(ended.trials, std::move(task), network.epoch, stop);
      }
      network.weights = std::move(weights).value_or(nn::WeightSet{});
    });
  }
  run_at_once(ended.workers, jobs);
  if (std::find(differs.begin(), differs.end(), 1) != differs.end()) {
    printer.line(
        "the winner was trained on another CPU or by another build and gives other bits here: its "
        "test metrics are those of the weights trained here");
    store.add_event(ended.sweep.sweep_id, missing.front()->task.number,
                    storage::TestMetricOfOtherWeights{}.to_row());
  }
  return !stop.stop_requested();
}

// Each replicate's metrics, then the means of those that all have. Empty if `stop` came first.
std::optional<std::vector<storage::MetricRow>> test_all(const EndedSweep& ended,
                                                        const std::vector<Replicate>& replicates,
                                                        const std::stop_token& stop) {
  std::vector<std::optional<nn::Evaluation>> tests(replicates.size());
  std::vector<std::function<void()>> jobs;
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    jobs.emplace_back([&, i] {
      const Network& network = replicates[i].network;
      if (const auto judge = make_judge(network.task, ended.data, network.weights, stop)) {
        tests[i] = judge->evaluate(ended.data.split.test, stop);
      }
    });
  }
  run_at_once(ended.workers, jobs);
  if (stop.stop_requested()) {
    return std::nullopt;
  }
  std::vector<storage::MetricRow> rows;
  std::map<std::string, std::pair<double, std::size_t>> sums;
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    if (!tests[i]) {
      continue;
    }
    for (const auto& [name, value] : named_metrics(*tests[i], "test_")) {
      rows.push_back({replicates[i].network.epoch, name, value, replicates[i].row.replicate});
      auto& [sum, count] = sums[name];
      sum += value;
      ++count;
    }
  }
  for (const auto& [name, sum] : sums) {
    if (sum.second == replicates.size()) {
      rows.push_back({0, name, sum.first / static_cast<double>(sum.second)});
    }
  }
  return rows;
}

}  // namespace

std::optional<std::vector<storage::MetricRow>> keep_repeated_winner(
    const EndedSweep& ended,
    const storage::LeaderboardRow& winner,
    storage::Queries& queries,
    storage::Store& store,
    LinePrinter& printer,
    const std::stop_token& stop) {
  const storage::TrialRow trial = queries.trial(ended.sweep.sweep_id, winner.trial).value();
  std::vector<Replicate> replicates = replicates_of(ended, winner, trial, queries);
  std::vector<storage::MetricRow> metrics;
  if (replicates.empty() || !ended.trials.reproducible()) {
    return metrics;  // its trainer has no weights to show
  }
  if (!regain_weights(ended, replicates, store, printer, stop)) {
    return std::nullopt;
  }
  if (!ended.data.split.test.empty()) {
    auto tested = test_all(ended, replicates, stop);
    if (!tested) {
      return std::nullopt;
    }
    metrics = *std::move(tested);
  }
  const Replicate& best = *std::min_element(
      replicates.begin(), replicates.end(), [&](const Replicate& a, const Replicate& b) {
        return ended.spec.metric.score(a.row.value.value_or(0.0)) <
               ended.spec.metric.score(b.row.value.value_or(0.0));
      });
  storage::LeaderboardRow shown = winner;
  shown.best_epoch = best.network.epoch;
  shown.value = best.row.value.value_or(winner.value);
  shown.seed = best.row.seed;
  const auto judge = make_judge(best.network.task, ended.data, best.network.weights, stop);
  if (judge == nullptr ||
      keep_network(ended, shown, best.network.task, *judge, store, printer, stop)) {
    return metrics;
  }
  return std::nullopt;
}

}  // namespace hpsearch::runner
