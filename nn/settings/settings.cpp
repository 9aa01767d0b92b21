#include "nn/settings/settings.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/hidden_widths.h"

namespace hpsearch::nn {
namespace {

using Type = SettingInfo::Type;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string range_text(const SettingInfo& s) {
  if (s.max == kInfinity) {
    return s.open_min ? fmt::format("above {:g}", s.min) : fmt::format("of {:g} or more", s.min);
  }
  if (s.open_min) {
    return fmt::format("above {:g} {} {:g}", s.min, s.open_max ? "and below" : "and up to", s.max);
  }
  return fmt::format("from {:.0f} to {}{:.0f}", s.min, s.open_max ? "below " : "", s.max);
}

bool in_range(const SettingInfo& s, double x) {
  return std::isfinite(x) && x >= s.min && x <= s.max && !(s.open_min && x == s.min) &&
         !(s.open_max && x == s.max);
}

// The place of a text among the setting's choices; their number where it is none of them.
std::size_t choice_index(const SettingInfo& s, const std::string& text) {
  const auto words = words_of(s.choices);
  return static_cast<std::size_t>(std::find(words.begin(), words.end(), text) - words.begin());
}

bool is_choice(const SettingInfo& s, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && choice_index(s, *text) < words_of(s.choices).size();
}

// What one value may be, as a part of a sentence.
std::string expected(const SettingInfo& s) {
  const std::string words = s.choices.empty() || s.type == Type::kChoice
                                ? ""
                                : fmt::format("{}, or ", fmt::join(words_of(s.choices), ", "));
  switch (s.type) {
    case Type::kReal:
      return fmt::format("{}a number {}", words, range_text(s));
    case Type::kInteger:
      return fmt::format("{}a whole number {}", words, range_text(s));
    case Type::kBool:
      return "true or false";
    case Type::kChoice: {
      const auto all = words_of(s.choices);
      return fmt::format("{}{}", all.size() > 1 ? "one of " : "", fmt::join(all, ", "));
    }
    case Type::kClassWeights:
      return words + "a list of positive numbers, one a class";
    case Type::kWidths:
      break;
  }
  return fmt::format("a list of at most {} widths, like [256, 128]", kMaxLayers);
}

bool all_of_list(const Value& value, auto valid) {
  const auto* list = std::get_if<ValueList>(&value);
  return list != nullptr && std::all_of(list->begin(), list->end(), valid);
}

// Is this a valid value, of one layer where there may be several?
bool is_valid(const SettingInfo& s, const Value& value) {
  switch (s.type) {
    case Type::kReal:
      return is_choice(s, value) || (value.is_number() && in_range(s, value.number()));
    case Type::kInteger:
      return is_choice(s, value) ||
             (std::holds_alternative<std::int64_t>(value) && in_range(s, value.number()));
    case Type::kBool:
      return std::holds_alternative<bool>(value);
    case Type::kChoice:
      return is_choice(s, value);
    case Type::kClassWeights:
      return is_choice(s, value) || (all_of_list(value,
                                                 [&](const Value& v) {
                                                   return v.is_number() && in_range(s, v.number());
                                                 }) &&
                                     !std::get<ValueList>(value).empty());
    case Type::kWidths:
      break;
  }
  return all_of_list(value,
                     [&](const Value& v) {
                       return std::holds_alternative<std::int64_t>(v) && in_range(s, v.number());
                     }) &&
         std::get<ValueList>(value).size() <= static_cast<std::size_t>(kMaxLayers);
}

// Reads the given values of a map into the fields of Settings. All values are valid one by one.
class Reader {
 public:
  explicit Reader(const SettingMap& values) : values_(values) {}

  const Value* find(std::string_view name) const {
    const auto it = values_.find(name);
    return it == values_.end() ? nullptr : &it->second;
  }

  void read(std::string_view name, double& field) const {
    if (const Value* value = find(name)) {
      field = value->number();
    }
  }
  void read(std::string_view name, int& field) const {
    if (const Value* value = find(name)) {
      field = integer(*value);
    }
  }
  void read(std::string_view name, bool& field) const {
    if (const Value* value = find(name)) {
      field = std::get<bool>(*value);
    }
  }
  // A word in place of the number empties the field.
  void read(std::string_view name, std::optional<double>& field) const {
    if (const Value* value = find(name)) {
      field = value->is_number() ? std::optional(value->number()) : std::nullopt;
    }
  }
  void read(std::string_view name, std::optional<int>& field) const {
    if (const Value* value = find(name)) {
      field = value->is_number() ? std::optional(integer(*value)) : std::nullopt;
    }
  }

