#include "runner/sweep_file/sweep_file.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/sweep_file/checkpoints_reader.h"
#include "runner/sweep_file/choice_maps.h"
#include "runner/sweep_file/dataset_reader.h"
#include "runner/sweep_file/early_terminate_reader.h"
#include "runner/sweep_file/ensemble_reader.h"
#include "runner/sweep_file/expression_reader.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/parameter_reader.h"
#include "runner/sweep_file/program_reader.h"
#include "runner/sweep_file/repeats_reader.h"
#include "runner/sweep_file/search_reader.h"
#include "runner/sweep_file/setting_checks.h"
#include "runner/sweep_file/setting_reader.h"
#include "runner/sweep_file/sweep_sections.h"
#include "runner/sweep_file/table_recipe.h"
#include "runner/sweep_file/zip_reader.h"
#include "runner/yaml/yaml_reader.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

// Reads a whole file's sections in turn; all errors go to one list.
class SweepReader {
 public:
  SweepReader(const YamlNode& tree,
              std::filesystem::path folder,
              std::vector<Diagnostic>& diagnostics)
      : tree_(tree),
        folder_(std::move(folder)),
        diagnostics_(diagnostics),
        top_(tree, "", diagnostics, top_keys()) {}

  search::SweepSpec read(const std::string& stem) {
    read_title(top_, stem, spec_);
    note_without_effect(top_, diagnostics_);
    spec_.method = top_.name("method").value_or(spec_.method);
    read_metric();
    spec_.dataset = read_dataset(top_, folder_, diagnostics_);
    spec_.ensemble = read_ensemble(top_, spec_.dataset.folds, diagnostics_);
    spec_.repeats = read_repeats(top_, spec_, true, diagnostics_);
    spec_.early_terminate = read_early_terminate(
        top_, spec_.dataset.folds, true,
        [&](const YamlNode& node) { return read_known_metric(node, diagnostics_); }, diagnostics_);
    spec_.checkpoints = read_checkpoints(top_, diagnostics_);
    const std::size_t before_settings = diagnostics_.size();
    read_section("model", nn::Section::kModel);
    read_section("training", nn::Section::kTraining);
    read_parameters();
    settings_are_read_ =
        std::none_of(diagnostics_.begin() + static_cast<std::ptrdiff_t>(before_settings),
                     diagnostics_.end(), is_error);
    read_search();
    read_trial_policy(top_, spec_);
    read_on_finish(top_, spec_);
    spec_.full_diagnostics = top_.name("diagnostics") == "full";
    if (const YamlNode* node = top_.map("parallel")) {
      MapReader parallel(*node, "parallel", diagnostics_, parallel_keys());
      read_workers(parallel, spec_);
    }
    if (settings_are_read_) {
      check_settings(spec_, positions_, diagnostics_);
      check_feasible(top_, spec_);
    }
    read_enqueued(top_, spec_, diagnostics_);
    refuse_settings_at_top();
    top_.finish();
    return std::move(spec_);
  }

 private:
  void read_metric() {
    const YamlNode* node = top_.map("metric");
    if (node == nullptr) {
      return;
    }
    MapReader metric(*node, "metric", diagnostics_, metric_keys());
    if (metric.require("name") == nullptr) {
      return;
    }
    const auto name = metric.name("name", metric_names());
    if (name) {
      spec_.metric.name = *name == search::kLogLoss ? "val_loss" : *name;
      spec_.metric.goal = search::find_metric(spec_.metric.name)->goal;
    }
    target_ = metric.real("target");
    const auto goal = metric.name("goal");
    if (name && goal && *goal != search::to_text(spec_.metric.goal)) {
      metric.error("goal",
                   fmt::format("'{}' is better when {}; leave 'goal' out", spec_.metric.name,
                               *goal == "maximize" ? "lower" : "higher"));
    }
  }

