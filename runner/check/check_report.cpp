#include "runner/check/check_report.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "nn/network/model_summary.h"
#include "nn/training/batch_loader.h"
#include "nn/training/embedded_inputs.h"
#include "reports/text/printable.h"
#include "runner/check/estimate.h"

namespace hpsearch::runner {
namespace {

// "; 5 folds, one network for each"; empty without folds.
std::string folds_text(const nn::TrainingData& data) {
  return data.folds.empty()
             ? ""
             : fmt::format(
                   "; {} folds, one network for each{}", data.folds.size(),
                   data.dataset->order.empty() ? "" : ", trained on all rows before its own");
}

std::string task_text(const nn::Dataset& dataset) {
  switch (dataset.task) {
    case nn::Task::kRegression:
      return dataset.further_target_names.empty()
                 ? "regression"
                 : fmt::format("regression of {} targets: {}", dataset.outputs,
                               reports::printable(nn::target_text(dataset)));
    case nn::Task::kBinary:
      return "two classes";
    case nn::Task::kClassification:
      break;
  }
  return fmt::format("{} classes", dataset.classes);
}

bool varies(const search::SweepSpec& spec) {
  return std::any_of(spec.space.begin(), spec.space.end(), [](const search::Parameter& parameter) {
    const nn::SettingInfo* setting = nn::find_setting(parameter.name);
    return setting != nullptr && setting->section == nn::Section::kModel &&
           !std::holds_alternative<search::Fixed>(parameter.distribution);
  });
}

// The possible values of a setting; for a range of whole numbers all of them, up to a limit.
nn::ValueList possible(const search::SweepSpec& spec,
                       const std::string& name,
                       const nn::Value& fallback) {
  if (const auto* parameter = search::find_parameter(spec.space, name)) {
    if (const auto* fixed = std::get_if<search::Fixed>(&parameter->distribution)) {
      return {fixed->value};
    }
    if (const auto* some = std::get_if<search::Categorical>(&parameter->distribution)) {
      return some->values;
    }
    double low = 0.0;
    double high = 0.0;
    if (const auto* range = std::get_if<search::Numeric>(&parameter->distribution)) {
      low = range->low;
      high = range->high;
    } else {
      const auto& normal = std::get<search::Normal>(parameter->distribution);
      low = normal.low;
      high = normal.high;
    }
    nn::ValueList all;
    for (double x = low; x <= high && all.size() < 100'000; x += 1.0) {
      all.emplace_back(static_cast<std::int64_t>(x));
    }
    return all;
  }
  const auto fixed = spec.settings.find(name);
  return {fixed == spec.settings.end() ? fallback : fixed->second};
}

// A batch size of the sweep that leaves a last batch of one row, if batch normalisation may be on.
std::optional<std::int64_t> batch_with_a_single_row(const search::SweepSpec& spec,
                                                    std::size_t rows) {
  const nn::ValueList norms = possible(spec, "batch_norm", false);
  const nn::ValueList drops = possible(spec, "drop_last", false);
  const bool meets = std::find(norms.begin(), norms.end(), nn::Value(true)) != norms.end() &&
                     std::find(drops.begin(), drops.end(), nn::Value(false)) != drops.end();
  for (const nn::Value& value : possible(spec, "batch_size", std::int64_t{64})) {
    const auto* batch = std::get_if<std::int64_t>(&value);
    if (meets && batch != nullptr && *batch > 1 && rows % static_cast<std::size_t>(*batch) == 1 &&
        static_cast<std::size_t>(*batch) < rows) {
      return *batch;
    }
  }
  return std::nullopt;
}

// A note if a stage ends before the warm-up does: its trials are compared at learning rates below
// their own.
std::string warmup_note(const search::SweepSpec& spec) {
  double warmup = 0.0;
  if (const auto* parameter = search::find_parameter(spec.space, "schedule.warmup")) {
    warmup = search::value_at(parameter->distribution, 1.0).number();
  } else if (const auto it = spec.settings.find("schedule.warmup"); it != spec.settings.end()) {
    warmup = it->second.number();
  }
  const auto& stages = spec.search.stages;
  const auto shorter = std::find_if(stages.begin(), stages.end(), [&](const auto& stage) {
    return static_cast<double>(stage.epochs) <= warmup;
  });
  if (shorter == stages.end() || warmup == 0.0) {
    return "";
  }
  return fmt::format(
      "  note: stage {} trains for {} epoch{}, within the warm-up of {:g}, so its trials are "
      "judged at lower learning rates than their own\n",
      shorter - stages.begin(), shorter->epochs, shorter->epochs == 1 ? "" : "s", warmup);
}

std::string megabytes(double bytes) {
  return fmt::format("{:.2f} MB", bytes / (1024.0 * 1024.0));
}

}  // namespace

std::string data_text(const nn::TrainingData& data) {
  const nn::Dataset& dataset = *data.dataset;
  std::string text =
      fmt::format("data: {}: {} rows of {} features, {}\n", reports::printable(dataset.name),
                  dataset.rows, dataset.columns, task_text(dataset));
  text += fmt::format("  train {}, validation {}, test {}{}\n", data.split.train.size(),
                      data.split.validation.size(), data.split.test.size(), folds_text(data));
  const auto rows = nn::class_rows(dataset, data.split.train);
  constexpr std::size_t kShownClasses = 20;
  for (std::size_t i = 0; i < std::min(rows.size(), kShownClasses); ++i) {
    text += fmt::format("{}{}: {}", i == 0 ? "  training rows per class: " : ", ",
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
  const std::size_t rows = nn::rows_of_batch(settings, data);
  const std::size_t outputs = nn::network_outputs(*data.dataset);
  const nn::NetworkInputs inputs = nn::network_inputs(settings, data);
  const nn::ModelSummary model = nn::summarise_model(settings, inputs, outputs, rows);
  std::string shape = std::to_string(inputs.all());
  for (const int width : settings.hidden) {
    shape += fmt::format("-{}", width);
  }
  std::string text =
      fmt::format("model: {}-{}, {} parameters{}\n", shape, outputs, model.parameters,
                  varies(spec) ? ", in the middle of its ranges" : "");
  for (const nn::SummaryRow& row : model.rows) {
    text += fmt::format("  {:14}[{}, {}]{:>10}{}{}\n", row.name, rows, row.units, row.parameters,
                        row.detail.empty() ? "" : "  ", row.detail);
  }
  text += fmt::format(
      "  memory: input {}, forward and backward pass of a batch {}, parameters {}, total {}\n",
      megabytes(model.input_bytes), megabytes(model.pass_bytes), megabytes(model.parameter_bytes),
      megabytes(model.input_bytes + model.pass_bytes + model.parameter_bytes));
  if (const auto batch = batch_with_a_single_row(spec, data.split.train.size())) {
    text += fmt::format(
        "  note: with a batch_size of {} the last batch of an epoch is a single row, which batch "
        "normalisation leaves out\n",
        *batch);
  }
  return text + warmup_note(spec);
}

}  // namespace hpsearch::runner
