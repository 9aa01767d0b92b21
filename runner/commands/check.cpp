#include <algorithm>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/table.h"
#include "runner/cli.h"
#include "runner/command.h"
#include "runner/data_checks.h"
#include "runner/environment.h"
#include "runner/estimate.h"
#include "runner/load_data.h"
#include "runner/preview.h"
#include "runner/resolved_yaml.h"
#include "runner/shell_word.h"
#include "runner/usage_error.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

std::string target_text(const nn::Dataset& dataset) {
  switch (dataset.task) {
    case nn::Task::kRegression:
      return "regression";
    case nn::Task::kBinary:
      return "two classes";
    case nn::Task::kClassification:
      break;
  }
  return fmt::format("{} classes", dataset.classes);
}

std::string data_text(const nn::TrainingData& data) {
  const nn::Dataset& dataset = *data.dataset;
  std::string text =
      fmt::format("data: {}: {} rows of {} features, {}\n", reports::printable(dataset.name),
                  dataset.rows, dataset.columns, target_text(dataset));
  text += fmt::format("  train {}, validation {}, test {}\n", data.split.train.size(),
                      data.split.validation.size(), data.split.test.size());
  const auto rows = nn::class_rows(dataset, data.split.train);
  constexpr std::size_t kShownClasses = 20;
  for (std::size_t i = 0; i < std::min(rows.size(), kShownClasses); ++i) {
    text += fmt::format("{}{}: {}", i == 0 ? "  training rows a class: " : ", ",
                        dataset.class_names.empty() ? std::to_string(i)
                                                    : reports::printable(dataset.class_names[i]),
                        rows[i]);
  }
  text += rows.size() > kShownClasses ? ", ...\n" : rows.empty() ? "" : "\n";
  std::size_t width = 0;
  for (const nn::ColumnReport& column : dataset.column_reports) {
    width = std::max(width, reports::display_width(reports::printable(column.name)));
  }
  for (const nn::ColumnReport& column : dataset.column_reports) {
    text += fmt::format("  {:{}}  {}\n", reports::printable(column.name), width,
                        reports::printable(column.treatment));
  }
  for (const std::string& note : dataset.notes) {
    text += fmt::format("  note: {}\n", reports::printable(note));
  }
  return text;
}

std::string model_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  const nn::Settings settings = nn::make_settings(middle_settings(spec));
  std::string shape = std::to_string(data.dataset->columns);
  std::size_t inputs = data.dataset->columns;
  std::size_t weights = 0;
  auto add = [&](std::size_t outputs) {
    weights += (inputs + 1) * outputs;
    shape += fmt::format("-{}", outputs);
    inputs = outputs;
  };
  for (const int width : settings.hidden) {
    add(static_cast<std::size_t>(width));
  }
  add(nn::network_outputs(*data.dataset));
  const bool varies = std::any_of(spec.space.begin(), spec.space.end(), [](const auto& parameter) {
    return parameter.name.starts_with("hidden") &&
           !std::holds_alternative<search::Fixed>(parameter.distribution);
  });
  return fmt::format("model: {}, {} weights and biases{}\n", shape, weights,
                     varies ? ", in the middle of its ranges" : "");
}

std::string estimate_text(const search::SweepSpec& spec, const nn::TrainingData& data) {
  const Estimate estimate = measure(spec, data);
  const int workers = spec.workers.value_or(usable_cores());
  std::string text = fmt::format(
      "time: {} an epoch in the middle of the ranges, measured here",
      estimate.epoch_seconds < 1.0 ? reports::short_number(estimate.epoch_seconds * 1000.0) + " ms"
                                   : reports::duration_text(estimate.epoch_seconds));
  const auto seconds = estimate.seconds(std::min(workers, usable_cores()));
  if (seconds) {
    text += fmt::format("; {:.0f} epochs on {} worker{}: about {}", *estimate.epochs, workers,
                        workers == 1 ? "" : "s", reports::duration_text(*seconds));
  }
  return text + "\n";
}

}  // namespace

const char kCheckHelp[] =
    "Says whether a sweep file and its data are in order, and what the sweep would be: its trials, "
    "its\n"
    "space, what becomes of each column of a table, the size of the network, and how long it takes "
    "here.\n"
    "Trains a moment to measure that, and writes nothing.\n"
    "\n"
    "Examples\n"
    "  hpsearch check sweep.yaml\n"
    "  hpsearch check sweep.yaml --resolved > full.yaml\n"
    "\n"
    "Exit codes: 0 it is valid; 2 it is not, or its data cannot be read.\n";

void add_check_options(po::options_description& options) {
  options.add_options()  //
      ("resolved", "the sweep file with every default written out, as YAML");
  add_set_option(options);
}

int check_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("--sweep is for commands that read; 'check' reads no database");
  }
  const std::vector<YamlEdit> edits = set_edits(invocation);
  bool first = true;
  for (const std::string& path : invocation.operands) {
    const SweepFile file = load_sweep_file(path, edits);
    const auto [spec, data] = load_data(file);
    require_trials_in_stages(file, spec);
    if (invocation.options.count("resolved") > 0) {
      fmt::print("{}", resolved_yaml(file, spec, data));
      continue;
    }
    fmt::print("{}{} is a valid sweep.\n\n{}\n{}{}{}", first ? "" : "\n", reports::printable(path),
               plan_text(spec), data_text(data), model_text(spec, data), estimate_text(spec, data));
    fmt::print("\nnext: {} run {}\n", shell_word(invocation.program), shell_word(path));
    first = false;
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
