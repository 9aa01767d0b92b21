#include "reports/model_export/c_export.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "nn/data/level_key.h"
#include "nn/files/data_error.h"
#include "nn/files/missing_words.h"
#include "reports/model_export/c_inputs.h"
#include "reports/model_export/c_networks.h"
#include "reports/model_export/c_text.h"

namespace hpsearch::reports {
namespace {

template <class Items, class Text>
std::vector<std::string> texts(const Items& items, const Text& text) {
  std::vector<std::string> result;
  result.reserve(items.size());
  for (const auto& item : items) {
    result.push_back(text(item));
  }
  return result;
}

void require_finite(const ModelPlan& plan) {
  for (const PlanNetwork& network : plan.networks) {
    for (const nn::LoadedTensor& tensor : network.model->weights) {
      if (!std::all_of(tensor.values.begin(), tensor.values.end(),
                       [](float value) { return std::isfinite(value); })) {
        throw nn::DataError("the model", "has a weight that is not a finite number",
                            "export a trial that did not diverge");
      }
    }
  }
}

std::string_view order_name(nn::DateOrder order) {
  switch (order) {
    case nn::DateOrder::kDayFirst:
      return "DAY_FIRST";
    case nn::DateOrder::kMonthFirst:
      return "MONTH_FIRST";
    case nn::DateOrder::kYearFirst:
      break;
  }
  return "YEAR_FIRST";
}

std::string part_name(nn::DatePart part) {
  switch (part) {
    case nn::DatePart::kYear:
      return "YEAR";
    case nn::DatePart::kMonth:
      return "MONTH";
    case nn::DatePart::kWeekday:
      return "WEEKDAY";
    case nn::DatePart::kYearDay:
      return "DAY_OF_YEAR";
    case nn::DatePart::kHour:
      return "HOUR";
    case nn::DatePart::kElapsed:
      break;
  }
  return "ELAPSED_DAYS";
}

class CWriter {
 public:
  explicit CWriter(const ModelPlan& plan) : plan_(plan) {
    const auto& pipeline = plan.model->inputs.pipeline;
    if (pipeline != nullptr && !plan.matrix) {
      for (const nn::PipelineColumn& column : pipeline->columns()) {
        if (column.rule.features() > 0) {
          columns_.push_back(&column.rule);
        }
      }
    }
    outputs_ = plan.output_names().size();
  }

