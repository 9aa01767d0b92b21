// Every setting of a multilayer perceptron and its training: names, types, ranges and defaults.
//
// One table describes them. The sweep file's reader, the sampled parameters, the error messages and
// the documentation all use it, so a new row makes a setting known everywhere. All functions are
// safe on any thread.
#pragma once

#include <cstdint>
#include <limits>
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

// How weights are initialised. N is a normal distribution and U a uniform one, with mean 0 and this
// standard deviation before `gain`; fan_in and fan_out are a layer's inputs and units. choices.h
// has the words of this and the following enumerations.
enum class Initialiser {
  kZero,           // 0: all units of a layer stay equal
  kConstant,       // init_value: likewise
  kNormal,         // N, init_std
  kXavierNormal,   // N, sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010)
  kXavierUniform,  // U, the same: its bound is sqrt(6 / (fan_in + fan_out))
  kLecunNormal,    // N, sqrt(1 / fan_in) (LeCun et al. 1998; sometimes called Xavier)
  kHeNormal,       // N, sqrt(2 / fan_in) (He et al. 2015, eq. 10)
  kHeUniform,      // U, the same: its bound is sqrt(6 / fan_in)
  kTorchDefault    // U with the bound 1 / sqrt(fan_in), biases too: PyTorch's Linear
};

// The default initialiser of a layer with this activation: kHeNormal for the ReLU family, maxout,
// Mish, SiLU and GELU, which all drop about half of the signal; kLecunNormal for SELU, which keeps
// mean 0 and variance 1 with it alone; kXavierNormal for all others.
Initialiser initialiser_for(Activation activation);

// What the first layer reads of a numeric column beside its value.
enum class Embedding {
  kNone,
  kPle,     // its piecewise-linear encoding; network/piecewise_linear.h
  kPbld,    // its periodic embedding; network/periodic_embedding.h
  kPlePbld  // both
};

inline bool has_bins(Embedding kind) {
  return kind == Embedding::kPle || kind == Embedding::kPlePbld;
}
inline bool has_waves(Embedding kind) {
  return kind == Embedding::kPbld || kind == Embedding::kPlePbld;
}

// What of a weight is trained.
enum class Parametrization {
  kStandard,  // the weight w of x w
  kNtk        // the W of x W / sqrt(fan_in), which starts as N(0, 1) like the biases; in the last
              // layer all start at 0 (Jacot et al. 2018). Every layer then learns at the same speed
              // whatever its width is
};

// Update rules; training/optimizer.h has their formulas.
enum class OptimizerKind { kSgd, kAdagrad, kRmsprop, kAdam, kAdamw };

// Cross-entropy belongs to classification, the others to regression; network/loss.h has the
// formulas.
enum class LossKind { kCrossEntropy, kMse, kL1, kHuber };

// Which epoch of a training counts: the one with the best metric, or the one with the least
// validation loss.
enum class BestBy { kMetric, kLoss };

// The number format of matrix products; precision.h has the rule of kAuto.
enum class Precision { kF32, kBf16, kAuto };

// The weight of a row in the training loss: 1, inversely proportional to the frequency of its
// class, or taken from a list with one positive number per class.
struct ClassWeights {
  enum class Kind { kNone, kBalanced, kList };
  Kind kind = Kind::kNone;
  std::vector<double> list{};  // only for kList
};

// One value for all hidden layers, or one for each.
template <class T>
struct PerLayer {
  PerLayer(T for_all) : values{std::move(for_all)} {}
  PerLayer(std::vector<T> each) : values(std::move(each)) {}
  const T& of(std::size_t layer) const { return values.size() == 1 ? values[0] : values[layer]; }
  std::vector<T> values;  // never empty
};

// Layer-wise pre-training before the first epoch.
struct Pretraining {
  bool rbm = false;  // as restricted Boltzmann machines (training/pretrain.h)
  int epochs = 5;    // per layer
  double learning_rate = 0.1;
};

// The settings of one training run, valid and ready to use. The table has their meanings and
// ranges.
struct Settings {
  std::vector<int> hidden{128};  // widths of the hidden layers; empty: a linear model
  PerLayer<Activation> activation{Activation::kRelu};
  double slope = 0.01;  // leaky ReLU
  double alpha = 1.0;   // ELU
  int maxout_pieces = 2;
  std::optional<Initialiser> init;  // default: by activation, see initialiser_of()
  double init_std = 0.01;           // Initialiser::kNormal
  double init_value = 0.01;         // Initialiser::kConstant
  double gain = 1.0;
  bool batch_norm = false;
  double bn_momentum = 0.1;
  double bn_epsilon = 1e-5;
  PerLayer<double> dropout{0.0};  // probability of dropping a hidden unit's output, [0, 1]
  double input_dropout = 0.0;
  Fade dropout_schedule = Fade::kConstant;  // of both kinds of dropout
  bool bias = true;
  Parametrization parametrization = Parametrization::kStandard;
  Embedding embedding = Embedding::kNone;
  int bins = 32;                  // of a column, with kPle
  int frequencies = 16;           // of a column, with kPbld
  double sigma = 0.1;             // likewise: standard deviation of the frequencies at first
  bool clip_predictions = false;  // of a regression, to the range of the training targets
  bool scaling = false;           // a trainable factor for each input
  Pretraining pretrain;

