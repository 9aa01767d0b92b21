#include "reports/model_export/model_plan.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "nn/base/utf8.h"
#include "nn/data/level_key.h"
#include "nn/files/missing_words.h"
#include "nn/files/number_style.h"
#include "reports/model_export/plan_network.h"

namespace hpsearch::reports {
namespace {

constexpr std::array kActivationNames{std::pair{nn::Activation::kLinear, "linear"},
                                      std::pair{nn::Activation::kStep, "step"},
                                      std::pair{nn::Activation::kSigmoid, "sigmoid"},
                                      std::pair{nn::Activation::kTanh, "tanh"},
                                      std::pair{nn::Activation::kRelu, "relu"},
                                      std::pair{nn::Activation::kLeakyRelu, "leaky_relu"},
                                      std::pair{nn::Activation::kElu, "elu"},
                                      std::pair{nn::Activation::kMish, "mish"},
                                      std::pair{nn::Activation::kSilu, "silu"},
                                      std::pair{nn::Activation::kGelu, "gelu"},
                                      std::pair{nn::Activation::kSelu, "selu"},
                                      std::pair{nn::Activation::kMaxout, "maxout"}};

struct PartName {
  std::string_view suffix;
  std::string_view meaning;
};

PartName part_name(nn::DatePart part) {
  switch (part) {
    case nn::DatePart::kYear:
      return {"year", "the year"};
    case nn::DatePart::kMonth:
      return {"month", "the month, 1 to 12"};
    case nn::DatePart::kWeekday:
      return {"weekday", "the day of the week, 0 (Monday) to 6"};
    case nn::DatePart::kYearDay:
      return {"day_of_year", "the day of the year, 1 to 366"};
    case nn::DatePart::kHour:
      return {"hour", "the hour, 0 to 23"};
    case nn::DatePart::kElapsed:
      break;
  }
  return {"elapsed_days", "days since 1970-01-01 in UTC, with the time as a fraction"};
}

// The numbers among the texts that the sweep file lists as missing values.
std::vector<double> missing_numbers(const nn::ReadingRules& rules) {
  std::vector<double> numbers;
  for (const std::string& text : rules.missing.value_or(std::vector<std::string>())) {
    if (const auto number = nn::read_number(text, {})) {
      numbers.push_back(*number);
    }
  }
  return numbers;
}

class Planner {
 public:
  explicit Planner(const nn::TrainedModel& model) { plan_.model = &model; }

  ModelPlan plan() {
    if (plan_.model->inputs.pipeline != nullptr) {
      table(*plan_.model->inputs.pipeline);
    } else {
      array(plan_.model->inputs);
    }
    networks();
    return std::move(plan_);
  }

 private:
  std::size_t add_input(std::string name, bool text, std::string meaning) {
    while (!names_.insert(name).second) {
      name += "_";
    }
    plan_.inputs.push_back({.name = name, .text = text, .meaning = std::move(meaning)});
    return plan_.inputs.size() - 1;
  }

  void add_feature(PlanFeature feature, const nn::PipelineColumn& column, std::size_t i) {
    feature.centre = column.centre[i];
    feature.factor = column.factor[i];
    feature.bend = column.bends && i < column.rule.numbers() ? 1.0 / 3.0 : 0.0;
    plan_.features.push_back(feature);
  }

  void table(const nn::FeaturePipeline& pipeline) {
    plan_.matrix = has_numbers_alone(pipeline);
    // First those that keep their columns' names.
    for (const nn::PipelineColumn& column : pipeline.columns()) {
      if (column.rule.kind != nn::ColumnKind::kDate && column.rule.features() > 0) {
        names_.insert(column.rule.name);
      }
    }
    for (const nn::PipelineColumn& column : pipeline.columns()) {
      switch (column.rule.kind) {
        case nn::ColumnKind::kNumber:
          number(column, pipeline.rules());
          break;
        case nn::ColumnKind::kDate:
          date(column);
          break;
        case nn::ColumnKind::kCategory:
          category(column);
          break;
        case nn::ColumnKind::kLeftOut:
          if (plan_.matrix) {  // whose columns keep their numbers
            plan_.inputs.push_back({.name = column.rule.name});
          }
          break;
      }
    }
  }