  std::string write() {
    head();
    part("text");
    part("numbers");
    missing();
    if (plan_.matrix) {
      matrix();
    } else {
      table();
    }
    text_ += c_inputs(plan_);
    text_ += c_networks(plan_);
    part(plan_.matrix ? "predict_matrix" : "predict_table");
    return std::move(text_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  void part(std::string_view name) { text_ += c_part(name); }

  bool has(nn::ColumnKind kind) const {
    return std::any_of(columns_.begin(), columns_.end(),
                       [&](const nn::ColumnRule* rule) { return rule->kind == kind; });
  }

  bool has_threshold() const {
    return plan_.task() == nn::Task::kBinary && plan_.model->target.threshold != 0.5;
  }

  std::size_t inputs() const { return plan_.matrix ? plan_.inputs.size() : columns_.size(); }

  void head() {
    add("{}, as C99. Link with -lm.\n", plan_.is_mean() ? kCMean : kCNetwork);
    if (plan_.is_mean()) {
      add("   They are {}, and the answer is their weighted mean.\n", plan_.networks.size());
    }
    for (const auto& [key, value] : plan_.origin()) {
      add("   {}: {}\n", c_comment(key), c_comment(value));
    }
    add("\n   int predict(const char *const cells[{}], double outputs[{}]);\n", inputs(), outputs_);
    text_ +=
        "     cells: the texts of a row (UTF-8), in the order of predict_columns; NULL or an "
        "empty\n"
        "     text is a missing value.\n";
    text_ +=
        plan_.is_regression()
            ? "     outputs: the predicted numbers, in the order of predict_outputs.\n"
            : "     outputs: the probability of each class, in the order of predict_outputs.\n";
    text_ +=
        "     Returns 0, or the number (from 1) of the first cell that cannot be read as its "
        "column\n"
        "     has it, or -1 if there is no memory. Threads may call it at the same time.\n";
    if (plan_.matrix) {
      add("   int predict_numbers(const double numbers[{}], double outputs[{}]);\n", inputs(),
          outputs_);
      text_ += "     The same for numbers, of which NaN is a missing value.\n";
    }
    if (!plan_.is_regression()) {
      text_ += "   const char *predict_class(const double outputs[]);\n";
      text_ += has_threshold() ? "     The second class where its probability is above "
                                 "`threshold`, else the first.\n"
                               : "     The most probable class.\n";
    }
    text_ +=
        "*/\n\n"
        "#include <float.h>\n#include <locale.h>\n#include <math.h>\n#include <stddef.h>\n"
        "#include <stdlib.h>\n#include <string.h>\n\n";
    add("enum {{ COLUMNS = {}, FEATURES = {}, OUTPUTS = {} }};\n\n", inputs(),
        plan_.features.size(), outputs_);
    std::vector<std::string> names;
    for (const nn::ColumnRule* rule : columns_) {
      names.push_back(rule->name);
    }
    for (std::size_t i = 0; plan_.matrix && i < plan_.inputs.size(); ++i) {
      names.push_back(plan_.inputs[i].name);
    }
    text_ += c_list("const char *const predict_columns[COLUMNS + 1]", names);
    text_ += c_list("const char *const predict_outputs[OUTPUTS + 1]", plan_.output_names());
    add("\nint predict(const char *const cells[COLUMNS], double outputs[OUTPUTS]);\n");
    if (plan_.matrix) {
      add("int predict_numbers(const double numbers[COLUMNS], double outputs[OUTPUTS]);\n");
    }
    if (!plan_.is_regression()) {
      add("const char *predict_class(const double outputs[OUTPUTS]);\n");
    }
  }

  // The texts that mean a missing value.
  void missing() {
    const auto& pipeline = plan_.model->inputs.pipeline;
    const auto listed = pipeline == nullptr ? std::nullopt : pipeline->rules().missing;
    const std::vector<std::string> missing_words(nn::kMissingTexts.begin(),
                                                 nn::kMissingTexts.end());
    text_ += "\n/* ---- missing values ---- */\n\n";
    text_ += c_list("static const char *const listed_as_missing[]",
                    listed.value_or(std::vector<std::string>()));
    if (plan_.matrix || has(nn::ColumnKind::kNumber) || has(nn::ColumnKind::kDate)) {
      text_ += c_list("static const char *const missing_words[]", missing_words);
    }
    if (has(nn::ColumnKind::kCategory)) {
      const bool words = pipeline == nullptr || nn::words_mean_missing(pipeline->rules());
      text_ += c_list("static const char *const missing_levels[]",
                      words ? missing_words : std::vector<std::string>());
    }
    part("missing");
    if (plan_.matrix || has(nn::ColumnKind::kNumber)) {
      part("number_cell");
    }
    if (has(nn::ColumnKind::kDate)) {
      part("dates");
    }
    if (has(nn::ColumnKind::kCategory)) {
      part("levels");
    }
  }

  void table() {
    text_ += "\n/* ---- the columns ---- */\n";
    std::string calls;
    std::size_t feature = 0;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const nn::ColumnRule& rule = *columns_[c];
      const auto place = [](std::size_t at, bool there) {
        return there ? fmt::format("x + {}", at) : std::string("NULL");
      };
      std::string call;
      if (rule.kind == nn::ColumnKind::kNumber) {
        call = fmt::format(
            "number_cell(cells[{}], {}, {}, {}, {}, {}, {})", c, c_quoted(rule.style.point),
            c_quoted(rule.style.group), c_quoted(std::string_view(rule.style.unit)),
            c_number(rule.value ? rule.fill.front() : 0.0), place(feature, rule.value),
            place(feature + static_cast<std::size_t>(rule.value), rule.indicator));
      } else if (rule.kind == nn::ColumnKind::kDate) {
        text_ += c_array(fmt::format("\nstatic const DatePart parts_{}[]", c),
                         texts(rule.parts, part_name));
        text_ += c_numbers(fmt::format("static const double fill_{}[]", c), rule.fill);
        call = fmt::format("date_cell(cells[{0}], {1}, parts_{0}, fill_{0}, {2}, x + {3}, {4})", c,
                           order_name(rule.date_order), rule.parts.size(), feature,
                           place(feature + rule.parts.size(), rule.indicator));
      } else {
        std::vector<std::string> keys =
            texts(rule.levels, [](const std::string& level) { return nn::level_key(level); });
        text_ += c_list(fmt::format("\nstatic const char *const levels_{}[]", c), keys);
        calls += fmt::format(
            "  category_cell(cells[{0}], levels_{0}, {1}, {2}, {3}, x + {4}); /* {5} */\n", c,
            rule.features(), rule.other ? 1 : 0, c_number(rule.unknown), feature,
            c_comment(rule.name));
      }
      if (!call.empty()) {
        calls += fmt::format("  if (!{}) {{ /* {} */\n    return {};\n  }}\n", call,
                             c_comment(rule.name), c + 1);
      }
      feature += rule.features();
    }
    add("\nstatic int read_features(const char *const cells[], double x[])\n{{\n{}  return "
        "0;\n}}\n",
        calls);
  }

  void matrix() {
    std::vector<std::string> columns;
    std::vector<std::string> flags;
    std::vector<double> fill;
    for (const PlanFeature& feature : plan_.features) {
      columns.push_back(std::to_string(feature.input));
      flags.emplace_back(feature.kind == FeatureKind::kMissing ? "1" : "0");
      fill.push_back(feature.fill);
    }
    text_ += "\n/* ---- the columns ---- */\n\n";
    text_ += c_array("static const size_t feature_column[FEATURES]", columns);
    text_ += c_array("static const char feature_is_flag[FEATURES]", flags);
    text_ += c_numbers("static const double feature_fill[FEATURES]", fill);
    // The same for all columns; one that is left out has none.
    const auto input = std::find_if(plan_.inputs.begin(), plan_.inputs.end(),
                                    [](const PlanInput& each) { return !each.missing.empty(); });
    const bool listed = input != plan_.inputs.end();
    if (listed) {
      text_ += c_numbers("static const double missing_numbers[]", input->missing);
    }
    text_ += "\nstatic int is_missing(double number)\n{\n";
    if (listed) {
      text_ +=
          "  size_t i;\n"
          "  for (i = 0; i < sizeof missing_numbers / sizeof missing_numbers[0]; ++i) {\n"
          "    if (number == missing_numbers[i]) {\n      return 1;\n    }\n  }\n";
    }
    text_ += "  return number != number;\n}\n";
    add("\nstatic void read_numbers(const double numbers[], double x[])\n{{\n  size_t i;\n"
        "  for (i = 0; i < FEATURES; ++i) {{\n"
        "    const double number = {}numbers[feature_column[i]];\n"
        "    const int gone = is_missing(number);\n"
        "    x[i] = feature_is_flag[i] ? gone : gone ? feature_fill[i] : number;\n  }}\n}}\n",
        plan_.single ? "(float)" : "");
  }

  const ModelPlan& plan_;
  std::vector<const nn::ColumnRule*> columns_;  // of a table that is no matrix
  std::size_t outputs_ = 0;
  std::string text_;
};

}  // namespace

std::string c_file(const ModelPlan& plan) {
  require_finite(plan);
  return CWriter(plan).write();
}

}  // namespace hpsearch::reports
