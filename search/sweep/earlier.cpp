#include "search/sweep/earlier.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "nn/settings/settings.h"

namespace hpsearch::search {
namespace {

// In the order in which reasons are listed.
enum class Kind { kStage, kValue, kConstraint, kFailed, kUnfinished, kSetAside };
using Reason = std::pair<Kind, std::string>;

bool is_fixed(const Parameter& parameter) {
  return std::holds_alternative<Fixed>(parameter.distribution);
}

bool is_searched(const Space& space, const std::string& name) {
  const Parameter* parameter = find_parameter(space, name);
  return parameter != nullptr && !is_fixed(*parameter);
}

// "3 epochs", "1 epoch", "3 to 20 epochs".
std::string epochs_text(int low, int high) {
  return low == high ? fmt::format("{} epoch{}", low, low == 1 ? "" : "s")
                     : fmt::format("{} to {} epochs", low, high);
}

// The number of epochs of a full training; empty if the trials choose it.
std::optional<int> whole_epochs(const SweepSpec& spec, const DefaultOf& default_of) {
  if (!spec.search.stages.empty()) {
    return spec.search.stages.back().epochs;
  }
  std::optional<nn::Value> value;
  if (const Parameter* parameter = find_parameter(spec.space, "epochs")) {
    const auto* fixed = std::get_if<Fixed>(&parameter->distribution);
    if (fixed == nullptr) {
      return std::nullopt;
    }
    value = fixed->value;
  } else if (const auto it = spec.settings.find("epochs"); it != spec.settings.end()) {
    value = it->second;
  } else {
    value = default_of("epochs", spec.settings);
  }
  return value && value->is_number() ? std::optional(static_cast<int>(value->number()))
                                     : std::nullopt;
}

// Why the parameter cannot take the value, as part of a sentence. A value that all trials shared is
// named.
std::string outside(const Parameter& parameter, const nn::Value& value, bool in_all_trials) {
  const std::string name =
      in_all_trials ? fmt::format("{} {}", parameter.name, nn::to_text(value)) : parameter.name;
  if (std::holds_alternative<Categorical>(parameter.distribution)) {
    return fmt::format("with {} outside its choices here", name);
  }
  const auto* range = std::get_if<Numeric>(&parameter.distribution);
  const bool between = range != nullptr && value.is_number() && value.number() >= range->low &&
                       value.number() <= range->high;
  return fmt::format("with {} {} here", name, between ? "between its steps" : "outside its range");
}

// A log range never reaches 0, which switches a penalty off: its lower end acts nearly the same.
// Empty for other ranges and values.
std::optional<nn::Value> lower_end_for_zero(const Distribution& distribution,
                                            const nn::Value& value) {
  const auto* range = std::get_if<Numeric>(&distribution);
  const bool zero = value.is_number() && value.number() == 0.0;
  return zero && range != nullptr && range->logarithmic
             ? std::optional(to_value(*range, first_value(*range)))
             : std::nullopt;
}

// Translates trials from one sweep's parameters to the other's, and collects the differences
// between the settings of both.
class Mapping {
 public:
  Mapping(const SweepSpec& there, const SweepSpec& here, const DefaultOf& default_of)
      : there_(there), here_(here), default_of_(default_of) {
    for (const SweepSpec* spec : {&there, &here}) {
      for (const auto& [name, value] : spec->settings) {
        names_.insert(name);
      }
      for (const Parameter& parameter : spec->space) {
        names_.insert(parameter.name);
      }
    }
    names_.erase("epochs");  // reported by the epochs trained
    names_.erase("seed");
    std::erase_if(names_, [&](const std::string& name) { return is_searched(here.space, name); });
  }

  // The trial in terms of this sweep's parameters, or the reason why it cannot be used.
  std::variant<Observation, Reason> map(const EarlierTrial& trial) {
    const nn::SettingMap values = values_of(there_, trial.result.params);
    ParamSet params;
    std::set<std::string> missing;
    for (const Parameter& parameter : here_.space) {
      std::optional<nn::Value> value = value_of(parameter.name, values);
      if (parameter.name == "epochs") {  // a stage trains its own number of epochs
        value = std::int64_t{trial.epochs};
      }
      if (const auto* fixed = std::get_if<Fixed>(&parameter.distribution)) {
        value = fixed->value;
      } else if (!value) {
        missing.insert(parameter.name);
        // A stand-in, so that conditions on it can be decided; map() fails below if it is active.
        value = value_at(parameter.distribution, 0.5);
      } else if (auto own = own_value(parameter.distribution, *value)) {
        value = std::move(own);
      } else if (auto end = lower_end_for_zero(parameter.distribution, *value)) {
        value = std::move(end);
      }
      params.emplace(parameter.name, *std::move(value));
    }
    params = active_params(here_.space, std::move(params));
    for (const auto& [name, value] : params) {
      if (missing.contains(name)) {
        return Reason{Kind::kValue, fmt::format("without a value for {}", name)};
      }
      const Parameter& parameter = *find_parameter(here_.space, name);
      if (parameter.leader.empty() && !own_value(parameter.distribution, value)) {
        return Reason{Kind::kValue, outside(parameter, value, !is_searched(there_.space, name))};
      }
    }
    if (!here_.result_constraints.empty() && trial.violation > 0.0) {
      return Reason{Kind::kConstraint, "violating constraints on results there"};
    }
    if (!satisfies(here_.constraints, params)) {
      return Reason{Kind::kConstraint, "violating the constraints here"};
    }
    compare(values, values_of(here_, params));
    Observation mapped = trial.result;
    mapped.stage = 0;
    mapped.params = std::move(params);
    return mapped;
  }

