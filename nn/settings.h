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
#include <vector>

#include "nn/value.h"

namespace hpsearch::nn {

enum class Initialiser { kHeNormal, kNormal };

// What a row of each class weighs in the training loss: all the same, by how rare its class is, or
// as a list says, one positive number a class.
struct ClassWeights {
  enum class Kind { kNone, kBalanced, kList };
  Kind kind = Kind::kNone;
  std::vector<double> list{};  // of kList alone
};

// The settings of one training, ready to use.
struct Settings {
  std::vector<int> hidden{128};  // widths of the hidden layers; empty: a linear model
  Initialiser init = Initialiser::kHeNormal;
  double init_std = 0.01;  // standard deviation of `normal`
  double dropout = 0.0;    // probability of dropping a hidden unit's output, [0, 1]
  double learning_rate = 0.01;
  double momentum = 0.9;  // v = momentum v + gradient; w -= learning_rate v
  double l2 = 0.0;        // adds l2/2 sum w^2 to the loss (gradient l2 w), weights only
  ClassWeights class_weights;
  int batch_size = 64;  // rows of an update
  int epochs = 20;
  std::optional<std::uint64_t> seed;  // of the training's random numbers; default from the trial
};

// The two maps of a sweep file that hold settings.
enum class Section { kModel, kTraining };

struct SettingInfo {
  enum class Type { kReal, kInteger, kChoice, kWidths, kClassWeights };
  std::string_view name;
  Section section;
  Type type;
  double min;  // of numbers (of each width); `open_min` excludes it
  double max;
  bool open_min;
  std::string_view choices;   // of kChoice and kClassWeights, separated by one space
  std::string_view fallback;  // the default, as written in YAML
  std::string_view meaning;
  // May it vary between the trials of a sweep?
  bool searchable;
};

// In the order of the documentation.
std::span<const SettingInfo> setting_table();

// The row for a name; hidden1, hidden2, ... share one row, "hidden<N>". Null if there is none.
const SettingInfo* find_setting(std::string_view name);

// All names, for "did you mean".
std::vector<std::string_view> setting_names(std::optional<Section> section = std::nullopt);

// Null if `value` is a valid value of this setting, else what is wrong with it as a part of a
// sentence: "must be a number from 0 to 1; found 1.5".
std::optional<std::string> why_invalid(const SettingInfo& setting, const Value& value);

// A setting that cannot be used, or settings that contradict each other.
class SettingError : public std::runtime_error {
 public:
  SettingError(std::string setting, const std::string& message)
      : std::runtime_error(message), setting_(std::move(setting)) {}
  const std::string& setting() const { return setting_; }

 private:
  std::string setting_;
};

using SettingMap = std::map<std::string, Value, std::less<>>;

// The settings with these values, and defaults for the rest. Throws SettingError.
Settings make_settings(const SettingMap& values);

}  // namespace hpsearch::nn
