// Every setting of a multilayer perceptron and its training: names, types, ranges, defaults.
//
// One table describes them; the sweep file's reader, the sampled parameters, the error messages and
// the documentation all go through it, so a setting is known everywhere by being a row.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nn/base/value.h"
#include "nn/kernels/activation.h"
#include "nn/settings/schedule.h"

namespace hpsearch::nn {

// Initial weights. Standard deviations, before `gain`; fan_in and fan_out are a layer's inputs and
// units. In the order of `init`'s names in the table, as all these enumerations are.
enum class Initialiser {
  kZero,           // 0: every unit of a layer stays the same
  kConstant,       // init_value: likewise
  kNormal,         // N, init_std
  kXavierNormal,   // N, sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)
  kXavierUniform,  // U, likewise: bound sqrt(6 / (fan_in + fan_out))
  kLecunNormal,    // N, sqrt(1 / fan_in) (LeCun et al. 1998; some call it Xavier)
  kHeNormal,       // N, sqrt(2 / fan_in) (He et al. 2015, eq. 10)
  kHeUniform,      // U, likewise: bound sqrt(6 / fan_in)
  kTorchDefault    // U of bound 1 / sqrt(fan_in), biases too: PyTorch's Linear
};

// The initialiser that goes with an activation: He's for the ReLU family, Xavier's for all others.
Initialiser initialiser_for(Activation activation);

enum class OptimizerKind { kSgd, kAdagrad, kRmsprop, kAdam, kAdamw };

enum class LossKind { kCrossEntropy, kMse, kL1, kHuber };
enum class Precision { kF32, kBf16, kAuto };

// What a row of each class weighs in the training loss: all the same, by how rare its class is, or
// as a list says, one positive number a class.
struct ClassWeights {
  enum class Kind { kNone, kBalanced, kList };
  Kind kind = Kind::kNone;
  std::vector<double> list{};  // of kList alone
};

// One value for all hidden layers, or one for each of them.
template <class T>
struct PerLayer {
  PerLayer(T for_all) : values{std::move(for_all)} {}
  PerLayer(std::vector<T> each) : values(std::move(each)) {}
  const T& of(std::size_t layer) const { return values.size() == 1 ? values[0] : values[layer]; }
  std::vector<T> values;  // not empty, but where there is no layer
};

// Layer-wise pre-training before the first epoch.
struct Pretraining {
  bool rbm = false;  // by restricted Boltzmann machines; else none
  int epochs = 5;    // of each layer
  double learning_rate = 0.1;
};

// The settings of one training, ready to use. Their table has the meaning of each.
struct Settings {
  std::vector<int> hidden{128};  // widths of the hidden layers; empty: a linear model
  PerLayer<Activation> activation{Activation::kRelu};
  double slope = 0.01;  // of leaky ReLU
  double alpha = 1.0;   // of ELU
  int maxout_pieces = 2;
  std::optional<Initialiser> init;  // default: by activation, see initialiser_of()
  double init_std = 0.01;           // of Initialiser::kNormal
  double init_value = 0.01;         // of Initialiser::kConstant
  double gain = 1.0;
  bool batch_norm = false;
  double bn_momentum = 0.1;
  double bn_epsilon = 1e-5;
  PerLayer<double> dropout{0.0};  // probability of dropping a hidden unit's output, [0, 1]
  double input_dropout = 0.0;
  bool bias = true;
  Pretraining pretrain;

  OptimizerKind optimizer = OptimizerKind::kSgd;
  double learning_rate = 0.01;
  double momentum = 0.9;  // of sgd and rmsprop; make_settings() gives rmsprop 0 by default
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double rho = 0.9;
  double l2 = 0.0;            // adds l2/2 sum w^2 to the loss (gradient l2 w)
  double l1 = 0.0;            // adds l1 sum |w| to the loss (gradient l1 sign(w))
  double weight_decay = 0.0;  // decoupled
  bool decay_bias = false;
  std::optional<double> max_norm;
  std::optional<double> grad_clip;
  double label_smoothing = 0.0;
  std::optional<LossKind> loss;  // default: by task
  double huber_delta = 1.0;
  ClassWeights class_weights;
  std::optional<int> batch_size{64};  // rows of an update; empty: all
  bool drop_last = false;
  int epochs = 20;
  Schedule schedule;
  Precision precision = Precision::kF32;
  std::optional<int> patience;
  std::optional<std::uint64_t> seed;  // of the training's random numbers; default from the trial
};

// The two maps of a sweep file that hold settings.
enum class Section { kModel, kTraining };

using SettingMap = std::map<std::string, Value, std::less<>>;

struct SettingInfo {
  enum class Type { kReal, kInteger, kBool, kChoice, kWidths, kClassWeights };
  std::string_view name;
  Section section;
  Type type;
  double min;  // of numbers (of each width); `open_min` excludes it
  double max;
  bool open_min;
  // Separated by one space: the values of kChoice, the words of kClassWeights, and of numbers the
  // words that may stand for one ("none").
  std::string_view choices;
  std::string_view
      fallback;  // the default, as written in YAML; empty: it depends, or there is none
  std::string_view meaning;
  bool per_layer = false;  // may be a list, one value for each hidden layer
  bool open_max = false;
};

// "schedule.factor" is the key `factor` of the map that `schedule` may be; where the map says which
// schedule it is, that key is its `type`. Absent: the setting is no such map.
std::optional<std::string_view> map_key_of(std::string_view setting);

// The further keys that such a map takes where it says `choice`: {"every", "factor", "warmup"} for
// schedule and step.
std::vector<std::string_view> keys_taken(std::string_view setting, std::string_view choice);

// In the order of the documentation.
std::span<const SettingInfo> setting_table();

// The row for a name; hidden1, hidden2, ... share one row, "hidden<N>". Null if there is none.
const SettingInfo* find_setting(std::string_view name);

// All names, for "did you mean".
std::vector<std::string_view> setting_names(std::optional<Section> section = std::nullopt);

// Null if `value` is a valid value of this setting, else what is wrong with it as a part of a
// sentence: "must be a number from 0 to 1; found 1.5".
std::optional<std::string> why_invalid(const SettingInfo& setting, const Value& value);

// What another setting must be for this one to have an effect.
struct Needs {
  std::string setting;
  std::vector<std::string> values;  // as YAML; one of them
};
// Absent: it always has one, or it is not one setting alone that decides.
std::optional<Needs> needs_of(std::string_view name);

// The default of a setting whose row has none because it depends on others, with these values, as
// YAML: `momentum` and `init`. Empty where there is none.
std::string_view dependent_default(std::string_view name, const SettingMap& values);

// A setting that cannot be used, or settings that contradict each other.
class SettingError : public std::runtime_error {
 public:
  SettingError(std::string setting, const std::string& message)
      : std::runtime_error(message), setting_(std::move(setting)) {}
  const std::string& setting() const { return setting_; }

 private:
  std::string setting_;
};

// A column of the table that is a list of words, one by one.
std::vector<std::string_view> words_of(std::string_view words);

// The settings with these values, and defaults for the rest. Throws SettingError.
Settings make_settings(const SettingMap& values);

}  // namespace hpsearch::nn
