#include "runner/run/explain_winner.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/model/linear_baseline.h"
#include "reports/text/numbers.h"
#include "reports/winner/winner_predictions.h"

namespace hpsearch::runner {
namespace {

// A network that only evaluates; the same for the same weights.
std::optional<nn::Evaluation> evaluate(const nn::Settings& settings,
                                       const nn::WeightSet& weights,
                                       const nn::TrainingData& data,
                                       const std::vector<std::uint32_t>& rows,
                                       const std::stop_token& stop) {
  nn::Trainer network(nn::linear_settings(settings), data, 0, stop);
  network.set_weights(weights);
  return network.evaluate(rows, stop);
}

// False if `stop` came first.
bool add_baselines(reports::Explanation& explanation,
                   nn::Trainer& judge,
                   const nn::TrainedModel& model,
                   const nn::TrainingData& data,
                   const std::stop_token& stop) {
  const nn::WeightSet trivial = nn::trivial_weights(model.target, model.inputs.features);
  for (const char* part : {"validation", "test"}) {
    const std::vector<std::uint32_t>& rows =
        part == std::string_view("test") ? data.split.test : data.split.validation;
    if (rows.empty()) {
      continue;
    }
    reports::Baselines& baselines = explanation.parts.emplace_back();
    baselines.part = part;
    const auto network = judge.evaluate(rows, stop);
    const auto constant = evaluate(model.settings, trivial, data, rows, stop);
    if (!network || !constant) {
      return false;
    }
    baselines.network = nn::defined_metrics(*network);
    baselines.trivial = nn::defined_metrics(*constant);
    if (!model.linear.empty()) {
      const auto linear = evaluate(model.settings, model.linear, data, rows, stop);
      if (!linear) {
        return false;
      }
      baselines.linear = nn::defined_metrics(*linear);
    }
  }
  return true;
}

}  // namespace

std::string trivial_answer(const nn::ModelTarget& target) {
  if (target.task == nn::Task::kRegression) {
    return target.targets() == 1
               ? fmt::format("the mean, {}", reports::short_number(target.training_mean.front()))
               : "the means";
  }
  const auto most = std::max_element(target.class_rows.begin(), target.class_rows.end());
  return fmt::format(
      "the most frequent class, {}",
      cut_utf8(target.classes[static_cast<std::size_t>(most - target.class_rows.begin())],
               reports::kMostNameBytes));
}

std::optional<reports::Explanation> explain_winner(nn::Trainer& judge,
                                                   const nn::TrainedModel& model,
                                                   const nn::TrainingData& data,
                                                   const std::string& metric,
                                                   const std::stop_token& stop) {
  reports::Explanation explanation;
  explanation.trivial_answer = trivial_answer(model.target);
  explanation.linear_rows = model.linear_rows;
  explanation.training_rows = data.split.train.size();
  if (!add_baselines(explanation, judge, model, data, stop)) {
    return std::nullopt;
  }
  if (data.whitening != nullptr) {
    explanation.columns.metric = nn::bare_metric(metric);
    explanation.columns.objection = "pca_whiten has turned the columns into axes";
    return explanation;
  }
  auto columns =
      nn::permutation_importance(model, *data.dataset, data.split.validation, metric, {}, stop);
  if (!columns) {
    return std::nullopt;
  }
  for (nn::ColumnImportance& column : columns->columns) {
    column.column = cut_utf8(column.column, reports::kMostNameBytes);
  }
  explanation.columns = *std::move(columns);
  return explanation;
}

}  // namespace hpsearch::runner
