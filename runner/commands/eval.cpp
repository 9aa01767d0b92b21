#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/model/linear_baseline.h"
#include "nn/model/metric_values.h"
#include "nn/model/model_judge.h"
#include "nn/model/prediction_quality.h"
#include "nn/model/predictor.h"
#include "nn/model/row_source.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "reports/winner/winner_predictions.h"
#include "runner/commands/answer.h"
#include "runner/commands/bad_rows.h"
#include "runner/commands/column_study.h"
#include "runner/commands/command.h"
#include "runner/commands/model_choice.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "runner/run/explain_winner.h"
#include "runner/run/predictions.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

// A metric of the model, of a linear model and of the answer that does not look at the features.
struct MetricRow {
  std::string name;
  double model = 0.0;
  double linear = 0.0;  // NaN: there is no linear model
  double baseline = 0.0;
};

// What is known of the rows of a file.
struct Findings {
  std::string name;  // of the model
  std::vector<MetricRow> metrics;
  reports::WinnerPredictions predictions;
  std::size_t bad_rows = 0;
};

// What the task defines.
std::vector<MetricRow> metric_rows(const nn::Evaluation& model,
                                   const std::optional<nn::Evaluation>& linear,
                                   const nn::Evaluation& baseline) {
  std::vector<MetricRow> rows;
  for (const nn::MetricValue& metric : nn::defined_metrics(model)) {
    double nn::Evaluation::*const field = nn::metric_field(metric.name);
    rows.push_back(
        {metric.name, metric.value, linear ? (*linear).*field : nn::kUndefined, baseline.*field});
  }
  return rows;
}

// What the baseline answers: "the mean of the training rows, 22.53", or a class.
std::string baseline_text(const nn::ModelTarget& target) {
  std::string text = reports::printable(trivial_answer(target));
  if (target.task != nn::Task::kRegression) {
    return text + ", the most frequent class of the training rows";
  }
  const std::size_t end = text.find(',');
  return text.insert(std::min(end, text.size()), " of the training rows");
}

Json json_number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string eval_json(const Findings& found) {
  const reports::WinnerPredictions& p = found.predictions;
  const reports::Explanation& explanation = *p.explanation;
  Json json{{"format", reports::kJsonFormat},
            {"model", found.name},
            {"rows", p.rows},
            {"bad_rows", found.bad_rows}};
  for (const MetricRow& row : found.metrics) {
    json["metrics"][row.name] = json_number(row.model);
    json["baseline"][row.name] = json_number(row.baseline);
    if (explanation.linear_rows > 0) {
      json["linear"][row.name] = json_number(row.linear);
    }
  }
  if (!p.matrix.empty()) {
    json["classes"] = p.classes;
    json["confusion"] = p.matrix;
  }
  const Json explained = reports::to_json(explanation);
  for (const char* key : {"reliability", "labels", "pairs", "columns"}) {
    json[key] = explained.at(key);
  }
  return nn::json_text(json) + "\n";
}

std::string eval_text(const Findings& found, const nn::ModelTarget& target) {
  const reports::WinnerPredictions& p = found.predictions;
  const bool linear = p.explanation->linear_rows > 0;
  const std::size_t width = terminal_width(stdout);
  std::string text =
      fmt::format("{}: {} row{}\n", reports::printable(found.name), p.rows, p.rows == 1 ? "" : "s");
  std::vector<reports::TableColumn> columns{
      {"metric", reports::Align::kLeft}, {"model"}, {"linear"}, {"baseline"}};
  for (const MetricRow& row : found.metrics) {
    columns[0].cells.push_back(row.name);
    columns[1].cells.push_back(reports::short_number(row.model));
    columns[2].cells.push_back(reports::short_number(row.linear));
    columns[3].cells.push_back(reports::short_number(row.baseline));
  }
  if (!linear) {
    columns.erase(columns.begin() + 2);
  }
  text += reports::format_table(columns, width);
  if (linear) {
    text += fmt::format("linear: a linear model of {} training rows\n", p.explanation->linear_rows);
  }
  text += fmt::format("baseline: {}\n", baseline_text(target));
  const std::string more = reports::predictions_text(p, width);
  return more.empty() ? text : text + "\n" + more;
}

// Judges the model and its linear companion by the rows of a source.
class Evaluator {
 public:
  explicit Evaluator(const nn::TrainedModel& model)
      : model_(model), predictor_(model), judge_(model), quality_(model.target) {
    if (!model.linear.empty()) {
      linear_.emplace(nn::linear_model(model));
      linear_predictor_.emplace(*linear_);
      linear_judge_.emplace(model);
    }
  }