  // Enumerations have the order of their names in the table.
  template <class Enum>
  static Enum choice(std::string_view name, const Value& value) {
    return static_cast<Enum>(choice_index(*find_setting(name), std::get<std::string>(value)));
  }
  template <class Enum>
  void read_choice(std::string_view name, Enum& field) const {
    if (const Value* value = find(name)) {
      field = choice<Enum>(name, *value);
    }
  }
  template <class Enum>
  void read_choice(std::string_view name, std::optional<Enum>& field) const {
    if (const Value* value = find(name)) {
      field = choice<Enum>(name, *value);
    }
  }

  // One value, or a list with one for each of `layers`.
  template <class T, class Convert>
  void read_layers(std::string_view name,
                   PerLayer<T>& field,
                   std::size_t layers,
                   Convert convert) const {
    const Value* value = find(name);
    if (value == nullptr) {
      return;
    }
    const auto* list = std::get_if<ValueList>(value);
    if (list == nullptr) {
      field = PerLayer<T>(convert(*value));
      return;
    }
    if (list->size() != layers) {
      throw SettingError(std::string(name),
                         fmt::format("'{}' has {} value{} where the network has {} hidden layer{}; "
                                     "give one for each, or one for all",
                                     name, list->size(), list->size() == 1 ? "" : "s", layers,
                                     layers == 1 ? "" : "s"));
    }
    std::vector<T> each;
    for (const Value& v : *list) {
      each.push_back(convert(v));
    }
    if (!each.empty()) {
      field = PerLayer<T>(std::move(each));
    }
  }

 private:
  static int integer(const Value& value) { return static_cast<int>(std::get<std::int64_t>(value)); }

  const SettingMap& values_;
};

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

void read_model(const Reader& in, Settings& s) {
  in.read_layers("activation", s.activation, s.hidden.size(),
                 [](const Value& v) { return Reader::choice<Activation>("activation", v); });
  in.read("slope", s.slope);
  in.read("alpha", s.alpha);
  in.read("maxout_pieces", s.maxout_pieces);
  in.read_choice("init", s.init);
  in.read("init_std", s.init_std);
  in.read("init_value", s.init_value);
  in.read("gain", s.gain);
  in.read("batch_norm", s.batch_norm);
  in.read("bn_momentum", s.bn_momentum);
  in.read("bn_epsilon", s.bn_epsilon);
  in.read_layers("dropout", s.dropout, s.hidden.size(), [](const Value& v) { return v.number(); });
  in.read("input_dropout", s.input_dropout);
  in.read("bias", s.bias);
  if (const Value* value = in.find("pretrain")) {
    s.pretrain.rbm = std::get<std::string>(*value) == "rbm";
  }
  in.read("pretrain.epochs", s.pretrain.epochs);
  in.read("pretrain.learning_rate", s.pretrain.learning_rate);
}

void read_schedule(const Reader& in, Schedule& schedule) {
  in.read_choice("schedule", schedule.kind);
  const ScheduleKeys& keys = kScheduleKeys[static_cast<std::size_t>(schedule.kind)];
  for (const std::string_view key : words_of(keys.required)) {
    if (in.find(fmt::format("schedule.{}", key)) == nullptr) {
      throw SettingError(
          "schedule",
          fmt::format("schedule: {} needs '{}'; write schedule: {{type: {}, {}: ...}}", keys.kind,
                      key, keys.kind, fmt::join(words_of(keys.required), ": ..., ")));
    }
  }
  if (schedule.kind == ScheduleKind::kOneCycle) {
    schedule.final = 4e-6;
  }
  // Keys of other kinds may be there, where the kind varies; they are nothing to this one.
  const auto taken = keys_taken("schedule", keys.kind);
  auto read = [&](std::string_view key, auto& field) {
    if (std::find(taken.begin(), taken.end(), key) != taken.end()) {
      in.read(fmt::format("schedule.{}", key), field);
    }
  };
  read("every", schedule.every);
  read("factor", schedule.factor);
  read("decay", schedule.decay);
  read("final", schedule.final);
  read("rise", schedule.rise);
  read("start", schedule.start);
  read("patience", schedule.patience);
  read("warmup", schedule.warmup);
}

void read_training(const Reader& in, Settings& s) {
  in.read_choice("optimizer", s.optimizer);
  in.read("learning_rate", s.learning_rate);
  if (s.optimizer == OptimizerKind::kRmsprop) {
    s.momentum = 0.0;
  }
  in.read("momentum", s.momentum);
  in.read("nesterov", s.nesterov);
  in.read("beta1", s.beta1);
  in.read("beta2", s.beta2);
  in.read("epsilon", s.epsilon);
  in.read("rho", s.rho);
  in.read("l2", s.l2);
  in.read("l1", s.l1);
  in.read("weight_decay", s.weight_decay);
  in.read("decay_bias", s.decay_bias);
  in.read("max_norm", s.max_norm);
  in.read("grad_clip", s.grad_clip);
  in.read("label_smoothing", s.label_smoothing);
  in.read_choice("loss", s.loss);
  in.read("huber_delta", s.huber_delta);
  if (const Value* value = in.find("class_weights")) {
    s.class_weights = class_weights(*value);
  }
  in.read("batch_size", s.batch_size);
  in.read("drop_last", s.drop_last);
  in.read("epochs", s.epochs);
  read_schedule(in, s.schedule);
  in.read_choice("precision", s.precision);
  in.read("patience", s.patience);
  if (const Value* value = in.find("seed")) {
    s.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(*value));
  }
}

// Settings that are valid one by one, but not together.
void check_together(const Settings& s) {
  const auto& activations = s.activation.values;
  const bool has_hidden = !s.hidden.empty();
  if (has_hidden && std::count(activations.begin(), activations.end(), Activation::kStep) > 0) {
    throw SettingError("activation",
                       "'activation' step has the derivative 0 everywhere, so nothing below it "
                       "would learn; use sigmoid or tanh");
  }
  if (s.pretrain.rbm && !has_hidden) {
    throw SettingError("pretrain", "'pretrain' rbm needs at least one hidden layer");
  }
  if (s.pretrain.rbm && (std::any_of(activations.begin(), activations.end(),
                                     [](Activation a) { return a != Activation::kSigmoid; }))) {
    throw SettingError("pretrain",
                       "'pretrain' rbm needs hidden layers that are all sigmoid, as the units of "
                       "a Boltzmann machine are; write activation: sigmoid");
  }
  if (s.batch_norm && has_hidden && s.batch_size == 1) {
    throw SettingError("batch_norm",
                       "'batch_norm' has nothing to normalise in a batch of one row; raise "
                       "batch_size to 2 or more");
  }
  if (s.nesterov && (s.optimizer != OptimizerKind::kSgd || s.momentum == 0.0)) {
    throw SettingError("nesterov",
                       "'nesterov' is a form of momentum: it goes with optimizer: sgd "
                       "and a momentum above 0");
  }
}

}  // namespace

