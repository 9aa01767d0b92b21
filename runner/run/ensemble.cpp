#include "runner/run/ensemble.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "nn/model/greedy_selection.h"
#include "nn/training/batch_loader.h"
#include "runner/run/ensemble_networks.h"
#include "runner/run/explain_winner.h"
#include "runner/run/networks.h"
#include "runner/run/nn_trials.h"
#include "runner/run/weights_metadata.h"
#include "runner/run/winner_files.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

using Rows = std::vector<std::uint32_t>;

constexpr double kNormal975 = 1.959963984540054;  // quantile of the normal distribution

// The rows that judge.
struct Judging {
  Rows rows;
  nn::RowTruth truth;
};

// `settings`: the winner's, whose loss judges all.
Judging judging_of(const nn::TrainingData& data,
                   const nn::ModelTarget& target,
                   const nn::Settings& settings) {
  Judging judging{judging_rows(data), {}};
  const nn::Dataset& dataset = *data.dataset;
  judging.truth.width = nn::prediction_width(target);
  judging.truth.regression = nn::regression_loss(settings);
  judging.truth.huber_delta = settings.huber_delta;
  for (const std::uint32_t row : judging.rows) {
    if (dataset.task != nn::Task::kRegression) {
      judging.truth.labels.push_back(dataset.labels[row]);
      continue;
    }
    for (std::size_t t = 0; t < dataset.outputs; ++t) {
      judging.truth.targets.push_back(dataset.targets[row * dataset.outputs + t]);
    }
  }
  for (const nn::TargetScaling& scaling : target.scaling) {
    judging.truth.deviations.push_back(scaling.deviation);
  }
  return judging;
}

// One call of keep_ensemble().
class Ensemble {
 public:
  Ensemble(const EndedSweep& ended,
           const storage::LeaderboardRow& winner,
           storage::Queries& queries,
           storage::Store& store,
           LinePrinter& printer,
           const std::stop_token& stop)
      : ended_(ended),
        winner_(winner),
        queries_(queries),
        store_(store),
        printer_(printer),
        stop_(stop) {}

  std::vector<storage::MetricRow> keep() {
    const search::EnsembleSpec& spec = ended_.spec.ensemble;
    row_.kind = spec.trials > 0 ? "trials" : "folds";
    std::vector<Candidate> candidates;
    if (spec.folds > 0 && ended_.spec.dataset.folds == 0) {
      own_data_ = ended_.load_folds(spec.folds);
      data_ = &own_data_;
      candidates.push_back(train_in_folds(ended_, winner_, own_data_, queries_, printer_, stop_));
    } else {
      data_ = &ended_.data;
      candidates = gather_candidates(ended_, std::max(1, spec.trials), queries_, printer_, stop_);
    }
    target_ = nn::target_of(pooled(*data_));
    settings_ = nn::make_settings(task_of(ended_, winner_, queries_).settings);
    judging_ = judging_of(*data_, target_, settings_);
    row_.rows = static_cast<std::int64_t>(judging_.rows.size());
    predict(candidates);
    choose(candidates);
    std::vector<storage::MetricRow> test_metrics = judge();
    if (spec.refit) {
      refit();
    }
    keep_files();
    store_.put_ensemble(ended_.sweep.sweep_id, row_);  // last: it stands for the files
    return test_metrics;
  }

 private:
  void predict(std::vector<Candidate>& candidates) {
    std::vector<std::function<void()>> jobs;
    for (Candidate& candidate : candidates) {
      candidate.predictions.resize(judging_.rows.size() * judging_.truth.width);
      for (const Network& network : candidate.networks) {
        jobs.emplace_back(
            [this, &candidate, &network] { predict(network, candidate.predictions); });
      }
    }
    run_at_once(ended_.workers, jobs);
    if (stop_.stop_requested()) {
      throw EnsembleStopped();
    }
  }