  // One sentence per setting that differs for the mapped trials.
  std::vector<std::string> differences() const {
    std::vector<std::string> all;
    for (const auto& [name, text] : differences_) {
      all.push_back(text);
    }
    return all;
  }

 private:
  static nn::SettingMap values_of(const SweepSpec& spec, const ParamSet& params) {
    nn::SettingMap values = spec.settings;
    for (const auto& [name, value] : params) {
      values.insert_or_assign(name, value);
    }
    return values;
  }

  std::optional<nn::Value> value_of(const std::string& name, const nn::SettingMap& values) const {
    const auto found = values.find(name);
    return found == values.end() ? default_of_(name, values) : std::optional(found->second);
  }

  // Records settings that are not searched here and had another value there.
  void compare(const nn::SettingMap& there, const nn::SettingMap& here) {
    for (const std::string& name : names_) {
      if (differences_.contains(name)) {
        continue;
      }
      const auto before = value_of(name, there);
      const auto now = value_of(name, here);
      if (before && now && !same_value(*before, *now)) {
        differences_[name] =
            is_searched(there_.space, name)
                ? fmt::format("{} was searched there and is {} here", name, nn::to_text(*now))
                : fmt::format("{} was {} there and is {} here", name, nn::to_text(*before),
                              nn::to_text(*now));
      }
    }
  }

  const SweepSpec& there_;
  const SweepSpec& here_;
  const DefaultOf& default_of_;
  std::set<std::string> names_;  // settings that are not searched here
  std::map<std::string, std::string> differences_;
};

// The last stage that has complete trials; the last stage if none has.
int competing_stage(const std::vector<EarlierTrial>& trials) {
  int last = 0;
  int complete = -1;
  for (const EarlierTrial& trial : trials) {
    last = std::max(last, trial.result.stage);
    if (trial.result.state == TrialState::kComplete) {
      complete = std::max(complete, trial.result.stage);
    }
  }
  return complete >= 0 ? complete : last;
}

}  // namespace

EarlierResults earlier_results(const SweepSpec& there,
                               const std::vector<EarlierTrial>& trials,
                               const SweepSpec& here,
                               const DefaultOf& default_of) {
  const int stage = competing_stage(trials);
  const auto whole = whole_epochs(there, default_of);
  std::map<Reason, std::size_t> reasons;
  EarlierResults results;
  Mapping mapping(there, here, default_of);
  // [fewest, most] epochs, of trials in other stages and of the trials used; {0, 0}: none yet.
  std::pair<int, int> others{0, 0};
  std::pair<int, int> trained{0, 0};
  const auto extend = [](std::pair<int, int>& range, int epochs) {
    range = range.second == 0
                ? std::pair(epochs, epochs)
                : std::pair(std::min(range.first, epochs), std::max(range.second, epochs));
  };
  std::size_t of_other_stages = 0;
  for (const EarlierTrial& trial : trials) {
    const TrialState state = trial.result.state;
    if (trial.set_aside) {
      ++reasons[{Kind::kSetAside, "after its stop"}];
    } else if (!is_finished(state)) {
      ++reasons[{Kind::kUnfinished, "unfinished"}];
    } else if (state == TrialState::kFailed) {
      ++reasons[{Kind::kFailed, "failed"}];
    } else if (trial.result.stage != stage) {
      ++of_other_stages;
      extend(others, trial.epochs);
    } else {
      auto mapped = mapping.map(trial);
      if (const auto* reason = std::get_if<Reason>(&mapped)) {
        ++reasons[*reason];
      } else {
        results.used.push_back(std::get<Observation>(std::move(mapped)));
        extend(trained, trial.epochs);
      }
    }
  }
  if (of_other_stages > 0) {
    const bool several = others.first != others.second;
    std::string text =
        fmt::format("from {} (trained for {}", several ? "earlier stages" : "an earlier stage",
                    several ? fmt::format("{} to {}", others.first, others.second)
                            : fmt::format("{}", others.first));
    text += whole ? fmt::format(" of {} epochs", *whole) : std::string(" epochs");
    reasons[{Kind::kStage, text + ")"}] = of_other_stages;
  }
  for (const auto& [reason, count] : reasons) {
    results.unused.push_back({reason.second, count});
  }
  const auto here_epochs = whole_epochs(here, default_of);
  if (here_epochs && !results.used.empty() &&
      (trained.first != *here_epochs || trained.second != *here_epochs)) {
    results.differences.push_back(fmt::format("its trials trained for {}, those here train for {}",
                                              epochs_text(trained.first, trained.second),
                                              *here_epochs));
  }
  for (std::string& text : mapping.differences()) {
    results.differences.push_back(std::move(text));
  }
  return results;
}

}  // namespace hpsearch::search
