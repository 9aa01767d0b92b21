#include "nn/settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace hpsearch::nn {
namespace {

using Type = SettingInfo::Type;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMaxWidth = 1 << 20;
constexpr double kMaxLayers = 100;
constexpr double kMaxCount = 1e9;
constexpr double kMaxSeed = 9007199254740991.0;  // 2^53 - 1: exact in every script's numbers

constexpr std::array kTable{
    SettingInfo{"hidden", Section::kModel, Type::kWidths, 1, kMaxWidth, false, "", "[128]",
                "widths of the hidden layers; [] is a linear model", false},
    SettingInfo{"hidden_layers", Section::kModel, Type::kInteger, 0, kMaxLayers, false, "", "",
                "number of hidden layers, all of hidden_units", true},
    SettingInfo{"hidden_units", Section::kModel, Type::kInteger, 1, kMaxWidth, false, "", "",
                "width of each of the hidden_layers", true},
    SettingInfo{"hidden<N>", Section::kModel, Type::kInteger, 1, kMaxWidth, false, "", "",
                "width of hidden layer N, from hidden1 on without a gap", true},
    SettingInfo{"activation", Section::kModel, Type::kChoice, 0, 0, false, "relu", "relu",
                "activation of the hidden layers", true},
    SettingInfo{"init", Section::kModel, Type::kChoice, 0, 0, false, "he_normal normal",
                "he_normal", "initial weights: N(0, 2 / fan_in), or N(0, init_std^2)", true},
    SettingInfo{"init_std", Section::kModel, Type::kReal, 0, kInfinity, false, "", "0.01",
                "standard deviation of init: normal", true},
    SettingInfo{"dropout", Section::kModel, Type::kReal, 0, 1, false, "", "0",
                "probability of dropping a hidden unit's output", true},
    SettingInfo{"optimizer", Section::kTraining, Type::kChoice, 0, 0, false, "sgd", "sgd",
                "mini-batch gradient descent with momentum", true},
    SettingInfo{"learning_rate", Section::kTraining, Type::kReal, 0, kInfinity, true, "", "0.01",
                "step size", true},
    SettingInfo{"momentum", Section::kTraining, Type::kReal, 0, 1, false, "", "0.9",
                "share of the last update that is kept", true},
    SettingInfo{"l2", Section::kTraining, Type::kReal, 0, kInfinity, false, "", "0",
                "adds l2/2 * sum w^2 to the loss; weights only, not biases", true},
    SettingInfo{"class_weights", Section::kTraining, Type::kClassWeights, 0, kInfinity, true,
                "none balanced", "none",
                "weight of each class in the loss: balanced is rows / (classes * rows of the "
                "class); a list is in ascending order of labels",
                true},
    SettingInfo{"batch_size", Section::kTraining, Type::kInteger, 1, kMaxCount, false, "", "64",
                "rows of one update", true},
    SettingInfo{"epochs", Section::kTraining, Type::kInteger, 1, 1e6, false, "", "20",
                "passes over the training rows", true},
    SettingInfo{"seed", Section::kTraining, Type::kInteger, 0, kMaxSeed, false, "", "",
                "of weights, shuffling and dropout; default: each trial its own", true},
};

// N of hidden1, hidden2, ...; 0 for any other name.
int layer_number(std::string_view name) {
  constexpr std::string_view kPrefix = "hidden";
  if (!name.starts_with(kPrefix)) {
    return 0;
  }
  const std::string_view digits = name.substr(kPrefix.size());
  int n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  const bool plain = !digits.empty() && digits.front() >= '1' && digits.front() <= '9';
  return plain && error == std::errc() && end == digits.data() + digits.size() && n <= kMaxLayers
             ? n
             : 0;
}

std::string range_text(const SettingInfo& s) {
  if (s.max == kInfinity) {
    return s.open_min ? fmt::format("above {:g}", s.min) : fmt::format("of {:g} or more", s.min);
  }
  return fmt::format("from {:.0f} to {:.0f}", s.min, s.max);
}

bool in_range(const SettingInfo& s, double x) {
  return std::isfinite(x) && x >= s.min && x <= s.max && !(s.open_min && x == s.min);
}

bool is_choice(const SettingInfo& s, const std::string& text) {
  return !text.empty() && text.find(' ') == std::string::npos &&
         fmt::format(" {} ", s.choices).find(fmt::format(" {} ", text)) != std::string::npos;
}

std::string one_of(std::string_view choices) {
  std::string text(choices);
  for (std::size_t at = 0; (at = text.find(' ', at)) != std::string::npos; at += 2) {
    text.replace(at, 1, ", ");
  }
  return text.find(',') == std::string::npos ? text : "one of " + text;
}

bool is_width_list(const SettingInfo& s, const Value& value) {
  const auto* list = std::get_if<ValueList>(&value);
  return list != nullptr && static_cast<double>(list->size()) <= kMaxLayers &&
         std::all_of(list->begin(), list->end(), [&](const Value& v) {
           return std::holds_alternative<std::int64_t>(v) && in_range(s, v.number());
         });
}

bool is_weight_list(const SettingInfo& s, const Value& value) {
  const auto* list = std::get_if<ValueList>(&value);
  return list != nullptr && !list->empty() &&
         std::all_of(list->begin(), list->end(),
                     [&](const Value& v) { return v.is_number() && in_range(s, v.number()); });
}

ClassWeights class_weights(const Value& value) {
  if (const auto* name = std::get_if<std::string>(&value)) {
    return {*name == "balanced" ? ClassWeights::Kind::kBalanced : ClassWeights::Kind::kNone};
  }
  ClassWeights weights{ClassWeights::Kind::kList};
  for (const Value& v : std::get<ValueList>(value)) {
    weights.list.push_back(v.number());
  }
  return weights;
}

int to_int(const Value& value) {
  return static_cast<int>(std::get<std::int64_t>(value));
}

// hidden, hidden_layers with hidden_units, and hidden1, hidden2, ... say the same thing in three
// ways.
std::vector<int> hidden_widths(const SettingMap& values, std::vector<int> fallback) {
  std::map<int, int> by_number;
  const std::string* list = nullptr;
  const std::string* uniform = nullptr;
  const std::string* numbered = nullptr;
  for (const auto& [name, value] : values) {
    if (name == "hidden") {
      list = &name;
    } else if (name == "hidden_layers" || name == "hidden_units") {
      uniform = &name;
    } else if (const int n = layer_number(name); n > 0) {
      numbered = &name;
      by_number[n] = to_int(value);
    }
  }
  const int forms = (list != nullptr) + (uniform != nullptr) + (numbered != nullptr);
  if (forms > 1) {
    const std::string& second = numbered != nullptr ? *numbered : *uniform;
    throw SettingError(
        second, fmt::format("'{}' and '{}' both say what the hidden layers are; use one of "
                            "hidden, hidden_layers with hidden_units, or hidden1, hidden2, ...",
                            list != nullptr ? *list : *uniform, second));
  }
  if (list != nullptr) {
    std::vector<int> widths;
    for (const Value& v : std::get<ValueList>(values.at(*list))) {
      widths.push_back(to_int(v));
    }
    return widths;
  }
  if (uniform != nullptr) {
    const auto layers = values.find("hidden_layers");
    const auto units = values.find("hidden_units");
    if (layers == values.end() || units == values.end()) {
      throw SettingError(*uniform,
                         fmt::format("'{}' needs '{}' beside it", *uniform,
                                     layers == values.end() ? "hidden_layers" : "hidden_units"));
    }
    return std::vector<int>(static_cast<std::size_t>(to_int(layers->second)),
                            to_int(units->second));
  }
  if (numbered == nullptr) {
    return fallback;
  }
  std::vector<int> widths;
  for (const auto& [n, width] : by_number) {
    if (n != static_cast<int>(widths.size()) + 1) {
      throw SettingError(
          fmt::format("hidden{}", n),
          fmt::format("'hidden{}' is given but 'hidden{}' is not", n, widths.size() + 1));
    }
    widths.push_back(width);
  }
  return widths;
}

}  // namespace

