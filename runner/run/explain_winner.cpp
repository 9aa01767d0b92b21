#include "runner/run/explain_winner.h"

#include <algorithm>
#include <exception>
#include <utility>
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

// Beside the network's metrics of these rows; nothing if `stop` came first.
std::optional<reports::Baselines> baselines_of(const std::string& part,
                                               const std::vector<std::uint32_t>& rows,
                                               const nn::Evaluation& network,
                                               const nn::TrainedModel& model,
                                               const nn::TrainingData& data,
                                               const std::stop_token& stop) {
  reports::Baselines baselines;
  baselines.part = part;
  baselines.network = nn::defined_metrics(network);
  const auto trivial = evaluate(
      model.settings, nn::trivial_weights(model.target, model.inputs.features), data, rows, stop);
  if (!trivial) {
    return std::nullopt;
  }
  baselines.trivial = nn::defined_metrics(*trivial);
  if (!model.linear.empty()) {
    const auto linear = evaluate(model.settings, model.linear, data, rows, stop);
    if (!linear) {
      return std::nullopt;
    }
    baselines.linear = nn::defined_metrics(*linear);
  }
  return baselines;
}

reports::Explanation begin_explanation(const nn::TrainedModel& model,
                                       const nn::TrainingData& data) {
  reports::Explanation explanation;
  explanation.trivial_answer = trivial_answer(model.target);
  explanation.linear_rows = model.linear_rows;
  explanation.training_rows = data.split.train.size();
  return explanation;
}

// False if `stop` came first.
bool add_columns(reports::Explanation& explanation,
                 const nn::TrainedModel& model,
                 const nn::TrainingData& data,
                 const std::vector<std::uint32_t>& rows,
                 const std::string& metric,
                 const std::stop_token& stop) {
  if (data.whitening != nullptr) {
    explanation.columns.metric = nn::bare_metric(metric);
    explanation.columns.objection = "pca_whiten has turned the columns into axes";
    return true;
  }
  auto columns = nn::permutation_importance(model, *data.dataset, rows, metric, {}, stop);
  if (!columns) {
    return false;
  }
  for (nn::ColumnImportance& column : columns->columns) {
    column.column = cut_utf8(column.column, reports::kMostNameBytes);
  }
  explanation.columns = *std::move(columns);
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
      "always answering '{}'",
      cut_utf8(target.classes[static_cast<std::size_t>(most - target.class_rows.begin())],
               reports::kMostNameBytes));
}

std::optional<reports::Explanation> explain_winner(nn::Trainer& judge,
                                                   const nn::TrainedModel& model,
                                                   const nn::TrainingData& data,
                                                   const std::string& metric,
                                                   const std::stop_token& stop) {
  reports::Explanation explanation = begin_explanation(model, data);
  for (const bool test : {false, true}) {
    const std::vector<std::uint32_t>& rows = test ? data.split.test : data.split.validation;
    if (rows.empty()) {
      continue;
    }
    const auto network = judge.evaluate(rows, stop);
    auto baselines =
        network ? baselines_of(test ? "test" : "validation", rows, *network, model, data, stop)
                : std::nullopt;
    if (!baselines) {
      return std::nullopt;
    }
    explanation.parts.push_back(*std::move(baselines));
  }
  return add_columns(explanation, model, data, data.split.validation, metric, stop)
             ? std::optional(std::move(explanation))
             : std::nullopt;
}

std::optional<reports::Explanation> explain_ensemble(const nn::TrainedModel& model,
                                                     const nn::TrainingData& data,
                                                     const std::optional<nn::Evaluation>& test,
                                                     const std::string& metric,
                                                     const std::stop_token& stop) {
  reports::Explanation explanation = begin_explanation(model, data);
  if (test) {
    auto baselines = baselines_of("test", data.split.test, *test, model, data, stop);
    if (!baselines) {
      return std::nullopt;
    }
    explanation.parts.push_back(*std::move(baselines));
  }
  const auto& rows = test ? data.split.test : data.split.validation;
  return add_columns(explanation, model, data, rows, metric, stop)
             ? std::optional(std::move(explanation))
             : std::nullopt;
}

void fit_baseline(nn::TrainedModel& model, const nn::TrainingData& data, LinePrinter& printer) {
  try {
    nn::add_linear(model, data);
  } catch (const std::exception& error) {
    printer.important(fmt::format("there is no linear model beside the winner: {}", error.what()));
  }
}

std::optional<reports::Explanation> explain_or_say(
    const std::function<std::optional<reports::Explanation>()>& explain, LinePrinter& printer) {
  try {
    return explain();
  } catch (const std::exception& error) {
    printer.important(
        fmt::format("the winner has no baselines and no importance of columns: {}", error.what()));
    return reports::Explanation{};
  }
}

}  // namespace hpsearch::runner
