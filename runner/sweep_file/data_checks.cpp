#include "runner/sweep_file/data_checks.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/precision.h"
#include "nn/training/class_weights.h"
#include "search/sweep/stages.h"

namespace hpsearch::runner {
namespace {

// What stands under `section.key`, if anything does.
const YamlNode* find(const YamlNode& tree, std::string_view section, std::string_view key) {
  const YamlNode* map = tree.find(section);
  const YamlNode* node = map == nullptr ? nullptr : map->find(key);
  return node == nullptr || node->kind == YamlNode::Kind::kNull ? nullptr : node;
}

std::string what_it_is(const nn::Dataset& dataset) {
  switch (dataset.task) {
    case nn::Task::kRegression:
      return "is a regression";
    case nn::Task::kBinary:
      return "has two classes";
    case nn::Task::kClassification:
      break;
  }
  const bool has_first =
      std::find(dataset.labels.begin(), dataset.labels.end(), 0U) != dataset.labels.end();
  return fmt::format("has {} classes{}", dataset.classes,
                     has_first ? "" : " (no label is 0: renumber them from 0)");
}

bool is_between_0_and_1(const nn::Dataset& dataset) {
  return std::all_of(dataset.features.begin(), dataset.features.end(),
                     [](std::uint8_t x) { return x <= 1; }) &&
         std::none_of(dataset.real_features.begin(), dataset.real_features.end(),
                      [](float x) { return x < 0.0F || x > 1.0F; });
}

class DataChecks {
 public:
  DataChecks(const SweepFile& file, const nn::Dataset& dataset)
      : file_(file), dataset_(dataset), spec_(file.spec) {}

  search::SweepSpec run() {
    resolve_metric();
    check_watched_metrics();
    check_result_constraints();
    check_target_scaling();
    check_threshold();
    check_class_weights();
    check_loss();
    check_pretraining();
    check_processor();
    check_comparable();
    if (!diagnostics_.empty()) {
      refuse(file_.source, diagnostics_);
    }
    return std::move(spec_);
  }

 private:
  void resolve_metric() {
    const YamlNode* name = find(file_.tree, "metric", "name");
    if (name == nullptr) {
      spec_.metric = search::default_metric(dataset_);
      return;
    }
    require_measured(spec_.metric, name->position);
  }

  void check_watched_metrics() {
    for (const search::PrunerSpec& pruner : spec_.early_terminate) {
      if (pruner.metric) {
        require_measured(*pruner.metric, file_.tree.find("early_terminate")->position);
      }
    }
  }

  void check_result_constraints() {
    for (const std::string& name : search::result_names(spec_.result_constraints)) {
      if (search::find_metric(name) != nullptr) {
        require_measured({name}, file_.tree.find("constraints")->position);
      }
    }
  }

  void require_measured(const search::Metric& watched, Position position) {
    if (search::find_metric(watched.name)->measured_on(dataset_)) {
      return;
    }
    std::vector<std::string_view> measured;
    for (const search::MetricInfo& metric : search::metric_table()) {
      if (metric.measured_on(dataset_)) {
        measured.push_back(metric.name);
      }
    }
    diagnostics_.push_back(
        {position,
         fmt::format("'{}' is not measured here, since '{}' {}; write one of {}", watched.name,
                     dataset_.name, what_it_is(dataset_), fmt::join(measured, ", "))});
  }

  void check_target_scaling() {
    if (dataset_.task != nn::Task::kRegression && spec_.dataset.standardize_target) {
      diagnostics_.push_back(
          {find(file_.tree, "dataset", "standardize_target")->position,
           fmt::format("'standardize_target' is for a regression, but '{}' {}; leave it out",
                       dataset_.name, what_it_is(dataset_))});
    }
  }