  OptimizerKind optimizer = OptimizerKind::kSgd;
  double learning_rate = 0.01;
  double bias_rate = 1.0;       // multiplies the learning rate of biases
  double scaling_rate = 1.0;    // multiplies that of the factors of the inputs
  double embedding_rate = 0.1;  // multiplies that of the periodic embeddings
  double momentum = 0.9;        // sgd and rmsprop; make_settings() defaults to 0 for rmsprop
  bool nesterov = false;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double rho = 0.9;
  double l2 = 0.0;            // adds l2/2 sum w^2 to the loss (gradient l2 w)
  double l1 = 0.0;            // adds l1 sum |w| to the loss (gradient l1 sign(w))
  double weight_decay = 0.0;  // decoupled
  Fade weight_decay_schedule = Fade::kConstant;
  bool decay_bias = false;
  std::optional<double> max_norm;
  std::optional<double> grad_clip;
  double label_smoothing = 0.0;
  std::optional<LossKind> loss;  // default: by task
  double huber_delta = 1.0;
  ClassWeights class_weights;
  std::optional<int> batch_size{64};  // rows per update; empty: all
  bool drop_last = false;
  int epochs = 20;
  Schedule schedule;
  Precision precision = Precision::kF32;
  std::optional<int> patience;
  BestBy best_by = BestBy::kMetric;
  std::optional<std::uint64_t> seed;  // of the run's random numbers; default: the trial's seed
};

// The maps of a sweep file that hold settings.
enum class Section { kModel, kTraining };

// Values by the name of their setting.
using SettingMap = std::map<std::string, Value, std::less<>>;

// One row of the table.
struct SettingInfo {
  enum class Type { kReal, kInteger, kBool, kChoice, kWidths, kClassWeights };
  static constexpr double kUnbounded = std::numeric_limits<double>::infinity();

  std::string_view name;
  Section section = Section::kModel;
  Type type = Type::kReal;
  // The range of a number, or of each number of a list. Infinity is never a valid value.
  double min = 0.0;
  double max = 0.0;
  bool open_min = false;  // excludes min itself
  bool open_max = false;
  // Words separated by one space: all values of kChoice, or those that may stand in place of the
  // number or the list ("none").
  std::string_view choices = {};
  // The default as YAML; empty if there is none or it depends on other settings.
  std::string_view fallback = {};
  bool per_layer = false;  // may be a list with one value per hidden layer
  std::string_view meaning = {};
};

// For a setting that a sweep file may write as a map, the key that holds the choice: "type" for
// `schedule: {type: step, every: 5}`. The other keys are settings of their own, such as
// "schedule.every". std::nullopt for all other settings.
std::optional<std::string_view> map_key_of(std::string_view setting);

// The other keys that such a map takes for this choice: {"every", "factor", "warmup"} for schedule
// and step. Empty for an unknown setting or choice.
std::vector<std::string_view> keys_taken(std::string_view setting, std::string_view choice);

// All rows, in the order of the documentation.
std::span<const SettingInfo> setting_table();

// The row of a setting, or null. hidden1, hidden2, ... share the row "hidden<N>".
const SettingInfo* find_setting(std::string_view name);

// All names, or those of one section, to suggest the closest for a misspelt one.
std::vector<std::string_view> setting_names(std::optional<Section> section = std::nullopt);

// std::nullopt if `value` is valid for this setting. Otherwise the rest of a sentence that starts
// with the setting's name, always "must be ...": "must be a number from 0 to 1; found 1.5".
std::optional<std::string> why_invalid(const SettingInfo& setting, const Value& value);

// The condition on another setting under which a setting has an effect.
struct Needs {
  std::string setting;
  std::vector<std::string> values;  // as YAML; any one of them
};
// std::nullopt if the setting always has an effect, or if that depends on several others.
std::optional<Needs> needs_of(std::string_view name);

// The default of `momentum` or `init`, which depends on the other values, as YAML. Empty for other
// settings, and for `init` if each layer has its own.
std::string_view dependent_default(std::string_view name, const SettingMap& values);

// A setting with an unusable value, or settings that contradict each other. The message is a
// sentence for the user that names the settings.
class SettingError : public std::runtime_error {
 public:
  SettingError(std::string setting, const std::string& message)
      : std::runtime_error(message), setting_(std::move(setting)) {}
  // The setting that the message is about.
  const std::string& setting() const { return setting_; }

 private:
  std::string setting_;
};

// Splits a column of the table that holds words separated by one space.
std::vector<std::string_view> words_of(std::string_view words);

// The settings with these values, and defaults for the rest. Throws SettingError for an unknown
// name, an invalid value or values that contradict each other.
Settings make_settings(const SettingMap& values);

}  // namespace hpsearch::nn
