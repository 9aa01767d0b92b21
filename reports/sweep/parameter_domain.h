// Describes parameters in terms that other programs understand: a range or a list of choices that
// contains every trial's value.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// Numbers from low to high, inclusive; with a step: low, low + step, ...
struct RangeDomain {
  double low = 0.0;
  double high = 0.0;
  bool logarithmic = false;
  bool integer = false;
  double step = 0.0;  // 0: continuous; always 0 on a log scale
};

// Also used for parameters that are the same in all trials.
struct ChoiceDomain {
  std::vector<nn::Value> values;

  // The index of a choice; empty if it is not among them.
  std::optional<std::size_t> index(const nn::Value& value) const;
};

struct ParameterDomain {
  std::string name;
  std::variant<RangeDomain, ChoiceDomain> domain;
};

// One per parameter that any trial has, by name. A range is the written one, widened if necessary
// to contain the trials' values (boxes beyond it, enqueued trials). It loses its steps if a value
// is off the grid, or if its scale is logarithmic, as other programs have no equivalent. If no
// range was written, numbers that vary get the range of their values; everything else becomes a
// list of choices.
std::vector<ParameterDomain> parameter_domains(const SweepData& data);

// Null if there is no such parameter.
const ParameterDomain* find_domain(const std::vector<ParameterDomain>& domains,
                                   const std::string& name);

// Replaces a list by its text as Python's json.dumps writes it, "[64, 32]"; other values stay.
nn::Value flat_value(const nn::Value& value);

}  // namespace hpsearch::reports