  // Columns called by their numbers, as those of arrays are.
  static bool has_numbers_alone(const nn::FeaturePipeline& pipeline) {
    std::size_t at = 0;
    for (const nn::PipelineColumn& column : pipeline.columns()) {
      const auto& all = pipeline.table_columns();
      while (at < all.size() && all[at] != column.rule.name) {
        ++at;  // a target, a group or an order
      }
      const bool numbers = column.rule.kind == nn::ColumnKind::kNumber ||
                           column.rule.kind == nn::ColumnKind::kLeftOut;
      if (!numbers || column.rule.name != std::to_string(at) || !column.rule.style.is_plain()) {
        return false;
      }
    }
    return true;
  }

  void number(const nn::PipelineColumn& column, const nn::ReadingRules& rules) {
    const nn::ColumnRule& rule = column.rule;
    plan_.inputs.push_back({.name = rule.name,
                            .meaning = rule.style.unit.empty()
                                           ? "number"
                                           : fmt::format("number, in {}", rule.style.unit),
                            .missing = missing_numbers(rules)});
    PlanFeature feature{.input = plan_.inputs.size() - 1};
    if (rule.value) {
      feature.fill = rule.fill.front();
      add_feature(feature, column, 0);
    }
    if (rule.indicator) {
      feature.kind = FeatureKind::kMissing;
      feature.fill = 0.0;
      add_feature(feature, column, static_cast<std::size_t>(rule.value));
    }
  }

  void date(const nn::PipelineColumn& column) {
    const nn::ColumnRule& rule = column.rule;
    const std::size_t first = plan_.inputs.size();
    for (std::size_t i = 0; i < rule.parts.size(); ++i) {
      const PartName part = part_name(rule.parts[i]);
      const std::size_t input = add_input(
          fmt::format("{}.{}", rule.name, part.suffix), false,
          fmt::format("of the date in column {}: {}", in_quotes(rule.name), part.meaning));
      add_feature({.input = input, .fill = rule.fill[i]}, column, i);
    }
    if (rule.indicator) {
      add_feature({.input = first, .kind = FeatureKind::kMissing}, column, rule.parts.size());
    }
  }

  void category(const nn::PipelineColumn& column) {
    const nn::ColumnRule& rule = column.rule;
    plan_.inputs.push_back(
        {.name = rule.name, .text = true, .meaning = "text", .levels = rule.levels});
    PlanFeature feature{.input = plan_.inputs.size() - 1, .kind = FeatureKind::kLevel};
    if (rule.two_levels) {
      feature.level = 1;
      feature.fill = rule.unknown;
      add_feature(feature, column, 0);
      return;
    }
    for (; feature.level < rule.levels.size(); ++feature.level) {
      add_feature(feature, column, feature.level);
    }
    if (rule.other) {
      feature.kind = FeatureKind::kOther;
      add_feature(feature, column, rule.levels.size());
    }
  }

  void array(const nn::ModelInputs& inputs) {
    plan_.matrix = true;
    plan_.bytes = inputs.takes_bytes();
    plan_.single = !plan_.bytes;
    const nn::ColumnScaling& scaling = inputs.scaling;
    for (std::size_t i = 0; i < inputs.features; ++i) {
      plan_.inputs.push_back({.name = std::to_string(i)});
      PlanFeature feature{.input = i};
      if (plan_.bytes) {
        feature.factor = static_cast<double>(scaling.scale[i]);
        feature.shift = static_cast<double>(scaling.shift[i]);
      } else {
        feature.fill = scaling.fill[i];
        feature.centre = scaling.centre[i];
        feature.factor = scaling.factor[i];
      }
      plan_.features.push_back(feature);
    }
  }

  void networks() {
    const nn::TrainedModel& model = *plan_.model;
    if (model.members.empty()) {
      plan_.networks.push_back(plan_network(model, 1.0));
    }
    for (std::size_t m = 0; m < model.members.size(); ++m) {
      plan_.networks.push_back(plan_network(model.members[m], model.shares[m]));
    }
  }

