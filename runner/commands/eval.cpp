#include <algorithm>
#include <cmath>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/model/model_judge.h"
#include "nn/model/predictor.h"
#include "nn/model/row_source.h"
#include "nn/training/epoch_record.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "reports/winner/winner_predictions.h"
#include "runner/commands/bad_rows.h"
#include "runner/commands/command.h"
#include "runner/commands/model_choice.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "runner/run/predictions.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

// A metric of the model and of the answer that does not look at the features.
struct MetricPair {
  std::string name;
  double model = 0.0;
  double baseline = 0.0;
};

// What the task defines.
std::vector<MetricPair> metric_pairs(const nn::Evaluation& model, const nn::Evaluation& baseline) {
  std::vector<MetricPair> pairs{{"loss", model.loss, baseline.loss}};
  const auto add = [&](std::string name, double nn::Evaluation::*metric) {
    if (!std::isnan(model.*metric)) {
      pairs.push_back({std::move(name), model.*metric, baseline.*metric});
    }
  };
  add("accuracy", &nn::Evaluation::accuracy);
  for (const nn::EpochMetric& metric : nn::kEpochMetrics) {
    constexpr std::string_view kPart = "val_";
    add(std::string(metric.name.substr(kPart.size())), metric.source);
  }
  return pairs;
}

// What the baseline answers: "the mean of the training rows, 22.53".
std::string baseline_text(const nn::ModelTarget& target) {
  if (target.task == nn::Task::kRegression) {
    return target.targets() == 1 ? fmt::format("the mean of the training rows, {}",
                                               reports::short_number(target.training_mean.front()))
                                 : "the means of the training rows";
  }
  const auto most = std::max_element(target.class_rows.begin(), target.class_rows.end());
  return fmt::format(
      "the most frequent class of the training rows, {}",
      reports::printable(
          target.classes[static_cast<std::size_t>(most - target.class_rows.begin())]));
}

Json json_number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string eval_json(const std::string& name,
                      const std::vector<MetricPair>& pairs,
                      const reports::WinnerPredictions& confusion,
                      std::size_t bad_rows) {
  Json json{{"model", name}, {"rows", confusion.rows}, {"bad_rows", bad_rows}};
  for (const MetricPair& pair : pairs) {
    json["metrics"][pair.name] = json_number(pair.model);
    json["baseline"][pair.name] = json_number(pair.baseline);
  }
  if (!confusion.matrix.empty()) {
    json["classes"] = confusion.classes;
    json["confusion"] = confusion.matrix;
  }
  return nn::json_text(json) + "\n";
}

std::string eval_text(const std::string& name,
                      const std::vector<MetricPair>& pairs,
                      const reports::WinnerPredictions& confusion,
                      const nn::ModelTarget& target) {
  const std::size_t width = terminal_width(stdout);
  std::string text = fmt::format("{}: {} row{}\n", reports::printable(name), confusion.rows,
                                 confusion.rows == 1 ? "" : "s");
  std::vector<reports::TableColumn> columns{
      {"metric", reports::Align::kLeft}, {"model"}, {"baseline"}};
  for (const MetricPair& pair : pairs) {
    columns[0].cells.push_back(pair.name);
    columns[1].cells.push_back(reports::short_number(pair.model));
    columns[2].cells.push_back(reports::short_number(pair.baseline));
  }
  text += reports::format_table(columns, width);
  text += fmt::format("baseline: {}\n", baseline_text(target));
  const std::string matrix = reports::predictions_text(confusion, width);
  return matrix.empty() ? text : text + "\n" + matrix;
}

}  // namespace

void add_eval_options(po::options_description& options) {
  add_model_options(options);
  options.add_options()  //
      ("skip-bad",
       "leave rows out that cannot be read, and count them, instead of an error")  //
      ("json", "print one JSON object instead of text");
}

const char kEvalHelp[] =
    R"(Compares the predictions of the best trial's network with the targets in a file: the metrics beside
those of a trivial answer (the most frequent class, or the mean of the training rows), and for
classes the confusion matrix. FILE is what predict reads, with the target's column.

Examples
  hpsearch eval test.csv
  hpsearch eval test.csv --skip-bad --json
  hpsearch eval test.csv --model best.safetensors

Exit codes: 0 done; 1 the database cannot be read; 2 the input has rows that cannot be read or lacks
a column, there is no such model, or an option is invalid; 3 no
trial is complete.
)";

int eval_command(const Invocation& invocation) {
  const std::string& file = require_input(invocation);
  const auto precision = choose_precision(invocation);
  const ChosenModel chosen = choose_model(invocation);
  const nn::TrainedModel& model = chosen.model;
  nn::RowWishes wishes;
  wishes.targets = true;
  const auto source = nn::open_rows(file, model, wishes);
  nn::Predictor predictor(model, precision);
  nn::ModelJudge judge(model);
  BadRows bad(invocation.options.count("skip-bad") > 0);
  nn::RowBlock block;
  while (source->next(block)) {
    bad.add(block);
    predictor.predict(block.rows, [&](std::size_t first, std::size_t count, const float* outputs,
                                      std::size_t stride) {
      judge.add(block.rows, first, count, outputs, stride);
    });
  }
  LinePrinter printer(stderr);
  bad.report(printer);
  if (judge.rows() == 0) {
    throw UsageError(fmt::format("{}: there are no rows to evaluate", file));
  }
  const std::vector<MetricPair> pairs = metric_pairs(judge.result(), judge.baseline());
  reports::WinnerPredictions confusion;
  confusion.rows = judge.rows();
  confusion.part = "evaluated";
  confusion.task = nn::to_text(model.target.task);
  if (model.target.task != nn::Task::kRegression) {
    add_confusion(confusion, model.target.classes, judge.confusion());
  }
  fmt::print("{}", invocation.options.count("json") > 0
                       ? eval_json(chosen.name, pairs, confusion, bad.count())
                       : eval_text(chosen.name, pairs, confusion, model.target));
  return kExitDone;
}

}  // namespace hpsearch::runner
