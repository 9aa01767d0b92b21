#include "runner/run/networks.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "nn/model/metric_values.h"
#include "nn/model/model_judge.h"
#include "nn/model/predictor.h"
#include "runner/run/executor.h"
#include "runner/run/trial_job.h"
#include "runner/run/weights_metadata.h"

namespace hpsearch::runner {

std::unique_ptr<nn::Trainer> make_judge(const TrialTask& task,
                                        const nn::TrainingData& data,
                                        const nn::WeightSet& weights,
                                        const std::stop_token& stop) {
  if (weights.empty()) {
    return nullptr;
  }
  auto judge =
      std::make_unique<nn::Trainer>(nn::make_settings(task.settings), data, task.seed, stop);
  return judge->set_weights(weights) ? std::move(judge) : nullptr;
}

std::optional<nn::WeightSet> train_up_to(TrialFactory& trials,
                                         TrialTask task,
                                         int last,
                                         const std::stop_token& stop) {
  task.diagnostics = nn::Diagnostics::kNone;
  const auto trainer = trials.begin(task, stop);
  for (int epoch = 1; epoch <= last; ++epoch) {
    const auto record = trainer->train_epoch(stop);
    if (!record) {
      return std::nullopt;
    }
    require_same(task.number, task.stored, *record);
    if (record->diverged()) {
      return nn::WeightSet();
    }
  }
  trainer->keep_weights();
  return trainer->take_weights();
}

void run_at_once(int workers, const std::vector<std::function<void()>>& jobs) {
  std::vector<std::exception_ptr> errors(jobs.size());
  {
    const auto executor = make_executor(workers);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      executor->submit([&, i] {
        try {
          jobs[i]();
        } catch (...) {
          errors[i] = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& error : errors) {
    if (error) {
      std::rethrow_exception(error);
    }
  }
}

std::vector<std::pair<std::string, double>> named_metrics(const nn::Evaluation& evaluation,
                                                          const std::string& prefix) {
  std::vector<std::pair<std::string, double>> rows;
  for (const nn::MetricValue& metric : nn::defined_metrics(evaluation)) {
    rows.emplace_back(prefix + metric.name, metric.value);
  }
  return rows;
}

std::optional<std::vector<double>> predict_rows(const Network& network,
                                                std::span<const std::uint32_t> rows,
                                                const std::stop_token& stop) {
  const auto judge = make_judge(network.task, *network.data, network.weights, stop);
  if (judge == nullptr) {
    return std::nullopt;
  }
  const nn::ModelTarget target = nn::target_of(*network.data);
  const std::size_t width = nn::prediction_width(target);
  std::vector<double> predictions;
  predictions.reserve(rows.size() * width);
  std::vector<double> values(width);
  const bool whole = judge->predict(
      rows,
      [&](std::span<const std::uint32_t> some, const float* outputs, std::size_t stride) {
        for (std::size_t i = 0; i < some.size(); ++i) {
          nn::read_outputs(target, outputs + i * stride, values);
          predictions.insert(predictions.end(), values.begin(), values.end());
        }
      },
      stop);
  return whole ? std::optional(std::move(predictions)) : std::nullopt;
}

nn::Evaluation evaluate_mean(const nn::TrainedModel& model,
                             const nn::Dataset& dataset,
                             std::span<const std::uint32_t> rows,
                             const nn::MeanPrediction& mean) {
  nn::Dataset judged;
  judged.task = dataset.task;
  judged.classes = dataset.classes;
  judged.outputs = dataset.outputs;
  judged.rows = rows.size();
  for (const std::uint32_t row : rows) {
    if (dataset.task != nn::Task::kRegression) {
      judged.labels.push_back(dataset.labels[row]);
      continue;
    }
    const auto first = dataset.targets.begin() + static_cast<std::ptrdiff_t>(row * dataset.outputs);
    judged.targets.insert(judged.targets.end(), first,
                          first + static_cast<std::ptrdiff_t>(dataset.outputs));
  }
  nn::ModelJudge judge(model);
  std::vector<float> outputs(rows.size() * model.target.outputs());
  mean.write_outputs(0, rows.size(), outputs.data());
  judge.add(judged, 0, rows.size(), outputs.data(), model.target.outputs());
  return judge.result();
}

std::vector<std::uint32_t> pool_of(const nn::TrainingData& data) {
  const nn::Split& split = data.folds.empty() ? data.split : data.folds.back()->split;
  std::vector<std::uint32_t> pool;
  std::set_union(split.train.begin(), split.train.end(), split.validation.begin(),
                 split.validation.end(), std::back_inserter(pool));
  return pool;
}

std::vector<std::uint32_t> judging_rows(const nn::TrainingData& data) {
  std::vector<std::uint32_t> rows = data.split.validation;
  if (!data.folds.empty()) {
    rows.clear();
    for (const auto& fold : data.folds) {
      rows.insert(rows.end(), fold->split.validation.begin(), fold->split.validation.end());
    }
    std::sort(rows.begin(), rows.end());
  }
  return rows;
}

nn::TrainingData pooled(const nn::TrainingData& data) {
  nn::TrainingData all = data;
  all.folds.clear();
  all.split.train = pool_of(data);
  return all;
}

nn::TrainedModel model_of_networks(const std::vector<Network>& networks,
                                   const std::vector<double>& shares,
                                   const nn::TrainingData& data) {
  nn::TrainedModel model;
  for (const Network& network : networks) {
    const auto judge = make_judge(network.task, *network.data, network.weights, {});
    if (judge == nullptr) {
      throw std::runtime_error(
          fmt::format("the weights of trial {} are not there", network.task.number));
    }
    nn::TrainedModel member =
        nn::model_of(judge->network(), nn::make_settings(network.task.settings), *network.data);
    member.metadata["settings"] = settings_json(network.task.settings);
    member.metadata["trial"] = fmt::format("{}", network.task.number);
    member.metadata["fold"] = fmt::format("{}", network.task.fold);
    member.metadata["epoch"] = fmt::format("{}", network.epoch);
    model.members.push_back(std::move(member));
  }
  model.shares = shares;
  const nn::TrainedModel& first = model.members.front();
  model.settings = first.settings;
  model.precision = first.precision;
  model.products = first.products;
  model.inputs = nn::inputs_of(data);  // embeddings are each network's own
  model.target = nn::target_of(data);
  return model;
}

}  // namespace hpsearch::runner