  void add(const nn::Dataset& rows) {
    predictor_.predict(
        rows, [&](std::size_t first, std::size_t count, const float* outputs, std::size_t stride) {
          judge_.add(rows, first, count, outputs, stride);
          for (std::size_t i = 0; i < count; ++i) {
            if (model_.target.task == nn::Task::kRegression) {
              quality_.add(outputs + i * stride, rows.targets.data() + (first + i) * rows.outputs);
            } else {
              quality_.add(outputs + i * stride, rows.labels[first + i]);
            }
          }
        });
    if (linear_predictor_) {
      linear_predictor_->predict(rows, [&](std::size_t first, std::size_t count,
                                           const float* outputs, std::size_t stride) {
        linear_judge_->add(rows, first, count, outputs, stride);
      });
    }
  }

  std::size_t rows() const { return judge_.rows(); }

  void report(Findings& found) {
    found.metrics = metric_rows(
        judge_.result(), linear_judge_ ? std::optional(linear_judge_->result()) : std::nullopt,
        judge_.baseline());
    reports::WinnerPredictions& p = found.predictions;
    p.rows = judge_.rows();
    p.part = "evaluated";
    p.task = nn::to_text(model_.target.task);
    if (model_.target.task != nn::Task::kRegression) {
      add_confusion(p, model_.target.classes, judge_.confusion());
    }
    p.explanation.emplace();
    p.explanation->linear_rows = model_.linear.empty() ? 0 : model_.linear_rows;
    p.explanation->reliability = quality_.reliability();
    p.explanation->labels = quality_.labels();
    p.explanation->pairs = quality_.pairs();
  }

 private:
  const nn::TrainedModel& model_;
  nn::Predictor predictor_;
  nn::ModelJudge judge_;
  nn::PredictionQuality quality_;
  std::optional<nn::TrainedModel> linear_;
  std::optional<nn::Predictor> linear_predictor_;
  std::optional<nn::ModelJudge> linear_judge_;
};

}  // namespace

void add_eval_options(po::options_description& options) {
  add_model_options(options);
  options.add_options()  //
      ("skip-bad",
       "leave rows out that cannot be read, and count them, instead of an error")  //
      ("importance",
       "also shuffle each column of a sample of the rows, to show which columns the network "
       "depends on");
  add_json_option(options);
}

const char kEvalHelp[] =
    R"(Compares the predictions of the best trial's network, or of the ensemble, with the targets in a
file: the metrics beside those of a linear model and of a trivial answer (the most frequent class,
or the mean of the training rows); for classes the confusion matrix and the calibration of
probabilities, for two classes how right their labels are by each threshold, for numbers their
correlation and bias. FILE is what predict reads, with the
target's column.

Examples
  hpsearch eval test.csv
  hpsearch eval test.csv --importance
  hpsearch eval test.csv --skip-bad --json --fields metrics.accuracy,rows
  hpsearch eval test.csv --model best.safetensors

Exit codes: 0 done; 1 the database cannot be read; 2 the input has rows that cannot be read or lacks
a column, there is no such model, or an option is invalid; 3 no trial is complete.
)";

int eval_command(const Invocation& invocation) {
  require_json_for_fields(invocation);
  const std::string& file = require_input(invocation);
  const auto precision = choose_precision(invocation);
  ChosenModel chosen = choose_model(invocation);
  chosen.model.precision = precision.value_or(chosen.model.precision);
  const nn::TrainedModel& model = chosen.model;
  nn::RowWishes wishes;
  wishes.targets = true;
  const auto source = nn::open_rows(file, model, wishes);
  Evaluator evaluator(model);
  const bool importance = invocation.options.count("importance") > 0;
  ColumnStudy columns(model);
  BadRows bad(invocation.options.count("skip-bad") > 0);
  nn::RowBlock block;
  while (source->next(block)) {
    bad.add(block);
    evaluator.add(block.rows);
    if (importance) {
      columns.add(block.rows);
    }
  }
  LinePrinter printer(stderr);
  bad.report(printer);
  if (evaluator.rows() == 0) {
    throw UsageError(fmt::format("{}: there are no rows to evaluate", file));
  }
  Findings found{chosen.name, {}, {}, bad.count()};
  evaluator.report(found);
  if (importance) {
    nn::ColumnImportances& study = found.predictions.explanation->columns;
    study = columns.result();
    if (!study.objection.empty()) {
      printer.line(fmt::format("no column is shuffled: {}", study.objection));
    }
  }
  print_answer(invocation, in_form(
                               invocation, [&] { return eval_text(found, model.target); },
                               [&] { return eval_json(found); },
                               AnswerShape{{}, {"linear", "classes", "confusion"}}));
  return kExitDone;
}

}  // namespace hpsearch::runner
