#include "runner/run/ensemble_networks.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "runner/run/launch.h"
#include "runner/run/nn_trials.h"
#include "runner/run/trial_folds.h"
#include "runner/run/trial_job.h"

namespace hpsearch::runner {
namespace {

const nn::TrainingData& data_of(const nn::TrainingData& data, int fold) {
  return data.folds.empty() ? data : *data.folds.at(static_cast<std::size_t>(fold));
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// One call of gather_candidates().
class Gathering {
 public:
  Gathering(const EndedSweep& ended,
            storage::Queries& queries,
            LinePrinter& printer,
            const std::stop_token& stop)
      : ended_(ended), queries_(queries), printer_(printer), stop_(stop) {}

  std::vector<Candidate> run(int most) {
    std::vector<Candidate> candidates;
    const auto board = queries_.leaderboard(ended_.sweep.name, most);
    for (const storage::LeaderboardRow& trial : board) {
      if (trial.violation > 0.0 && board.front().violation == 0.0) {
        break;  // the others violate constraints, and some do not
      }
      candidates.push_back(networks_of(trial));
    }
    regain(candidates);
    return candidates;
  }

 private:
  // With the weights that are kept. Where they are missing, the task knows the stored epochs.
  Candidate networks_of(const storage::LeaderboardRow& trial) {
    Candidate candidate{trial.trial, {}, {}};
    const TrialTask task = task_of(ended_, trial, queries_);
    std::optional<KeptWeights> kept;
    if (ended_.candidates != nullptr && ended_.same_machine) {
      const auto row = queries_.trial(ended_.sweep.sweep_id, trial.trial).value();
      kept = ended_.candidates->read(trial.trial, row.attempt);
    }
    if (task.folds == 0) {
      candidate.networks.push_back({trial.trial_id, task, trial.best_epoch, {}, &ended_.data});
      if (kept && kept->origin.epoch == trial.best_epoch) {
        candidate.networks.front().weights = std::move(kept->tensors);
      }
    }
    for (StoredTraining& training : stored_trainings(queries_, trial.trial_id)) {
      if (task.folds == 0) {
        break;
      }
      const int fold = training.row.replicate;
      Network network{trial.trial_id,
                      fold_task(task, fold),
                      training.row.best_epoch.value_or(0),
                      {},
                      &data_of(ended_.data, fold)};
      network.task.stored = std::move(training.epochs);
      const auto at = static_cast<std::size_t>(fold);
      if (kept && at < kept->folds.size() && kept->folds[at].epoch == network.epoch) {
        network.weights = std::move(kept->folds[at].tensors);
      }
      candidate.networks.push_back(std::move(network));
    }
    return candidate;
  }

  // Weights are as good as the loss that they repeat, to the last bit.
  bool are_right(const Network& network) const {
    const auto judge = make_judge(network.task, *network.data, network.weights, stop_);
    const auto at = static_cast<std::size_t>(network.epoch) - 1;
    if (judge == nullptr || network.epoch < 1 || at >= network.task.stored.size()) {
      return false;
    }
    const auto now = judge->evaluate(network.data->split.validation, stop_);
    return now && same_bits(now->loss, network.task.stored[at].val_loss);
  }

  // Trains again what has no weights, all at once.
  void regain(std::vector<Candidate>& candidates) {
    std::vector<std::function<void()>> jobs;
    for (Candidate& candidate : candidates) {
      for (Network& network : candidate.networks) {
        if (are_right(network)) {
          continue;
        }
        network.weights.clear();
        jobs.emplace_back([this, &network] { train_again(network); });
      }
    }
    if (jobs.empty()) {
      return;
    }
    if (!ended_.trials.reproducible()) {
      throw NoEnsemble("its trainer cannot repeat a trial");
    }
    printer_.line(fmt::format("training {} network{} again for the ensemble", jobs.size(),
                              jobs.size() == 1 ? "" : "s"));
    run_at_once(ended_.workers, jobs);
    if (stop_.stop_requested()) {
      throw EnsembleStopped();
    }
  }

  // On a worker's thread.
  void train_again(Network& network) const {
    std::optional<nn::WeightSet> weights;
    try {
      weights = train_up_to(ended_.trials, network.task, network.epoch, stop_);
    } catch (const NotReproducible&) {
      if (ended_.same_machine) {
        throw;
      }
      TrialTask task = network.task;
      task.stored.clear();
      weights = train_up_to(ended_.trials, task, network.epoch, stop_);
    }
    network.weights = std::move(weights).value_or(nn::WeightSet{});
  }

  const EndedSweep& ended_;
  storage::Queries& queries_;
  LinePrinter& printer_;
  const std::stop_token& stop_;
};

}  // namespace

TrialTask task_of(const EndedSweep& ended,
                  const storage::LeaderboardRow& trial,
                  storage::Queries& queries) {
  const storage::TrialRow row = queries.trial(ended.sweep.sweep_id, trial.trial).value();
  return make_launch_again(ended.spec, row, queries.epochs(trial.trial_id)).task;
}

std::vector<Candidate> gather_candidates(const EndedSweep& ended,
                                         int most,
                                         storage::Queries& queries,
                                         LinePrinter& printer,
                                         const std::stop_token& stop) {
  return Gathering(ended, queries, printer, stop).run(most);
}

Candidate train_in_folds(const EndedSweep& ended,
                         const storage::LeaderboardRow& winner,
                         const nn::TrainingData& data,
                         storage::Queries& queries,
                         LinePrinter& printer,
                         const std::stop_token& stop) {
  Candidate candidate{winner.trial, {}, {}};
  TrialTask task = task_of(ended, winner, queries);
  task.stored.clear();
  task.folds = static_cast<int>(data.folds.size());
  const auto trials = make_nn_trials(data);
  std::vector<TrialOutcome> outcomes(data.folds.size());
  std::vector<std::function<void()>> jobs;
  for (int fold = 0; fold < task.folds; ++fold) {
    candidate.networks.push_back(
        {winner.trial_id, fold_task(task, fold), 0, {}, &data_of(data, fold)});
    jobs.emplace_back([&, fold] {
      const auto at = static_cast<std::size_t>(fold);
      outcomes[at] = run_trial(
          candidate.networks[at].task, *trials, ended.spec.metric, [](const nn::EpochRecord&) {},
          stop);
    });
  }
  printer.line(
      fmt::format("training trial {} in {} folds for the ensemble", winner.trial, task.folds));
  run_at_once(ended.workers, jobs);
  for (std::size_t fold = 0; fold < outcomes.size(); ++fold) {
    TrialOutcome& outcome = outcomes[fold];
    if (outcome.state == search::TrialState::kInterrupted) {
      throw EnsembleStopped();
    }
    if (outcome.state != search::TrialState::kComplete || outcome.weights.empty()) {
      throw NoEnsemble(fmt::format("fold {} of trial {} {}{}{}", fold, winner.trial,
                                   search::to_text(outcome.state),
                                   outcome.reason.empty() ? "" : ": ", outcome.reason));
    }
    candidate.networks[fold].epoch = outcome.best_epoch;
    candidate.networks[fold].weights = std::move(outcome.weights);
  }
  return candidate;
}

}  // namespace hpsearch::runner
