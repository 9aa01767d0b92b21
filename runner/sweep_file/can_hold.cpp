#include "runner/sweep_file/can_hold.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "search/space/distribution.h"
#include "search/space/space.h"

namespace hpsearch::runner {
namespace {

constexpr std::size_t kMaxCombinations = 10'000;
constexpr double kMaxListed = 100.0;  // of a stepped range all values, up to so many
constexpr int kSamples = 17;          // of any other range

// The values of one parameter.
struct Candidates {
  std::string name;
  std::vector<nn::Value> values;
  bool all = true;  // there are no others
};

Candidates candidates(const search::Parameter& parameter) {
  Candidates result{parameter.name, {}};
  const search::Distribution& distribution = parameter.distribution;
  if (const auto* fixed = std::get_if<search::Fixed>(&distribution)) {
    result.values = {fixed->value};
  } else if (const auto* list = std::get_if<search::Categorical>(&distribution)) {
    result.values = list->values;
  } else if (const auto* range = std::get_if<search::Numeric>(&distribution);
             range != nullptr && search::value_count(distribution).value_or(1e9) <= kMaxListed) {
    result.values = search::all_values(*range);
  } else {
    result.all = false;
    for (int i = 0; i < kSamples; ++i) {
      result.values.push_back(
          search::value_at(distribution, std::min(i / (kSamples - 1.0), 1.0 - 1e-12)));
    }
  }
  return result;
}

}  // namespace

bool can_hold(const search::SweepSpec& spec,
              const search::Expression& condition,
              const std::set<std::string>& idle) {
  std::vector<Candidates> axes;
  std::size_t combinations = 1;
  bool needs_idle = false;
  bool all = true;
  for (const search::Expression::Name& used : condition.names()) {
    const bool known = std::any_of(axes.begin(), axes.end(),
                                   [&](const Candidates& axis) { return axis.name == used.name; });
    const search::Parameter* parameter = search::find_parameter(spec.space, used.name);
    if (idle.contains(used.name)) {
      needs_idle = true;
    } else if (!known && parameter != nullptr) {
      axes.push_back(candidates(*parameter));
      combinations *= axes.back().values.size();
      all = all && axes.back().all;
      if (combinations > kMaxCombinations) {
        return true;  // too many to tell
      }
    }
  }
  // A parameter with a condition of its own may be absent. That makes nothing hold that would not
  // hold with any of its values: unknown operands only ever make a result unknown.
  search::ParamSet params = spec.settings;
  for (std::size_t i = 0; i < combinations; ++i) {
    std::size_t rest = i;
    for (const Candidates& axis : axes) {
      params.insert_or_assign(axis.name, axis.values[rest % axis.values.size()]);
      rest /= axis.values.size();
    }
    if (condition.holds(params).value_or(false)) {
      return true;
    }
  }
  return !all && !needs_idle;
}

}  // namespace hpsearch::runner
