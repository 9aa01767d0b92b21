#include "nn/settings/settings.h"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "nn/settings/choices.h"
#include "nn/settings/hidden_widths.h"
#include "nn/settings/precision.h"

namespace hpsearch::nn {
namespace {

// Copies the values of a map into the fields of Settings; a field without a value keeps its
// default. Requires values that are valid one by one, hence no check of types here.
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
  // "none" or "full" in place of the number empties the field.
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

  // A word, looked up among the choices of its enumeration. The field may be optional.
  template <class Choices, class Field>
  void read_choice(std::string_view name, const Choices& choices, Field& field) const {
    if (const Value* value = find(name)) {
      field = row_of(choices, std::get<std::string>(*value)).value;
    }
  }

  // One value for all layers, or a list with one for each of `layers`.
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
      throw SettingError(
          std::string(name),
          fmt::format("'{}' has {} value{} for {} hidden layer{}; give one value per "
                      "layer, or a single value for all",
                      name, list->size(), list->size() == 1 ? "" : "s", layers,
                      layers == 1 ? "" : "s"));
    }
    std::vector<T> each;
    for (const Value& v : *list) {
      each.push_back(convert(v));
    }
    // An empty list belongs to a network without hidden layers, which never asks; PerLayer must not
    // be empty, so it keeps its default.
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
  in.read_layers("activation", s.activation, s.hidden.size(), [](const Value& v) {
    return row_of(kActivationChoices, std::get<std::string>(v)).value;
  });
  in.read("slope", s.slope);
  in.read("alpha", s.alpha);
  in.read("maxout_pieces", s.maxout_pieces);
  in.read_choice("init", kInitialiserChoices, s.init);
  in.read("init_std", s.init_std);
  in.read("init_value", s.init_value);
  in.read("gain", s.gain);
  in.read("batch_norm", s.batch_norm);
  in.read("bn_momentum", s.bn_momentum);
  in.read("bn_epsilon", s.bn_epsilon);
  in.read_layers("dropout", s.dropout, s.hidden.size(), [](const Value& v) { return v.number(); });
  in.read("input_dropout", s.input_dropout);
  in.read_choice("dropout_schedule", kFadeChoices, s.dropout_schedule);
  in.read("bias", s.bias);
  in.read_choice("parametrization", kParametrizationChoices, s.parametrization);
  in.read("scaling", s.scaling);
  in.read_choice("embedding", kEmbeddingChoices, s.embedding);
  in.read("bins", s.bins);
  in.read("frequencies", s.frequencies);
  in.read("sigma", s.sigma);
  in.read("clip_predictions", s.clip_predictions);
  if (const Value* value = in.find("pretrain")) {
    s.pretrain.rbm = std::get<std::string>(*value) == "rbm";
  }
  in.read("pretrain.epochs", s.pretrain.epochs);
  in.read("pretrain.learning_rate", s.pretrain.learning_rate);
}

void read_schedule(const Reader& in, Schedule& schedule) {
  if (const Value* value = in.find("schedule")) {
    schedule.kind = row_of(kScheduleKeys, std::get<std::string>(*value)).kind;
  }
  const ScheduleKeys& keys = keys_of(schedule.kind);
  for (const std::string_view key : words_of(keys.required)) {
    if (in.find(fmt::format("schedule.{}", key)) == nullptr) {
      throw SettingError(
          "schedule",
          fmt::format("schedule: {} needs '{}'; write schedule: {{type: {}, {}: ...}}", keys.word,
                      key, keys.word, fmt::join(words_of(keys.required), ": ..., ")));
    }
  }
  // PyTorch's default: max_lr / (div_factor * final_div_factor) = 1 / (25 * 1e4) of the full rate.
  if (schedule.kind == ScheduleKind::kOneCycle) {
    schedule.final = 4e-6;
  }
  // A sweep that varies the kind has the keys of all of them. Each kind reads only its own, so that
  // another's value does not override a default here.
  const auto taken = keys_taken("schedule", keys.word);
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
  in.read_choice("optimizer", kOptimizerChoices, s.optimizer);
  in.read("learning_rate", s.learning_rate);
  in.read("bias_rate", s.bias_rate);
  in.read("scaling_rate", s.scaling_rate);
  in.read("embedding_rate", s.embedding_rate);
  // RMSprop has no momentum in its paper; dependent_default() says the same to readers.
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
  in.read_choice("weight_decay_schedule", kFadeChoices, s.weight_decay_schedule);
  in.read("decay_bias", s.decay_bias);
  in.read("max_norm", s.max_norm);
  in.read("grad_clip", s.grad_clip);
  in.read("label_smoothing", s.label_smoothing);
  in.read_choice("loss", kLossChoices, s.loss);
  in.read("huber_delta", s.huber_delta);
  if (const Value* value = in.find("class_weights")) {
    s.class_weights = class_weights(*value);
  }
  in.read("batch_size", s.batch_size);
  in.read("drop_last", s.drop_last);
  in.read("epochs", s.epochs);
  read_schedule(in, s.schedule);
  in.read_choice("precision", kPrecisionChoices, s.precision);
  in.read("patience", s.patience);
  in.read_choice("best_by", kBestByChoices, s.best_by);
  if (const Value* value = in.find("seed")) {
    s.seed = static_cast<std::uint64_t>(std::get<std::int64_t>(*value));
  }
}

// Throws SettingError for settings that are valid one by one but contradict each other.
void check_together(const Settings& s) {
  const auto& activations = s.activation.values;
  const bool has_hidden = !s.hidden.empty();
  if (has_hidden && std::count(activations.begin(), activations.end(), Activation::kStep) > 0) {
    throw SettingError("activation",
                       "'activation: step' has a zero gradient everywhere, so no layer below it "
                       "can learn; use sigmoid or tanh");
  }
  if (s.pretrain.rbm && !has_hidden) {
    throw SettingError("pretrain", "'pretrain: rbm' needs at least one hidden layer");
  }
  if (s.pretrain.rbm && (std::any_of(activations.begin(), activations.end(),
                                     [](Activation a) { return a != Activation::kSigmoid; }))) {
    throw SettingError("pretrain",
                       "'pretrain: rbm' needs sigmoid hidden layers, because the units of a "
                       "Boltzmann machine are sigmoid; write activation: sigmoid");
  }
  if (s.embedding != Embedding::kNone) {
    if (s.pretrain.rbm) {
      throw SettingError("embedding",
                         "'pretrain: rbm' knows no embedded inputs; leave one of the two out");
    }
    if (s.input_dropout > 0.0) {
      throw SettingError(
          "embedding",
          "'input_dropout' would drop a column's value and keep its embedding; leave "
          "one of the two out");
    }
    if (s.precision == Precision::kBf16) {
      throw SettingError("embedding", kEmbeddedObjection);
    }
  }
  if (s.batch_norm && has_hidden && s.batch_size == 1) {
    throw SettingError("batch_norm",
                       "'batch_norm' cannot normalise a batch of one row; set batch_size to 2 or "
                       "more");
  }
  if (s.nesterov && (s.optimizer != OptimizerKind::kSgd || s.momentum == 0.0)) {
    throw SettingError("nesterov",
                       "'nesterov' is a form of momentum; it needs optimizer: sgd and a momentum "
                       "above 0");
  }
}

}  // namespace

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
  // The hidden layers come first: settings per layer must match their number.
  const Reader in(values);
  Settings s;
  s.hidden = hidden_widths(values, s.hidden);
  read_model(in, s);
  read_training(in, s);
  check_together(s);
  return s;
}

}  // namespace hpsearch::nn