  // epochs: 10 or lr: 0.1 instead of training: {...}, in the file or by --set.
  void refuse_settings_at_top() {
    const auto names = nn::setting_names();
    for (const YamlEntry& entry : tree_.entries) {
      const bool own = nn::find_setting(entry.key) != nullptr;
      const auto meant =
          own ? std::optional<std::string_view>(entry.key) : usual_name(entry.key, names);
      if (!meant || entry.key == "seed") {
        continue;
      }
      const bool model = nn::find_setting(*meant)->section == nn::Section::kModel;
      const char* section = model ? "model" : "training";
      top_.take(entry.key);
      top_.error(entry.key,
                 fmt::format("{} belongs in '{}' (--set {}.{}=...), or, to be searched, "
                             "in 'parameters'",
                             own ? in_quotes(entry.key)
                                 : fmt::format("{} is '{}' here and", in_quotes(entry.key), *meant),
                             section, section, *meant));
    }
  }

  void read_section(const char* key, nn::Section section) {
    if (const YamlNode* node = top_.map(key)) {
      read_settings(*node, key, section, spec_.settings, positions_, diagnostics_);
    }
  }

  void read_parameters() {
    const YamlNode* node = top_.map("parameters");
    FlatParameters flat;
    if (node != nullptr) {
      flat = flatten_choice_maps(*node, diagnostics_);
      const auto names = nn::setting_names();
      for (const YamlEntry& entry : flat.parameters.entries) {
        read_parameter(entry, names);
      }
      std::sort(
          spec_.space.begin(), spec_.space.end(),
          [](const search::Parameter& a, const search::Parameter& b) { return a.name < b.name; });
    }
    std::set<std::string> written;
    for (const auto& [name, position] : positions_) {
      written.insert(name);
    }
    read_expressions(node != nullptr ? &flat.parameters : nullptr, top_, written, spec_,
                     diagnostics_);
    read_zip(top_, spec_.space, diagnostics_);
    if (std::none_of(diagnostics_.begin(), diagnostics_.end(), is_error)) {
      for (const std::string& text : flat.constraints) {
        spec_.constraints.push_back(search::Expression::parse(text).with(spec_.settings));
      }
    }
  }

  void read_parameter(const YamlEntry& entry, std::span<const std::string_view> names) {
    auto error = [&](std::string message) {
      diagnostics_.push_back({entry.key_position, std::move(message)});
    };
    const nn::SettingInfo* setting = nn::find_setting(entry.key);
    if (setting == nullptr) {
      error(fmt::format("the trainer has no setting '{}'{}", entry.key,
                        did_you_mean(entry.key, names)));
      return;
    }
    if (const auto fixed = positions_.find(entry.key); fixed != positions_.end()) {
      error(fmt::format("'{}' is already set on line {}; keep only one of the two", entry.key,
                        fixed->second.line));
      return;
    }
    if (const auto tag = nn::map_key_of(entry.key);
        tag && entry.value.kind == YamlNode::Kind::kMap && entry.value.find(*tag) != nullptr) {
      error(
          fmt::format("'{}' as a map belongs in '{}'; to vary a key of it, make that a parameter "
                      "of its own, such as {}.{}: {{min: ..., max: ...}}",
                      entry.key, setting->section == nn::Section::kModel ? "model" : "training",
                      entry.key, setting->section == nn::Section::kModel ? "epochs" : "factor"));
      return;
    }
    if (entry.value.kind == YamlNode::Kind::kNull) {
      error(fmt::format("'{}' has no value; give min and max, or values, or a value", entry.key));
      return;
    }
    positions_.emplace(entry.key, entry.key_position);
    if (auto parameter = runner::read_parameter(*setting, entry, diagnostics_)) {
      spec_.space.push_back(*std::move(parameter));
    }
  }