std::span<const SettingInfo> setting_table() {
  return kTable;
}

const SettingInfo* find_setting(std::string_view name) {
  const std::string_view row = layer_number(name) > 0 ? "hidden<N>" : name;
  if (row == "hidden<N>" && name == row) {
    return nullptr;
  }
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const SettingInfo& s) { return s.name == row; });
  return found == kTable.end() ? nullptr : found;
}

std::vector<std::string_view> setting_names(std::optional<Section> section) {
  std::vector<std::string_view> names;
  for (const SettingInfo& s : kTable) {
    if (!section || s.section == *section) {
      names.push_back(s.name == "hidden<N>" ? "hidden1" : s.name);
    }
  }
  return names;
}

std::optional<std::string> why_invalid(const SettingInfo& s, const Value& value) {
  auto expected = [&](std::string what) {
    return fmt::format("must be {}; found {}", what, to_text(value));
  };
  switch (s.type) {
    case Type::kReal:
      if (!value.is_number() || !in_range(s, value.number())) {
        return expected(fmt::format("a number {}", range_text(s)));
      }
      return std::nullopt;
    case Type::kInteger:
      if (!std::holds_alternative<std::int64_t>(value) || !in_range(s, value.number())) {
        return expected(fmt::format("a whole number {}", range_text(s)));
      }
      return std::nullopt;
    case Type::kChoice:
      if (!std::holds_alternative<std::string>(value) ||
          !is_choice(s, std::get<std::string>(value))) {
        return expected(one_of(s.choices));
      }
      return std::nullopt;
    case Type::kClassWeights:
      if (!is_weight_list(s, value) && !(std::holds_alternative<std::string>(value) &&
                                         is_choice(s, std::get<std::string>(value)))) {
        return expected("none, balanced, or a list of positive numbers, one a class");
      }
      return std::nullopt;
    case Type::kWidths:
      if (!is_width_list(s, value)) {
        return expected("a list of at most 100 widths, like [256, 128]");
      }
      return std::nullopt;
  }
  return std::nullopt;
}