std::optional<std::string> why_invalid(const SettingInfo& s, const Value& value) {
  const bool list = s.per_layer && std::holds_alternative<ValueList>(value);
  const bool valid = list ? all_of_list(value, [&](const Value& v) { return is_valid(s, v); })
                          : is_valid(s, value);
  if (valid) {
    return std::nullopt;
  }
  return fmt::format("must be {}{}; found {}", expected(s),
                     list ? ", or a list of such, one a hidden layer" : "", to_text(value));
}

Initialiser initialiser_for(Activation activation) {
  switch (activation) {
    case Activation::kRelu:
    case Activation::kLeakyRelu:
    case Activation::kElu:
    case Activation::kMaxout:
      return Initialiser::kHeNormal;
    case Activation::kLinear:
    case Activation::kStep:
    case Activation::kSigmoid:
    case Activation::kTanh:
      break;
  }
  return Initialiser::kXavierNormal;
}

std::string_view dependent_default(std::string_view name, const SettingMap& values) {
  auto word = [&](std::string_view setting) {
    const auto it = values.find(setting);
    const auto* text = it == values.end() ? nullptr : std::get_if<std::string>(&it->second);
    return std::string(text != nullptr ? *text : find_setting(setting)->fallback);
  };
  if (name == "momentum") {
    return word("optimizer") == "rmsprop" ? "0" : "0.9";
  }
  if (name == "init") {
    const auto it = values.find("activation");
    if (it != values.end() && std::holds_alternative<ValueList>(it->second)) {
      return "";  // each layer has its own
    }
    return initialiser_for(Reader::choice<Activation>("activation", Value(word("activation")))) ==
                   Initialiser::kHeNormal
               ? "he_normal"
               : "xavier_normal";
  }
  return "";
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
  const Reader in(values);
  Settings s;
  s.hidden = hidden_widths(values, s.hidden);
  read_model(in, s);
  read_training(in, s);
  check_together(s);
  return s;
}

}  // namespace hpsearch::nn