  // The epochs of a full training; empty if they vary by trial.
  std::optional<int> fixed_epochs() const {
    if (const auto* parameter = search::find_parameter(spec_.space, "epochs")) {
      const auto* fixed = std::get_if<search::Fixed>(&parameter->distribution);
      return fixed == nullptr ? std::nullopt : std::optional(epochs_of(fixed->value));
    }
    const auto it = spec_.settings.find("epochs");
    return it == spec_.settings.end() ? nn::Settings{}.epochs : epochs_of(it->second);
  }
  static int epochs_of(const nn::Value& value) {
    return static_cast<int>(std::get<std::int64_t>(value));
  }

  void read_search() {
    const search::SamplerInfo& method = *search::find_sampler(spec_.method);
    const auto epochs = fixed_epochs();
    spec_.search = read_search_options(top_, method, epochs, diagnostics_);
    read_sweep_limits(top_, target_, spec_, diagnostics_);
    if (!method.staged()) {
      return;
    }
    if (search::find_parameter(spec_.space, "epochs") != nullptr) {
      diagnostics_.push_back({positions_.at("epochs"),
                              fmt::format("'epochs' cannot be a parameter with method: {}, whose "
                                          "stages set it; for the last stage, set it in 'training'",
                                          method.name)});
    }
    if (!searches(spec_.space)) {
      top_.error("method", fmt::format("method: {} has nothing to search; give 'parameters' a "
                                       "range, or leave 'method' out to train once",
                                       method.name));
    }
  }

  const YamlNode& tree_;
  std::filesystem::path folder_;
  std::vector<Diagnostic>& diagnostics_;
  MapReader top_;
  search::SweepSpec spec_;
  bool settings_are_read_ = false;  // without errors
  std::optional<double> target_;    // metric.target
  SettingPositions positions_;      // of settings and parameters
};

}  // namespace

namespace {

// What the recipe's settings go with depends on the table, which only load_data() knows; it reads
// the tree again. Until then, the kind of table counts to which the file takes least exception.
std::optional<search::SweepSpec> read_with_preset(const YamlNode& tree,
                                                  const std::string& stem,
                                                  const std::filesystem::path& folder,
                                                  std::vector<Diagnostic>& diagnostics) {
  std::optional<search::SweepSpec> best;
  std::vector<Diagnostic> least;
  for (const TableFacts& facts : {TableFacts{}, TableFacts{.rows = 1'000, .regression = false}}) {
    std::vector<Diagnostic> found;
    auto spec = read_sweep(without_preset(tree, facts), stem, folder, found);
    const bool first = facts.regression;
    if (first || (spec && !best) || (spec && found.size() < least.size())) {
      best = std::move(spec);
      least = std::move(found);
    }
  }
  diagnostics.insert(diagnostics.end(), least.begin(), least.end());
  return best;
}

}  // namespace

std::optional<search::SweepSpec> read_sweep(const YamlNode& tree,
                                            const std::string& stem,
                                            const std::filesystem::path& folder,
                                            std::vector<Diagnostic>& diagnostics) {
  if (names_program(tree)) {
    return read_program_sweep(tree, stem, diagnostics);
  }
  if (has_preset(tree)) {
    static constexpr std::array<std::string_view, 1> kPresets{"table"};
    if (!read_name(*tree.find("model")->find("preset"), "preset", kPresets, diagnostics)) {
      std::string& message = diagnostics.back().message;
      if (!message.ends_with('?')) {  // a name is misspelt
        message += "; leave 'preset' out to choose the settings yourself";
      }
      return std::nullopt;
    }
    return read_with_preset(tree, stem, folder, diagnostics);
  }
  const auto before = static_cast<std::ptrdiff_t>(diagnostics.size());
  search::SweepSpec spec = SweepReader(tree, folder, diagnostics).read(stem);
  return std::any_of(diagnostics.begin() + before, diagnostics.end(), is_error)
             ? std::nullopt
             : std::optional(std::move(spec));
}

}  // namespace hpsearch::runner
