#include "runner/reference/sweep_file_manual.h"

#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/data/builtin_datasets.h"
#include "nn/settings/settings.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/sweep_template.h"
#include "runner/yaml/yaml_words.h"
#include "search/pruners/pruner.h"
#include "search/sweep/metric.h"

namespace hpsearch::runner {
namespace {

using Scope = KeyInfo::Scope;

std::string number(double x) {
  return nn::to_text(std::floor(x) == x && std::abs(x) < 0x1p53
                         ? nn::Value(static_cast<std::int64_t>(x))
                         : nn::Value(x));
}

// "1 to 1000", "above 0", "0 or more"; empty without bounds.
std::string range_text(double min, double max, bool above_min, bool below_max = false) {
  if (std::isfinite(min) && std::isfinite(max)) {
    return fmt::format("{}{} to {}{}", above_min ? "above " : "", number(min),
                       below_max ? "below " : "", number(max));
  }
  return !std::isfinite(min) ? "" : above_min ? "above " + number(min) : number(min) + " or more";
}

std::string in_brackets(const std::vector<std::string>& parts) {
  std::vector<std::string> some;
  std::copy_if(parts.begin(), parts.end(), std::back_inserter(some),
               [](const std::string& part) { return !part.empty(); });
  return some.empty() ? "" : fmt::format("({})", fmt::join(some, "; "));
}

std::string words_text(const std::vector<std::string_view>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string default_text(std::string_view fallback) {
  return fallback.empty() ? "" : fmt::format("default {}", fallback);
}

std::string form_text(const KeyInfo& key) {
  using Form = KeyInfo::Form;
  switch (key.form) {
    case Form::kWhole:
    case Form::kReal:
      return range_text(key.min, key.max, key.above_min);
    case Form::kTruth:
      return "true, false";
    case Form::kWord:
      return words_text(key.words());
    case Form::kDuration:
      return "a duration such as 90s or 1h30m";
    default:
      return "";
  }
}

class SweepFileManual {
 public:
  explicit SweepFileManual(const Release& release)
      : page_("hpsearch", 5, "File Formats", "the sweep file of hpsearch", release) {}

  std::string write() {
    page_.section("DESCRIPTION");
    page_.paragraph(
        "A sweep file says which parameters to try, on which data, and what counts as best. It is "
        "YAML 1.2: `1e-5` is a number, and a key without a value counts as absent. The layout is "
        "that of W&B's sweeps. `hpsearch check` validates a file and explains it, and `hpsearch "
        "schema` prints its JSON Schema for editors.");
    page_.section("EXAMPLE");
    page_.example(sweep_template());
    page_.section("KEYS");
    keys(top_keys(), [](const KeyInfo& key) { return key.scope != Scope::kPrograms; });
    for (const KeyInfo& key : top_keys()) {
      if (key.scope != Scope::kPrograms) {
        below(key.name);
      }
    }
    pruners();
    parameters();
    settings(nn::Section::kModel);
    settings(nn::Section::kTraining);
    choices();
    programs();
    page_.section("SEE ALSO");
    page_.paragraph(fmt::format(
        "{}, {}, {}, {}", page_reference("hpsearch", 1), page_reference("hpsearch-check", 1),
        page_reference("hpsearch-init", 1), page_reference("hpsearch-run", 1)));
    return page_.text();
  }

 private:
  template <class Chosen>
  void keys(std::span<const KeyInfo> rows, Chosen chosen) {
    for (const KeyInfo& key : rows) {
      if (chosen(key)) {
        page_.item(key.name, in_brackets({form_text(key), default_text(key.fallback)}),
                   key.meaning);
      }
    }
  }

  static bool of_networks(const KeyInfo& key) { return key.scope != Scope::kPrograms; }

  void below(std::string_view name) {
    const auto rows = keys_below(name);
    if (rows.empty()) {
      return;
    }
    page_.subsection(fmt::format("Keys of {}", name));
    for (const KeyInfo& key : rows) {
      if (!of_networks(key)) {
        continue;
      }
      std::string methods;
      if (name == "search") {
        std::vector<std::string_view> names;
        for (const search::SamplerInfo& row : search::sampler_table()) {
          if (goes_with(key.name, row)) {
            names.push_back(row.name);
          }
        }
        methods = names.size() == search::sampler_table().size() ? "" : "with " + words_text(names);
      }
      page_.item(key.name, in_brackets({methods, form_text(key), default_text(key.fallback)}),
                 key.meaning);
    }
    if (name == "dataset") {
      page_.subsection("Keys of dataset.columns");
      keys(column_keys(), of_networks);
    } else if (name == "search") {
      page_.subsection("Keys of each item of search.stages");
      keys(stage_keys(), of_networks);
    }
  }

  void option(const search::PrunerOption& row) {
    using Kind = search::PrunerOption::Kind;
    const auto fallback = search::default_value(row);
    const std::string form = row.kind == Kind::kTruth ? "true, false"
                             : row.kind == Kind::kWord
                                 ? words_text(split_words(row.words))
                                 : range_text(row.min, row.max, row.above_min);
    page_.item(row.name, in_brackets({form, fallback ? default_text(nn::to_text(*fallback)) : ""}),
               row.meaning);
  }

  void pruners() {
    page_.section("PRUNERS");
    page_.paragraph(
        "`early_terminate` takes one of these as `type`, with its own keys. All but `wilcoxon` "
        "also "
        "take `metric`, the metric that they watch. `also` lists further pruners; the first one "
        "that ends a trial counts.");
    for (const search::PrunerInfo& info : search::pruner_table()) {
      page_.subsection(fmt::format("type: {}", info.name));
      page_.paragraph(info.meaning);
      for (const search::PrunerOption& row : info.options) {
        option(row);
      }
    }
  }

  void parameters() {
    page_.section("PARAMETERS");
    page_.paragraph(
        "A parameter is a setting of `model` or `training` that varies. It is a plain value, or a "
        "map with these keys:");
    keys(parameter_keys(), of_networks);
  }

  void settings(nn::Section section) {
    using Type = nn::SettingInfo::Type;
    page_.section(section == nn::Section::kModel ? "SETTINGS OF MODEL" : "SETTINGS OF TRAINING");
    for (const nn::SettingInfo& row : nn::setting_table()) {
      if (row.section != section) {
        continue;
      }
      const bool number = row.type == Type::kReal || row.type == Type::kInteger;
      const std::string form = row.type == Type::kBool     ? "true, false"
                               : row.type == Type::kWidths ? "a list of widths"
                               : number ? range_text(row.min, row.max, row.open_min, row.open_max)
                                        : "";
      page_.item(row.name,
                 in_brackets({words_text(nn::words_of(row.choices)), form,
                              row.per_layer || row.type == Type::kClassWeights ? "or a list" : "",
                              default_text(row.fallback)}),
                 row.meaning);
    }
    if (section == nn::Section::kModel) {
      page_.item(
          "preset", "(table)",
          "a recipe that makes a network on a table about as good as gradient boosting; what "
          "the file names keeps its value");
    }
  }

  // What stands behind the names that a key takes.
  void choices() {
    page_.section("METHODS");
    for (const search::SamplerInfo& row : search::sampler_table()) {
      page_.item(row.name, "", row.meaning);
    }
    page_.section("METRICS");
    for (const search::MetricInfo& row : search::metric_table()) {
      page_.item(row.name, "", search::to_text(row.goal));
    }
    page_.item(search::kLogLoss, "", "another name for `val_loss`");
    page_.section("BUILT-IN DATA SETS");
    for (const nn::BuiltinDataset& row : nn::kBuiltinDatasets) {
      page_.item(row.name, "",
                 row.package.empty()
                     ? std::string(row.summary)
                     : fmt::format("{}; `apt-get install {}`", row.summary, row.package));
    }
  }

  void programs() {
    page_.section("PROGRAMS AS TRIALS");
    page_.paragraph(
        "With `program` or `command`, each trial is a run of any program, and the file means what "
        "it means to W&B. `parameters` then takes any names and any values. These keys come in "
        "addition; `dataset`, `model` and `training` are yours and are ignored.");
    const auto added = [](const KeyInfo& key) { return key.scope == Scope::kPrograms; };
    keys(top_keys(), added);
    for (const char* name : {"parallel", "fidelity"}) {
      page_.subsection(fmt::format("Keys of {}", name));
      keys(keys_below(name),
           [&](const KeyInfo& key) { return added(key) || std::string_view(name) == "fidelity"; });
    }
    page_.subsection("Keys of a parameter");
    keys(parameter_keys(), added);
  }

  ManualPage page_;
};

}  // namespace

std::string sweep_file_manual(const Release& release) {
  return SweepFileManual(release).write();
}

}  // namespace hpsearch::runner