  // The rows that the network was not trained on. On a worker's thread.
  void predict(const Network& network, std::vector<double>& all) const {
    const Rows& rows = network.data->split.validation;
    const auto some = predict_rows(network, rows, stop_);
    if (!some) {
      if (stop_.stop_requested()) {
        return;
      }
      throw NoEnsemble(fmt::format("the trainer of trial {} has no weights", network.task.number));
    }
    const std::size_t width = judging_.truth.width;
    auto to = judging_.rows.begin();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      to = std::lower_bound(to, judging_.rows.end(), rows[i]);
      std::copy_n(some->begin() + static_cast<std::ptrdiff_t>(i * width), width,
                  all.begin() + (to - judging_.rows.begin()) * static_cast<std::ptrdiff_t>(width));
    }
  }

  std::vector<double> losses_of(const nn::MeanPrediction& mean) const {
    std::vector<double> losses;
    for (std::size_t row = 0; row < judging_.rows.size(); ++row) {
      losses.push_back(
          nn::row_loss(judging_.truth, row, mean.values().data() + row * judging_.truth.width));
    }
    return losses;
  }

  void add_metric(const std::string& name, double value) { row_.metrics.push_back({name, value}); }

  // The mean, and where the mean of other such rows lies in 95 of 100 cases. No value is below
  // `least`.
  void add_interval(const std::string& name, const std::vector<double>& values, double least) {
    const auto n = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
    const double squares = std::accumulate(
        values.begin(), values.end(), 0.0,
        [&](double sum, double value) { return sum + (value - mean) * (value - mean); });
    const double half = n > 1 ? kNormal975 * std::sqrt(squares / (n - 1) / n) : 0.0;
    add_metric(name, mean);
    add_metric(name + "_low", std::max(mean - half, least));
    add_metric(name + "_high", mean + half);
  }

  void choose(std::vector<Candidate>& candidates) {
    std::vector<int> counts{1};
    if (ended_.spec.ensemble.trials > 0) {
      std::vector<std::span<const double>> matrices;
      matrices.reserve(candidates.size());
      for (const Candidate& candidate : candidates) {
        matrices.emplace_back(candidate.predictions);
      }
      auto selection =
          nn::select_greedily(judging_.truth, matrices, ended_.spec.ensemble.steps, stop_);
      if (!selection) {
        throw EnsembleStopped();
      }
      counts = std::move(selection->counts);
    }
    const double taken = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (ended_.spec.ensemble.trials > 0) {
      add_metric("steps", taken);
    }
    nn::MeanPrediction mean(target_, judging_.rows.size());
    nn::MeanPrediction best(target_, judging_.rows.size());
    best.add(1.0, candidates.front().predictions);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      if (counts[c] == 0) {
        continue;
      }
      const double share = counts[c] / taken;
      mean.add(share, candidates[c].predictions);
      for (Network& network : candidates[c].networks) {
        shares_.push_back(share / static_cast<double>(candidates[c].networks.size()));
        networks_.push_back(std::move(network));
      }
    }
    model_ = model_of_networks(networks_, shares_, *data_);
    model_.settings = settings_;
    model_.target = target_;
    for (const auto& [name, value] :
         named_metrics(evaluate_mean(model_, *data_->dataset, judging_.rows, mean), "val_")) {
      if (name != "val_loss") {
        add_metric(name, value);
      }
    }
    judged_.emplace(mean);
    const std::vector<double> losses = losses_of(mean);
    add_interval("val_loss", losses, 0.0);
    if (ended_.spec.ensemble.trials > 0) {
      for (const auto& [name, value] : named_metrics(
               evaluate_mean(model_, *data_->dataset, judging_.rows, best), "best_val_")) {
        if (name != "best_val_loss") {
          add_metric(name, value);
        }
      }
      std::vector<double> gains = losses_of(best);
      add_metric("best_val_loss", std::accumulate(gains.begin(), gains.end(), 0.0) /
                                      static_cast<double>(gains.size()));
      std::transform(gains.begin(), gains.end(), losses.begin(), gains.begin(), std::minus<>());
      add_interval("gain", gains, -std::numeric_limits<double>::infinity());
    }
  }

  // Each network again, on all rows for the epochs that it took: its schedule then ends with its
  // training. The test part, which has judged the networks before, is among the rows, unless it
  // came with the data: others will compare with what it says.
  void refit() {
    all_rows_ = pooled(*data_);
    if (all_rows_.dataset->own_test_rows == 0) {
      Rows& rows = all_rows_.split.train;
      const Rows& test = data_->split.test;
      Rows both;
      std::set_union(rows.begin(), rows.end(), test.begin(), test.end(), std::back_inserter(both));
      rows = std::move(both);
    }
    if (all_rows_.dataset->task == nn::Task::kRegression) {
      all_rows_.targets = nn::fit_targets(*all_rows_.dataset, all_rows_.split.train,
                                          ended_.spec.dataset.standardize_target.value_or(true));
    }
    const auto trials = make_nn_trials(all_rows_);
    std::vector<Network> again = networks_;
    std::vector<std::function<void()>> jobs;
    for (Network& network : again) {
      network.task.folds = 0;
      network.task.stored.clear();
      network.task.epochs = network.epoch;
      network.task.settings.insert_or_assign("epochs", std::int64_t{network.epoch});
      network.data = &all_rows_;
      network.weights.clear();
      jobs.emplace_back([this, &network, &trials] {
        network.weights =
            train_up_to(*trials, network.task, network.epoch, stop_).value_or(nn::WeightSet{});
      });
    }
    printer_.line(fmt::format("training the ensemble's {} network{} on all {} rows", jobs.size(),
                              jobs.size() == 1 ? "" : "s", all_rows_.split.train.size()));
    run_at_once(ended_.workers, jobs);
    if (stop_.stop_requested()) {
      throw EnsembleStopped();
    }
    const auto failed = std::find_if(again.begin(), again.end(),
                                     [](const Network& one) { return one.weights.empty(); });
    if (failed != again.end()) {
      printer_.important(
          fmt::format("trial {} diverged on all rows, so the ensemble keeps the networks of before",
                      failed->task.number));
      return;
    }
    networks_ = std::move(again);
    model_ = model_of_networks(networks_, shares_, *data_);
    model_.settings = settings_;
    model_.target = nn::target_of(all_rows_);
    fit_baseline(model_, all_rows_, printer_);
  }

  nn::MeanPrediction predict_test(const Rows& rows) {
    std::vector<std::optional<std::vector<double>>> each(networks_.size());
    std::vector<std::function<void()>> jobs;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      jobs.emplace_back([&, n] { each[n] = predict_rows(networks_[n], rows, stop_); });
    }
    run_at_once(ended_.workers, jobs);
    nn::MeanPrediction mean(target_, rows.size());
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      if (!each[n]) {
        throw EnsembleStopped();
      }
      mean.add(shares_[n], *each[n]);
    }
    return mean;
  }

  // Fills the ensemble's row, with what the test part says.
  std::vector<storage::MetricRow> judge() {
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      const Network& network = networks_[n];
      row_.members.push_back(
          {network.trial_id, network.task.number, network.task.fold, network.epoch, shares_[n]});
    }
    std::vector<storage::MetricRow> test_metrics;
    const Rows& rows = data_->split.test;
    test_predictions_.emplace(predict_test(rows));
    std::optional<nn::Evaluation> test;
    if (!rows.empty()) {
      test = evaluate_mean(model_, *data_->dataset, rows, *test_predictions_);
      for (const auto& [name, value] : named_metrics(*test, "test_")) {
        add_metric(name, value);
        test_metrics.push_back({winner_.best_epoch, name, value});
      }
    }
    std::sort(row_.metrics.begin(), row_.metrics.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    const nn::TrainingData all = pooled(*data_);
    fit_baseline(model_, all, printer_);
    // In folds no row outside the test part is new to all networks.
    const bool unseen = test || data_->folds.empty();
    explanation_ =
        !unseen
            ? reports::Explanation()
            : explain_or_say(
                  [&] { return explain_ensemble(model_, all, test, ended_.sweep.metric, stop_); },
                  printer_);
    if (!explanation_) {
      throw EnsembleStopped();
    }
    return test_metrics;
  }

  void keep_files() {
    const TrialTask task = task_of(ended_, winner_, queries_);
    try {
      keep_model(ended_, winner_, model_,
                 weights_metadata(ended_.sweep, winner_, task, ended_.spec, *data_), store_);
    } catch (const storage::StoreError&) {
      throw;
    } catch (const std::runtime_error& error) {
      printer_.important(fmt::format("the ensemble's weights were not kept: {}", error.what()));
      return;
    }
    // Without a test part, the rows that judged: no network was trained on what it says of them.
    const bool tested = !data_->split.test.empty();
    const nn::MeanPrediction& mean = tested ? *test_predictions_ : *judged_;
    nn::TrainingData data = pooled(*data_);  // of all its networks, not of the first fold's
    if (!tested) {
      data.split.validation = judging_.rows;
    }
    const PredictRows predict = [&](auto some, const auto& use, const auto&) {
      std::vector<float> outputs(some.size() * target_.outputs());
      mean.write_outputs(0, some.size(), outputs.data());
      use(some, outputs.data(), target_.outputs());
      return true;
    };
    keep_predictions(ended_, winner_, predict, data, *std::move(explanation_), store_, printer_,
                     stop_);
  }

  const EndedSweep& ended_;
  const storage::LeaderboardRow& winner_;
  storage::Queries& queries_;
  storage::Store& store_;
  LinePrinter& printer_;
  const std::stop_token& stop_;
  nn::TrainingData own_data_;  // in folds of the ensemble's own
  nn::TrainingData all_rows_;  // of a refit
  const nn::TrainingData* data_ = nullptr;
  nn::ModelTarget target_;
  Judging judging_;
  std::vector<Network> networks_;
  std::vector<double> shares_;  // (networks)
  nn::TrainedModel model_;
  nn::Settings settings_;                               // of the winner
  std::optional<nn::MeanPrediction> judged_;            // of the rows that judge
  std::optional<nn::MeanPrediction> test_predictions_;  // before a refit
  std::optional<reports::Explanation> explanation_;     // likewise
  storage::EnsembleRow row_;
};

}  // namespace

bool has_ensemble(const search::SweepSpec& spec) {
  return spec.dataset.folds > 0 || spec.ensemble.folds > 0 || spec.ensemble.trials > 0;
}

std::optional<std::vector<storage::MetricRow>> keep_ensemble(const EndedSweep& ended,
                                                             const storage::LeaderboardRow& winner,
                                                             storage::Queries& queries,
                                                             storage::Store& store,
                                                             LinePrinter& printer,
                                                             const std::stop_token& stop) {
  try {
    return Ensemble(ended, winner, queries, store, printer, stop).keep();
  } catch (const EnsembleStopped&) {
    return std::nullopt;
  }
}

}  // namespace hpsearch::runner