  void check_threshold() {
    const YamlNode* node = find(file_.tree, "dataset", "threshold");
    if (node != nullptr && dataset_.task != nn::Task::kBinary) {
      const bool two = dataset_.task == nn::Task::kClassification && dataset_.classes == 2;
      diagnostics_.push_back(
          {node->position,
           two ? "'threshold' needs one output for the two classes; write task: binary"
               : fmt::format("'threshold' is for two classes, but '{}' {}; leave it out",
                             dataset_.name, what_it_is(dataset_))});
    }
  }

  // Calls check(value, where) for what `training` says of a setting, and for each value that
  // `parameters` may choose; of a range for its upper end.
  template <class Check>
  void check_values(const char* key, Check check) {
    if (const auto fixed = spec_.settings.find(key); fixed != spec_.settings.end()) {
      const bool model = nn::find_setting(key)->section == nn::Section::kModel;
      check(fixed->second, *find(file_.tree, model ? "model" : "training", key));
    }
    const search::Parameter* parameter = search::find_parameter(spec_.space, key);
    if (parameter == nullptr) {
      return;
    }
    const YamlNode& node = *find(file_.tree, "parameters", key);
    if (const auto* some = std::get_if<search::Categorical>(&parameter->distribution)) {
      const YamlNode& values = *node.find("values");
      for (std::size_t i = 0; i < some->values.size(); ++i) {
        check(some->values[i], values.items[i]);
      }
    } else {
      check(search::value_at(parameter->distribution, 1.0), node);
    }
  }

  // What this machine cannot do. Not of a sweep that is only looked at: hence here.
  void check_processor() {
    const std::string objection = nn::bfloat16_objection();
    check_values("precision", [&](const nn::Value& value, const YamlNode& node) {
      if (nn::to_text(value) == "bf16" && !objection.empty()) {
        diagnostics_.push_back({node.position, objection});
      }
    });
  }

  void check_class_weights() {
    check_values("class_weights", [&](const nn::Value& value, const YamlNode& node) {
      const nn::Settings settings = nn::make_settings({{"class_weights", value}});
      if (auto reason = nn::why_unfit(settings.class_weights, dataset_)) {
        diagnostics_.push_back({node.position, *std::move(reason)});
      }
    });
  }

  void check_loss() {
    const bool regression = dataset_.task == nn::Task::kRegression;
    check_values("loss", [&](const nn::Value& value, const YamlNode& node) {
      const auto& name = std::get<std::string>(value);
      if ((name == "cross_entropy") == regression) {
        diagnostics_.push_back(
            {node.position,
             fmt::format("'loss' {} does not go with '{}', which {}; write {}", name, dataset_.name,
                         what_it_is(dataset_), regression ? "mse, l1 or huber" : "cross_entropy")});
      }
    });
    check_values("clip_predictions", [&](const nn::Value& value, const YamlNode& node) {
      if (!regression && value == nn::Value(true)) {
        diagnostics_.push_back(
            {node.position,
             fmt::format("'clip_predictions' is for a regression, but '{}' {}; leave it out",
                         dataset_.name, what_it_is(dataset_))});
      }
    });
    check_values("label_smoothing", [&](const nn::Value& value, const YamlNode& node) {
      if (regression && value.number() > 0.0) {
        diagnostics_.push_back(
            {node.position,
             fmt::format("'label_smoothing' is for classes, but '{}' {}; leave it out",
                         dataset_.name, what_it_is(dataset_))});
      }
    });
  }

  // A Boltzmann machine reads its inputs as probabilities.
  void check_pretraining() {
    const nn::Preprocess kind = spec_.dataset.preprocess.value_or(nn::default_preprocess(dataset_));
    const bool as_they_are = kind == nn::Preprocess::kNone && is_between_0_and_1(dataset_);
    if (kind == nn::Preprocess::kUnit || as_they_are) {
      return;
    }
    check_values("pretrain", [&](const nn::Value& value, const YamlNode& node) {
      if (std::get<std::string>(value) == "rbm") {
        diagnostics_.push_back(
            {node.position,
             fmt::format("'pretrain' rbm needs inputs from 0 to 1, which preprocess: "
                         "{} does not give; write dataset: {{preprocess: unit}}",
                         nn::name_of(kind))});
      }
    });
  }

