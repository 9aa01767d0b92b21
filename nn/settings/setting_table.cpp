#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "nn/settings/hidden_widths.h"
#include "nn/settings/settings.h"

namespace hpsearch::nn {
namespace {

using enum SettingInfo::Type;
constexpr auto kModel = Section::kModel;
constexpr auto kTraining = Section::kTraining;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMaxWidth = 1 << 20;
constexpr double kMaxCount = 1e9;
constexpr double kMaxEpochs = 1e6;
constexpr double kMaxSeed = 9007199254740991.0;  // 2^53 - 1: exact in every script's numbers

constexpr std::array kTable{
    SettingInfo{"hidden", kModel, kWidths, 1, kMaxWidth, false, "", "[128]",
                "widths of the hidden layers; [] is a linear model"},
    SettingInfo{"hidden_layers", kModel, kInteger, 0, kMaxLayers, false, "", "",
                "number of hidden layers, all of hidden_units"},
    SettingInfo{"hidden_units", kModel, kInteger, 1, kMaxWidth, false, "", "",
                "width of each of the hidden_layers"},
    SettingInfo{"hidden<N>", kModel, kInteger, 1, kMaxWidth, false, "", "",
                "width of hidden layer N, from hidden1 on without a gap"},
    SettingInfo{"activation", kModel, kChoice, 0, 0, false,
                "linear step sigmoid tanh relu leaky_relu elu maxout", "relu",
                "activation of the hidden layers; or a list, one a layer", true},
    SettingInfo{"slope", kModel, kReal, 0, 1e6, false, "", "0.01", "slope of leaky_relu below 0"},
    SettingInfo{"alpha", kModel, kReal, 0, 1e6, false, "", "1",
                "alpha of elu: alpha (e^x - 1) below 0"},
    SettingInfo{"maxout_pieces", kModel, kInteger, 2, 64, false, "", "2",
                "linear functions of each maxout unit"},
    SettingInfo{"init", kModel, kChoice, 0, 0, false,
                "zero constant normal xavier_normal xavier_uniform lecun_normal he_normal "
                "he_uniform torch_default",
                "",
                "initial weights: zero, constant (init_value), normal (init_std), xavier_normal "
                "and xavier_uniform (variance 2 / (in + out)), lecun_normal (1 / in), he_normal "
                "and he_uniform (2 / in), torch_default (uniform, 1 / (3 in), biases too); default "
                "he_normal for relu, leaky_relu, elu and maxout, else xavier_normal"},
    SettingInfo{"init_std", kModel, kReal, 0, kInfinity, false, "", "0.01",
                "standard deviation of init: normal"},
    SettingInfo{"init_value", kModel, kReal, -1e6, 1e6, false, "", "0.01",
                "the weight of init: constant"},
    SettingInfo{"gain", kModel, kReal, 0, kInfinity, false, "", "1",
                "factor on the standard deviation of the initial weights"},
    SettingInfo{"batch_norm", kModel, kBool, 0, 0, false, "", "false",
                "batch normalisation of each hidden layer, before its activation"},
    SettingInfo{"bn_momentum", kModel, kReal, 0, 1, false, "", "0.1",
                "share of a batch in the running mean and variance"},
    SettingInfo{"bn_epsilon", kModel, kReal, 1e-12, 1, false, "", "1e-5",
                "added to the variance in batch normalisation"},
    SettingInfo{"dropout", kModel, kReal, 0, 1, false, "", "0",
                "probability of dropping a hidden unit's output; or a list, one a layer", true},
    SettingInfo{"input_dropout", kModel, kReal, 0, 1, false, "", "0",
                "probability of dropping an input"},
    SettingInfo{"bias", kModel, kBool, 0, 0, false, "", "true",
                "whether linear layers have biases"},
    SettingInfo{"pretrain", kModel, kChoice, 0, 0, false, "none rbm", "none",
                "rbm: each sigmoid layer first learns as a restricted Boltzmann machine (CD-1); "
                "{method: rbm, epochs, learning_rate}"},
    SettingInfo{"pretrain.epochs", kModel, kInteger, 1, kMaxEpochs, false, "", "5",
                "epochs of each layer's pre-training"},
    SettingInfo{"pretrain.learning_rate", kModel, kReal, 0, kInfinity, true, "", "0.1",
                "its step size"},
    SettingInfo{"optimizer", kTraining, kChoice, 0, 0, false, "sgd adagrad rmsprop adam adamw",
                "sgd", "how gradients become updates"},
    SettingInfo{"learning_rate", kTraining, kReal, 0, kInfinity, true, "", "0.01", "step size"},
    SettingInfo{"momentum", kTraining, kReal, 0, 1, false, "", "",
                "share of the last update that is kept; default 0.9, of rmsprop 0"},
    SettingInfo{"nesterov", kTraining, kBool, 0, 0, false, "", "false",
                "Nesterov's momentum, of sgd"},
    SettingInfo{"beta1", kTraining, kReal, 0, 1, false, "", "0.9",
                "of adam: decay of the mean gradient", false, true},
    SettingInfo{"beta2", kTraining, kReal, 0, 1, false, "", "0.999",
                "of adam: decay of the mean squared gradient", false, true},
    SettingInfo{"epsilon", kTraining, kReal, 1e-30, kInfinity, false, "", "1e-8",
                "of adagrad, rmsprop and adam: added to the root"},
    SettingInfo{"rho", kTraining, kReal, 0, 1, false, "", "0.9",
                "of rmsprop: decay of the mean squared gradient", false, true},
    SettingInfo{"l2", kTraining, kReal, 0, kInfinity, false, "", "0",
                "adds l2/2 * sum w^2 to the loss; weights only, not biases"},
    SettingInfo{"l1", kTraining, kReal, 0, kInfinity, false, "", "0",
                "adds l1 * sum abs(w) to the loss; weights only, not biases"},
    SettingInfo{"weight_decay", kTraining, kReal, 0, kInfinity, false, "", "0",
                "decoupled: each update first takes learning_rate * weight_decay of the weights "
                "away"},
    SettingInfo{"decay_bias", kTraining, kBool, 0, 0, false, "", "false",
                "l2, l1 and weight_decay act on biases and batch normalisation too"},
    SettingInfo{"max_norm", kTraining, kReal, 0, kInfinity, true, "none", "none",
                "largest L2 norm of a unit's incoming weights"},
    SettingInfo{"grad_clip", kTraining, kReal, 0, kInfinity, true, "none", "none",
                "largest L2 norm of the whole gradient"},
    SettingInfo{"label_smoothing", kTraining, kReal, 0, 1, false, "", "0",
                "share of a label that goes to all classes alike, in training", false, true},
    SettingInfo{"loss", kTraining, kChoice, 0, 0, false, "cross_entropy mse l1 huber", "",
                "cross_entropy for classes (the only one); mse (default), l1 or huber for a "
                "regression"},
    SettingInfo{"huber_delta", kTraining, kReal, 0, kInfinity, true, "", "1",
                "error beyond which huber grows linearly, in training units"},
    SettingInfo{"class_weights", kTraining, kClassWeights, 0, kInfinity, true, "none balanced",
                "none",
                "weight of each class in the loss: balanced is rows / (classes * rows of the "
                "class); a list is in ascending order of labels"},
    SettingInfo{"batch_size", kTraining, kInteger, 1, kMaxCount, false, "full", "64",
                "rows of one update; full: all rows, gradient descent"},
    SettingInfo{"drop_last", kTraining, kBool, 0, 0, false, "", "false",
                "leave out an epoch's last batch where it is short"},
    SettingInfo{"epochs", kTraining, kInteger, 1, kMaxEpochs, false, "", "20",
                "passes over the training rows"},
    SettingInfo{"schedule", kTraining, kChoice, 0, 0, false,
                "constant step exponential inverse_time cosine one_cycle plateau", "constant",
                "how the learning rate changes: constant, or {type: step, every, factor}, "
                "{type: exponential, factor}, {type: inverse_time, decay}, {type: cosine, final}, "
                "{type: one_cycle, rise, start, final}, {type: plateau, factor, patience}; all but "
                "one_cycle take warmup"},
    SettingInfo{"schedule.every", kTraining, kInteger, 1, kMaxEpochs, false, "", "",
                "of step: epochs between two changes"},
    SettingInfo{"schedule.factor", kTraining, kReal, 0, 1, true, "", "",
                "of step, exponential (each epoch) and plateau (default 0.1)"},
    SettingInfo{"schedule.decay", kTraining, kReal, 0, kInfinity, false, "", "",
                "of inverse_time: rate / (1 + decay * epochs done)"},
    SettingInfo{"schedule.final", kTraining, kReal, 0, 1, false, "", "",
                "of cosine (default 0) and one_cycle (default 4e-6): the share of the rate at the "
                "end"},
    SettingInfo{"schedule.rise", kTraining, kReal, 0, 1, true, "", "",
                "of one_cycle: share of the updates up to the full rate, default 0.3", false, true},
    SettingInfo{"schedule.start", kTraining, kReal, 0, 1, true, "", "",
                "of one_cycle: the share of the rate at the start, default 0.04"},
    SettingInfo{"schedule.patience", kTraining, kInteger, 0, kMaxEpochs, false, "", "",
                "of plateau: epochs without a lower validation loss before the rate falls, "
                "default 10"},
    SettingInfo{"schedule.warmup", kTraining, kReal, 0, kMaxEpochs, false, "", "",
                "epochs over which the rate first grows from 0, default 0"},
    SettingInfo{"patience", kTraining, kInteger, 1, kMaxEpochs, false, "none", "none",
                "epochs without a better metric after which a trial ends, as complete"},
    SettingInfo{"precision", kTraining, kChoice, 0, 0, false, "f32 bf16 auto", "f32",
                "numbers that matrices are multiplied in: bf16 (bfloat16, where the CPU has it; "
                "weights stay f32) is faster for large networks; auto: bf16 where it can and a "
                "layer has 16,384 weights, a batch 8 rows"},
    SettingInfo{"seed", kTraining, kInteger, 0, kMaxSeed, false, "", "",
                "of weights, shuffling and dropout; default: each trial its own"},
};

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
    if (setting == "schedule" && row.kind == choice) {
      keys = words_of(row.required);
      const auto more = words_of(row.optional);
      keys.insert(keys.end(), more.begin(), more.end());
    }
  }
  return keys;
}

std::optional<Needs> needs_of(std::string_view name) {
  struct Row {
    std::string_view name, setting, values;
  };
  constexpr std::array kRows{
      Row{"slope", "activation", "leaky_relu"},
      Row{"alpha", "activation", "elu"},
      Row{"maxout_pieces", "activation", "maxout"},
      Row{"init_std", "init", "normal"},
      Row{"init_value", "init", "constant"},
      Row{"bn_momentum", "batch_norm", "true"},
      Row{"bn_epsilon", "batch_norm", "true"},
      Row{"pretrain.epochs", "pretrain", "rbm"},
      Row{"pretrain.learning_rate", "pretrain", "rbm"},
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
  needs.setting = "schedule";
  for (const ScheduleKeys& row : kScheduleKeys) {
    const auto keys = keys_taken("schedule", row.kind);
    if (std::find(keys.begin(), keys.end(), name.substr(kSchedule.size())) != keys.end()) {
      needs.values.emplace_back(row.kind);
    }
  }
  return needs;
}

std::vector<std::string_view> words_of(std::string_view words) {
  std::vector<std::string_view> all;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    all.push_back(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return all;
}

}  // namespace hpsearch::nn