Settings make_settings(const SettingMap& values) {
  for (const auto& [name, value] : values) {
    const SettingInfo* info = find_setting(name);
    if (info == nullptr) {
      throw SettingError(name, fmt::format("the trainer has no setting '{}'", name));
    }
    if (const auto reason = why_invalid(*info, value)) {
      throw SettingError(name, fmt::format("'{}' {}", name, *reason));
    }
  }
  Settings s;
  auto real = [&](std::string_view name, double& target) {
    if (const auto it = values.find(name); it != values.end()) {
      target = it->second.number();
    }
  };
  auto integer = [&](std::string_view name, int& target) {
    if (const auto it = values.find(name); it != values.end()) {
      target = to_int(it->second);
    }
  };
  s.hidden = hidden_widths(values, s.hidden);
  if (const auto it = values.find("init"); it != values.end()) {
    s.init = std::get<std::string>(it->second) == "normal" ? Initialiser::kNormal
                                                           : Initialiser::kHeNormal;
  }
  real("init_std", s.init_std);
  real("dropout", s.dropout);
  real("learning_rate", s.learning_rate);
  real("momentum", s.momentum);
  real("l2", s.l2);
  if (const auto it = values.find("class_weights"); it != values.end()) {
    s.class_weights = class_weights(it->second);
  }
  integer("batch_size", s.batch_size);
  integer("epochs", s.epochs);
  if (const auto it = values.find("seed"); it != values.end()) {
    s.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(it->second));
  }
  return s;
}

}  // namespace hpsearch::nn
