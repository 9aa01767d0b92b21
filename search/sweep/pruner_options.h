// The keys of a pruner, as its row of the table declares them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "nn/base/value.h"

namespace hpsearch::search {

struct PrunerOption {
  enum class Kind { kWhole, kReal, kTruth, kWord };
  // Without a default the key may be absent.
  using Default = std::variant<std::monostate, std::int64_t, double, bool, std::string_view>;

  std::string_view name;
  Kind kind = Kind::kWhole;
  Default fallback = {};
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool above_min = false;       // `min` itself is excluded
  std::string_view words = {};  // of kWord, separated by '|'
  std::string_view meaning = {};
};

// Values by name, of the declared kinds and in the declared ranges. Defaults are filled in.
using PrunerOptions = std::map<std::string, nn::Value, std::less<>>;

// The default as a value; empty without.
std::optional<nn::Value> default_value(const PrunerOption& option);

// Empty where the key is absent.
std::optional<std::int64_t> whole(const PrunerOptions& options, std::string_view name);
std::optional<double> real(const PrunerOptions& options, std::string_view name);

// Of keys that have a default.
bool truth(const PrunerOptions& options, std::string_view name);
std::string word(const PrunerOptions& options, std::string_view name);

// The keys that every pruner has, with the defaults of most.
inline constexpr double kMostIterations = 1e9;
constexpr PrunerOption warmup_epochs(std::int64_t fallback = 0) {
  return {.name = "warmup_epochs",
          .fallback = fallback,
          .min = 0,
          .max = kMostIterations,
          .meaning = "epochs before a trial is first judged"};
}
constexpr PrunerOption warmup_trials(std::int64_t fallback = 0) {
  return {.name = "warmup_trials",
          .fallback = fallback,
          .min = 0,
          .max = kMostIterations,
          .meaning = "complete trials needed before any trial is judged"};
}

}  // namespace hpsearch::search
