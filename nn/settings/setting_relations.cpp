// How settings depend on each other: maps of keys, what a setting needs, and defaults that follow
// from others.
#include <algorithm>
#include <array>

#include "nn/settings/choices.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {

// `schedule` and `pretrain` are written as a map or as a bare word. Both spellings become flat
// settings: `schedule: {type: step, every: 5}` is schedule = step and schedule.every = 5.
std::optional<std::string_view> map_key_of(std::string_view setting) {
  if (setting == "schedule") {
    return "type";
  }
  return setting == "pretrain" ? std::optional<std::string_view>("method") : std::nullopt;
}

std::vector<std::string_view> keys_taken(std::string_view setting, std::string_view choice) {
  std::vector<std::string_view> keys;
  if (setting == "pretrain" && choice == "rbm") {
    return {"epochs", "learning_rate"};
  }
  for (const ScheduleKeys& row : kScheduleKeys) {
    if (setting == "schedule" && row.word == choice) {
      keys = words_of(row.required);
      const auto more = words_of(row.optional);
      keys.insert(keys.end(), more.begin(), more.end());
    }
  }
  return keys;
}

std::optional<Needs> needs_of(std::string_view name) {
  struct Row {
    std::string_view name, setting, values;  // `name` needs `setting` to be one of `values`
  };
  constexpr std::array kRows{
      Row{"slope", "activation", "leaky_relu"},
      Row{"alpha", "activation", "elu"},
      Row{"maxout_pieces", "activation", "maxout"},
      Row{"init", "parametrization", "standard"},
      Row{"init_std", "init", "normal"},
      Row{"init_value", "init", "constant"},
      Row{"bn_momentum", "batch_norm", "true"},
      Row{"bn_epsilon", "batch_norm", "true"},
      Row{"pretrain.epochs", "pretrain", "rbm"},
      Row{"pretrain.learning_rate", "pretrain", "rbm"},
      Row{"bins", "embedding", "ple ple_pbld"},
      Row{"frequencies", "embedding", "pbld ple_pbld"},
      Row{"sigma", "embedding", "pbld ple_pbld"},
      Row{"embedding_rate", "embedding", "pbld ple_pbld"},
      Row{"bias_rate", "bias", "true"},
      Row{"scaling_rate", "scaling", "true"},
      Row{"momentum", "optimizer", "sgd rmsprop"},
      Row{"nesterov", "optimizer", "sgd"},
      Row{"beta1", "optimizer", "adam adamw"},
      Row{"beta2", "optimizer", "adam adamw"},
      Row{"epsilon", "optimizer", "adagrad rmsprop adam adamw"},
      Row{"rho", "optimizer", "rmsprop"},
      Row{"huber_delta", "loss", "huber"},
  };
  Needs needs;
  for (const Row& row : kRows) {
    if (row.name == name) {
      needs.setting = row.setting;
      for (const std::string_view value : words_of(row.values)) {
        needs.values.emplace_back(value);
      }
      return needs;
    }
  }
  constexpr std::string_view kSchedule = "schedule.";
  if (!name.starts_with(kSchedule)) {
    return std::nullopt;
  }
  // Which kinds take a key is already in kScheduleKeys.
  needs.setting = "schedule";
  for (const ScheduleKeys& row : kScheduleKeys) {
    const auto keys = keys_taken("schedule", row.word);
    if (std::find(keys.begin(), keys.end(), name.substr(kSchedule.size())) != keys.end()) {
      needs.values.emplace_back(row.word);
    }
  }
  return needs;
}

Initialiser initialiser_for(Activation activation) {
  switch (activation) {
    case Activation::kRelu:
    case Activation::kLeakyRelu:
    case Activation::kElu:
    case Activation::kMaxout:
    case Activation::kMish:
    case Activation::kSilu:
    case Activation::kGelu:
      return Initialiser::kHeNormal;
    case Activation::kSelu:
      return Initialiser::kLecunNormal;
    case Activation::kLinear:
    case Activation::kStep:
    case Activation::kSigmoid:
    case Activation::kTanh:
      break;
  }
  return Initialiser::kXavierNormal;
}

std::string_view dependent_default(std::string_view name, const SettingMap& values) {
  // The word that a setting has among `values`, else its own default.
  auto word = [&](std::string_view setting) {
    const auto it = values.find(setting);
    const auto* text = it == values.end() ? nullptr : std::get_if<std::string>(&it->second);
    return std::string(text != nullptr ? *text : find_setting(setting)->fallback);
  };
  if (name == "momentum") {
    return word("optimizer") == "rmsprop" ? "0" : "0.9";
  }
  if (name == "init") {
    if (word("parametrization") == "ntk") {
      return "";  // it has its own
    }
    const auto it = values.find("activation");
    if (it != values.end() && std::holds_alternative<ValueList>(it->second)) {
      return "";  // each layer has its own
    }
    const Activation activation = row_of(kActivationChoices, word("activation")).value;
    return word_of(kInitialiserChoices, initialiser_for(activation));
  }
  return "";
}

}  // namespace hpsearch::nn