  // Losses of two kinds are two units.
  void check_comparable() {
    const bool by_loss = spec_.metric.name == "val_loss" || spec_.metric.name == "train_loss";
    for (const char* key : {"loss", "huber_delta"}) {
      const search::Parameter* parameter = search::find_parameter(spec_.space, key);
      const bool varies = parameter != nullptr && search::space_size({*parameter}) != 1.0;
      if (by_loss && varies && dataset_.task == nn::Task::kRegression) {
        diagnostics_.push_back({find(file_.tree, "parameters", key)->position,
                                fmt::format("trials with another '{}' do not compare by {}; write "
                                            "metric: {{name: val_rmse}} or val_mae",
                                            key, spec_.metric.name)});
      }
    }
  }

  const SweepFile& file_;
  const nn::Dataset& dataset_;
  search::SweepSpec spec_;
  std::vector<Diagnostic> diagnostics_;
};

// Are all these rows the same in column `at` of a data set's (rows, width)?
template <class T>
bool all_equal(const std::vector<T>& column,
               const std::vector<std::uint32_t>& rows,
               std::size_t width = 1,
               std::size_t at = 0) {
  return std::all_of(rows.begin(), rows.end(), [&](std::uint32_t row) {
    return column[row * width + at] == column[rows.front() * width + at];
  });
}

// Has one of the targets the same value in all these rows?
bool has_equal_target(const nn::Dataset& dataset, const std::vector<std::uint32_t>& rows) {
  for (std::size_t output = 0; output < dataset.outputs; ++output) {
    if (all_equal(dataset.targets, rows, dataset.outputs, output)) {
      return true;
    }
  }
  return false;
}

}  // namespace

search::SweepSpec resolve(const SweepFile& file, const nn::Dataset& dataset) {
  return DataChecks(file, dataset).run();
}

void require_trials_in_stages(const SweepFile& file, const search::SweepSpec& spec) {
  if (spec.search.stages.empty()) {
    return;
  }
  const auto trials = search::split_trials(spec.limits.trials, spec.search.stages);
  const auto none = std::find(trials.begin(), trials.end(), 0);
  if (none == trials.end()) {
    return;
  }
  const auto& entries = file.tree.entries;
  const auto cap = std::find_if(entries.begin(), entries.end(),
                                [](const YamlEntry& entry) { return entry.key == "run_cap"; });
  refuse(
      file.source,
      std::vector<Diagnostic>{
          {cap == entries.end() ? Position{} : cap->key_position,
           fmt::format("{} trials leave none for stage {} of {}; raise run_cap or use fewer stages",
                       spec.limits.trials, none - trials.begin(), trials.size()),
           Severity::kError}});
}

void check_validation(const SweepFile& file,
                      const search::SweepSpec& spec,
                      const nn::TrainingData& data) {
  const nn::Dataset& dataset = *data.dataset;
  const std::vector<std::uint32_t>& rows = data.split.validation;
  std::string needs;
  if (spec.metric.name == "val_auc" && all_equal(dataset.labels, rows)) {
    needs = fmt::format("rows of both classes to validate by, but all {} are of one", rows.size());
  } else if (spec.metric.name == "val_r2" && has_equal_target(dataset, rows)) {
    needs = fmt::format("different targets to validate by, but those of all {} rows are equal",
                        rows.size());
  }
  if (!needs.empty()) {
    refuse(file.source,
           {{find(file.tree, "metric", "name")->position,
             fmt::format("'{}' needs {}; make the validation part larger, or write another metric",
                         spec.metric.name, needs)}});
  }
}

}  // namespace hpsearch::runner
