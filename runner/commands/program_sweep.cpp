#include "runner/commands/program_sweep.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <utility>
#include <variant>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/console/input_text.h"
#include "runner/console/new_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/split_list.h"
#include "runner/console/usage_error.h"
#include "runner/yaml/yaml_emit.h"
#include "runner/yaml/yaml_scalar.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 9> kMacros{
    "{args}",       "{args_no_equals}",    "{args_no_hyphens}", "{args_no_boolean_flags}",
    "{args_json}",  "{args_append_hydra}", "{args_json_file}",  "{args_override_hydra}",
    "{interpreter}"};

// A word as YAML reads it.
nn::Value value_of(const std::string& text) {
  Scalar scalar = read_scalar(std::string_view(text));
  auto* value = std::get_if<nn::Value>(&scalar);
  return std::holds_alternative<NullScalar>(scalar) ? nn::Value(nn::NullValue{})
         : value == nullptr                         ? nn::Value(text)
                                                    : std::move(*value);
}

// {min: 1.0e-4, max: 0.1, scale: log} of 1e-4..1e-1:log; nothing if the text is no range.
std::optional<YamlNode> range_of(const std::string& name, std::string text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) {
    return std::nullopt;
  }
  const std::size_t colon = text.find(':', dots);
  const std::string scale = colon == std::string::npos ? "" : text.substr(colon + 1);
  text.resize(std::min(colon, text.size()));
  const nn::Value low = value_of(text.substr(0, dots));
  const nn::Value high = value_of(text.substr(dots + 2));
  if (!low.is_number() || !high.is_number() || (!scale.empty() && scale != "log")) {
    throw UsageError(fmt::format(
        "--param {}={}{}: a range is written LOW..HIGH or LOW..HIGH:log, such as lr=1e-4..1e-1:log",
        name, text, scale.empty() ? "" : ":" + scale));
  }
  std::vector<std::pair<std::string, YamlNode>> map{{"min", yaml_scalar(low)},
                                                    {"max", yaml_scalar(high)}};
  if (!scale.empty()) {
    map.emplace_back("scale", yaml_scalar(nn::Value(scale)));
  }
  return yaml_map(std::move(map));
}

YamlNode parameter_of(const std::string& name, const std::string& text) {
  if (auto range = range_of(name, text)) {
    return *std::move(range);
  }
  if (text.find(',') == std::string::npos) {
    return yaml_map({{"value", yaml_scalar(value_of(text))}});
  }
  nn::ValueList values;
  for (const std::string& item : split_list(text)) {
    values.push_back(value_of(item));
  }
  return yaml_map({{"values", yaml_scalar(values)}});
}

YamlNode metric_of(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  const std::string goal = colon == std::string::npos ? "" : text.substr(colon + 1);
  const bool has_goal = goal == "min" || goal == "max";
  return yaml_map(
      {{"name", yaml_scalar(nn::Value(has_goal ? text.substr(0, colon) : text))},
       {"goal", yaml_scalar(nn::Value(std::string(goal == "max" ? "maximize" : "minimize")))}});
}

// The name of a sweep over these words: train for python3 train.py.
std::string sweep_name(const std::vector<std::string>& words) {
  const auto plain = [](const std::string& word) {
    return !word.starts_with('-') && !word.starts_with('{') && word.find('=') == std::string::npos;
  };
  std::string name = std::filesystem::path(words.front()).stem().string();
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::filesystem::path path(words[i]);
    if (plain(words[i]) && path.has_extension()) {
      name = path.stem().string();
      break;
    }
  }
  return name;
}

std::vector<std::string> texts(const Invocation& invocation, const char* option) {
  const auto& options = invocation.options;
  return options.count(option) > 0 ? options[option].as<std::vector<std::string>>()
                                   : std::vector<std::string>();
}

}  // namespace

void add_program_options(po::options_description& options) {
  options.add_options()  //
      (
          "param,p", po::value<std::vector<std::string>>()->value_name("NAME=RANGE")->composing(),
          "a parameter of the program after --: lr=1e-4..1e-1:log, units=16..256, "
          "optimizer=sgd,adam")  //
      ("metric", po::value<std::string>()->value_name("NAME"),
       "what that program reports, with :min (the default) or :max: accuracy:max");
}

bool describes_program(const Invocation& invocation) {
  return invocation.options.count("param") > 0 || invocation.options.count("metric") > 0;
}

std::string program_sweep_text(const std::vector<std::string>& parameters,
                               const std::optional<std::string>& metric,
                               const std::vector<std::string>& words) {
  if (words.empty()) {
    throw UsageError(
        "--param and --metric describe a program: give its words after --, such as "
        "-- python3 train.py {args}");
  }
  YamlNode command = yaml_sequence({});
  for (const std::string& word : words) {
    const bool macro = std::find(kMacros.begin(), kMacros.end(), word) != kMacros.end();
    command.items.push_back(yaml_scalar(nn::Value(macro ? "$" + word : word)));
  }
  std::vector<std::pair<std::string, YamlNode>> file{
      {"name", yaml_scalar(nn::Value(sweep_name(words)))},
      {"command", std::move(command)},
      {"method", yaml_scalar(nn::Value(std::string(metric ? "bayes" : "random")))}};
  if (metric) {
    file.emplace_back("metric", metric_of(*metric));
  }
  std::vector<std::pair<std::string, YamlNode>> map;
  for (const std::string& text : parameters) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError(fmt::format(
          "--param {}: write NAME=RANGE, such as lr=1e-4..1e-1:log or optimizer=sgd,adam", text));
    }
    const std::string name = text.substr(0, equals);
    if (std::any_of(map.begin(), map.end(), [&](const auto& p) { return p.first == name; })) {
      throw UsageError(fmt::format("--param {} is given twice", name));
    }
    map.emplace_back(name, parameter_of(name, text.substr(equals + 1)));
  }
  if (!map.empty()) {
    file.emplace_back("parameters", yaml_map(std::move(map)));
  }
  return emit_yaml(yaml_map(std::move(file)));
}

std::string program_sweep_file(const Invocation& invocation, LinePrinter& printer) {
  const auto& options = invocation.options;
  const auto metric = options.count("metric") > 0
                          ? std::optional(options["metric"].as<std::string>())
                          : std::nullopt;
  const std::string text =
      program_sweep_text(texts(invocation, "param"), metric, invocation.operands);
  const std::string path = sweep_name(invocation.operands) + ".yaml";
  std::error_code unreadable;
  if (!std::filesystem::exists(path, unreadable)) {
    write_new_file(path, text);
    printer.line(fmt::format("wrote {}", shell_word(path)));
    return path;
  }
  if (read_input_text(path, kMaxYamlBytes + 1, "sweep file") != text) {
    throw UsageError(fmt::format(
        "{0} exists and says something else; run it as it is (hpsearch run {0}), or move it away",
        shell_word(path)));
  }
  return path;
}

}  // namespace hpsearch::runner
