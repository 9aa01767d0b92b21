// The parameters of a sweep and the values of one trial.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/space/distribution.h"
#include "search/space/expression.h"
#include "search/space/param_set.h"

namespace hpsearch::search {

struct Parameter {
  std::string name;
  Distribution distribution;
  int grid = 0;  // points of a numeric range in a grid; 0: all of its values, or refined
  // What a numeric range may be widened to.
  double limit_low = -std::numeric_limits<double>::infinity();
  double limit_high = std::numeric_limits<double>::infinity();
  // Where it has a value; empty: always. Where it does not, a trial has no such parameter.
  std::optional<Expression> when = {};
};

// In the order of their names: a sweep does not depend on the order in which its file lists them.
using Space = std::vector<Parameter>;

const Parameter* find_parameter(const Space& space, std::string_view name);

// How many parameters are not fixed.
std::size_t searched_count(const Space& space);

// Has any of them a condition?
bool has_conditions(const Space& space);

// `params` without those that are not active: whose `when` does not hold, or depends on one that is
// not active. Parameters that the space does not know stay. Requires conditions without a cycle.
ParamSet active_params(const Space& space, ParamSet params);

// An expression over parameters that trials must satisfy. It does not apply to a trial without the
// parameters that it depends on.
using Constraints = std::vector<Expression>;
bool satisfies(const Constraints& constraints, const ParamSet& params);

// How many different trials there are, conditions and constraints aside; empty where they are not
// countable.
std::optional<double> space_size(const Space& space);

// {"dropout":0.25,"learning_rate":0.001}: keys sorted, shortest digits that read back to the same
// number, a real number always with a point or an exponent. Equal sets give equal text.
std::string params_json(const ParamSet& params);

// Reads what params_json() wrote. Throws std::runtime_error for anything else.
ParamSet parse_params_json(std::string_view json);

// The first 16 hexadecimal digits of the SHA-256 of params_json().
std::string params_hash(const ParamSet& params);

// The space as JSON for the record of a run: what each parameter may be.
std::string space_json(const Space& space);

// `declared` with the ranges and choices that space_json() wrote of a box in it. Throws
// std::runtime_error for anything else.
Space parse_space_json(Space declared, std::string_view json);

}  // namespace hpsearch::search
