// What a parameter may be and has been, in the terms of other programs: a range or a list of
// choices that holds the value of each trial.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "reports/sweep/sweep_data.h"

namespace hpsearch::reports {

// Numbers from low to high, both among them: all, or with a step low, low + step, ...
struct RangeDomain {
  double low = 0.0;
  double high = 0.0;
  bool logarithmic = false;
  bool integer = false;
  double step = 0.0;  // 0: continuous; never of a logarithmic one
};

// Also of what is the same in all trials.
struct ChoiceDomain {
  std::vector<nn::Value> values;

  // Its place; empty for what is not among them.
  std::optional<std::size_t> index(const nn::Value& value) const;
};

struct ParameterDomain {
  std::string name;
  std::variant<RangeDomain, ChoiceDomain> domain;
};

// Of all parameters that any trial has, by name. A range is the written one, as far as the values
// of the trials (boxes beyond it, enqueued ones) do not widen it; it loses its steps where a value
// is none of them, or where its scale is logarithmic, which has no equal elsewhere. Where none is
// written, numbers that vary have the range of those that were, and all else its values as choices.
std::vector<ParameterDomain> parameter_domains(const SweepData& data);

// Null where there is none.
const ParameterDomain* find_domain(const std::vector<ParameterDomain>& domains,
                                   const std::string& name);

// A value as one that is no list: a list as the text that Python's json.dumps makes of it,
// "[64, 32]".
nn::Value flat_value(const nn::Value& value);

}  // namespace hpsearch::reports
