#include "runner/sweep_file/configuration.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/sweep/space_text.h"
#include "runner/console/csv_rows.h"
#include "runner/console/input_text.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/sweep_file/program_value.h"
#include "runner/sweep_file/setting_value.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {
namespace {

std::string read_file(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{64} << 20;
  std::string text = read_input_text(path, kMost + 1, "table of configurations");
  if (text.size() > kMost) {
    throw UsageError(fmt::format("{}: has more than 64 MiB; split it", path));
  }
  return text;
}

// A word of the command line as a program's value: read as YAML is.
nn::Value program_text_value(const search::Parameter& parameter, const std::string& text) {
  std::vector<Diagnostic> diagnostics;
  auto node = parse_yaml({parameter.name, text}, diagnostics);
  nn::Value value = node && diagnostics.empty() ? program_value(*node) : nn::Value(text);
  return search::own_value(parameter.distribution, value).value_or(std::move(value));
}

std::optional<nn::Value> read_text_as(const nn::SettingInfo& setting,
                                      const std::string& name,
                                      const std::string& text,
                                      std::vector<std::string>& errors) {
  YamlNode node;
  node.kind = YamlNode::Kind::kScalar;
  node.text = text;
  std::vector<Diagnostic> diagnostics;
  if (text.starts_with('[')) {  // a list: one value per layer
    if (auto list = parse_yaml({name, text}, diagnostics)) {
      node = *std::move(list);
    }
  }
  if (setting.type == nn::SettingInfo::Type::kBool && (text == "0" || text == "1")) {
    node.text = text == "1" ? "true" : "false";  // as the database and its exports have them
  }
  auto value = read_setting(setting, node, name, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics) {
    errors.push_back(diagnostic.message);
  }
  return value;
}

// Is this the header of an exported table of trials? Its columns about the trial itself are no
// parameters.
bool is_export(const std::vector<std::string>& names) {
  const auto has = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  return has("trial") && has("state") && has("value");
}

}  // namespace

std::string why_outside(const search::Parameter& parameter, const nn::Value& value) {
  const auto range = reports::range_texts(search::space_json({parameter})).at(parameter.name);
  if (const auto* numeric = std::get_if<search::Numeric>(&parameter.distribution)) {
    const bool in =
        value.is_number() && value.number() >= numeric->low && value.number() <= numeric->high;
    if (!in) {
      return fmt::format("is outside its range, {}", range);
    }
    return search::own_value(*numeric, value)
               ? ""
               : fmt::format(
                     "is no multiple of {}, the step of its "
                     "range, {}",
                     nn::to_text(search::to_value(*numeric, numeric->step)), range);
  }
  if (const auto* normal = std::get_if<search::Normal>(&parameter.distribution)) {
    const bool in =
        value.is_number() && value.number() >= normal->low && value.number() <= normal->high;
    return in ? "" : fmt::format("is outside its range, {}", range);
  }
  if (const auto* categorical = std::get_if<search::Categorical>(&parameter.distribution)) {
    const bool in = std::find(categorical->values.begin(), categorical->values.end(), value) !=
                    categorical->values.end();
    return in ? "" : fmt::format("is not one of its values, {}", range);
  }
  if (std::holds_alternative<search::Beta>(parameter.distribution)) {
    const bool in = search::own_value(parameter.distribution, value).has_value();
    return in ? "" : fmt::format("is outside its range, {}", range);
  }
  const bool same = std::get<search::Fixed>(parameter.distribution).value == value;
  return same ? "" : fmt::format("differs from its fixed value, {}", range);
}

std::string unknown_parameter(const std::string& name, const search::SweepSpec& spec) {
  if (const auto fixed = spec.settings.find(name); fixed != spec.settings.end()) {
    return fmt::format(
        "'{}' is fixed at {} in this sweep; only settings listed under 'parameters' can be set",
        name, nn::to_text(fixed->second));
  }
  std::vector<std::string_view> names;
  for (const search::Parameter& parameter : spec.space) {
    names.push_back(parameter.name);
  }
  if (names.empty()) {
    return fmt::format("the sweep has no parameter '{}', nor any other", name);
  }
  return fmt::format("the sweep has no parameter '{}'{}; it has: {}", name,
                     did_you_mean(name, names), fmt::join(names, ", "));
}

WrittenConfiguration read_words(const std::vector<std::string>& words) {
  WrittenConfiguration written;
  for (const std::string& word : words) {
    const std::size_t at = word.find('=');
    if (at == std::string::npos || at == 0) {
      throw UsageError(
          fmt::format("'{}' is not KEY=VALUE; write, for example, learning_rate=0.01", word));
    }
    written.values.emplace_back(word.substr(0, at), word.substr(at + 1));
  }
  return written;
}

std::vector<WrittenConfiguration> read_configuration_file(const std::string& path) {
  const std::vector<CsvRow> rows = parse_csv(read_file(path), path);
  if (rows.size() < 2) {
    throw UsageError(fmt::format(
        "{}: needs a header with parameter names and one line per configuration", path));
  }
  const std::vector<std::string>& names = rows.front().cells;
  const std::string header = fmt::format("{}:{}: ", path, rows.front().line);
  const bool exported = is_export(names);
  std::vector<WrittenConfiguration> all;
  for (auto row = std::next(rows.begin()); row != rows.end(); ++row) {
    if (row->cells.size() != names.size()) {
      throw UsageError(fmt::format("{}:{}: has {} cells where the header has {}", path, row->line,
                                   row->cells.size(), names.size()));
    }
    WrittenConfiguration written{fmt::format("{}:{}: ", path, row->line), header, {}};
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool about_trial = exported && nn::find_setting(names[i]) == nullptr;
      if (!row->cells[i].empty() && !about_trial) {
        written.values.emplace_back(names[i], row->cells[i]);
      }
    }
    all.push_back(std::move(written));
  }
  return all;
}

search::ParamSet read_values(const WrittenConfiguration& written,
                             const search::SweepSpec& spec,
                             std::vector<std::string>& notes) {
  search::ParamSet params;
  std::vector<std::string> errors;
  for (const auto& [name, text] : written.values) {
    const search::Parameter* parameter = search::find_parameter(spec.space, name);
    const nn::SettingInfo* setting = spec.program ? nullptr : nn::find_setting(name);
    if (parameter == nullptr || (setting == nullptr && !spec.program)) {
      errors.push_back(written.names_where + unknown_parameter(name, spec));
      continue;
    }
    std::vector<std::string> problems;
    const auto value = spec.program ? std::optional(program_text_value(*parameter, text))
                                    : read_text_as(*setting, name, text, problems);
    for (const std::string& problem : problems) {
      errors.push_back(written.where + problem);
    }
    if (!value) {
      continue;
    }
    if (!params.emplace(name, *value).second) {
      errors.push_back(fmt::format("{}'{}' is given twice", written.names_where, name));
    }
    if (const std::string why = why_outside(*parameter, *value); !why.empty()) {
      notes.push_back(fmt::format("{}{} {} {}; it is trained anyway", written.where, name,
                                  nn::to_text(*value), why));
    }
  }
  // All at once, each line with its place.
  if (!errors.empty()) {
    throw UsageError(fmt::format("{}", fmt::join(errors, "\n")));
  }
  return params;
}

}  // namespace hpsearch::runner