  ModelPlan plan_;
  std::set<std::string> names_;
};

// "2 networks: trial 3, fold 0, epoch 12, share 0.5; trial 3, fold 1, epoch 9, share 0.5".
// Without the folds where all are 0, as those of trials that have none.
std::string members_text(const std::vector<PlanNetwork>& networks) {
  const auto entry = [](const PlanNetwork& network, const char* key) {
    const auto found = network.model->metadata.find(key);
    return found == network.model->metadata.end() ? std::string() : found->second;
  };
  const bool in_folds = std::any_of(networks.begin(), networks.end(), [&](const auto& network) {
    const std::string fold = entry(network, "fold");
    return !fold.empty() && fold != "0";
  });
  std::string text = fmt::format("{} network{}", networks.size(), networks.size() == 1 ? "" : "s");
  for (std::size_t m = 0; m < networks.size(); ++m) {
    text += m == 0 ? ": " : "; ";
    for (const char* key : {"trial", "fold", "epoch"}) {
      const std::string value = entry(networks[m], key);
      if (!value.empty() && (in_folds || std::string_view(key) != "fold")) {
        text += fmt::format("{} {}, ", key, value);
      }
    }
    text += fmt::format("share {:.4g}", networks[m].share);
  }
  return text;
}

}  // namespace

std::vector<std::string> ModelPlan::output_names() const {
  if (!is_regression()) {
    return model->target.classes;
  }
  std::vector<std::string> names = model->target.names;
  for (std::size_t i = names.size(); i < model->target.scaling.size(); ++i) {
    names.push_back(i == 0 ? "prediction" : fmt::format("prediction_{}", i));
  }
  return names;
}

std::vector<std::pair<std::string, std::string>> ModelPlan::origin() const {
  std::vector<std::pair<std::string, std::string>> entries;
  const bool of_members = !model->members.empty();
  for (const std::string_view key :
       {"tool", "sweep", "trial", "epoch", "metric", "value", "task"}) {
    const bool of_a_trial = key == "trial" || key == "epoch" || key == "metric" || key == "value";
    const auto found = model->metadata.find(std::string(key));
    if (found != model->metadata.end() && !(of_a_trial && of_members)) {
      entries.emplace_back(key, found->second);
    }
  }
  if (of_members) {
    entries.emplace_back("ensemble", members_text(networks));
  }
  return entries;
}

ModelPlan plan_model(const nn::TrainedModel& model) {
  return Planner(model).plan();
}

std::string_view name_of(nn::Activation activation) {
  return std::find_if(kActivationNames.begin(), kActivationNames.end(),
                      [&](const auto& row) { return row.first == activation; })
      ->second;
}

std::vector<std::pair<std::string, std::size_t>> level_spellings(
    const std::vector<std::string>& levels) {
  std::vector<std::pair<std::string, std::size_t>> spellings;
  std::set<std::string> taken;
  const auto add = [&](std::string text, std::size_t level) {
    if (taken.insert(text).second) {
      spellings.emplace_back(std::move(text), level);
    }
  };
  for (std::size_t i = 0; i < levels.size(); ++i) {
    add(levels[i], i);
  }
  for (std::size_t i = 0; i < levels.size(); ++i) {
    add(nn::level_key(levels[i]), i);
    std::string upper = levels[i];
    std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    add(std::move(upper), i);
  }
  return spellings;
}

std::vector<std::string> missing_texts(const ModelPlan& plan) {
  const auto& pipeline = plan.model->inputs.pipeline;
  std::vector<std::string> texts{""};
  if (pipeline != nullptr && pipeline->rules().missing) {
    texts.insert(texts.end(), pipeline->rules().missing->begin(), pipeline->rules().missing->end());
  }
  if (pipeline == nullptr || nn::words_mean_missing(pipeline->rules())) {
    texts.insert(texts.end(), nn::kMissingTexts.begin(), nn::kMissingTexts.end());
  }
  return texts;
}

}  // namespace hpsearch::reports
