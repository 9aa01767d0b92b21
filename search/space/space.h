// The search space of a sweep, and the values of one trial as JSON and as a hash.
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
  int grid = 0;  // grid points of a numeric range; 0: all of its values, or refined level by level
  // How far `expand: auto` may widen a numeric range.
  double limit_low = -std::numeric_limits<double>::infinity();
  double limit_high = std::numeric_limits<double>::infinity();
  // The condition under which the parameter is active; empty: always. An inactive parameter is
  // absent from the trial.
  std::optional<Expression> when = {};

  // `zip`: the parameter that this one varies together with, and for each of its values the own
  // one. The distribution is then fixed, at the first of them.
  struct Row {
    nn::Value leader;
    nn::Value own;
  };
  std::string leader = {};
  std::vector<Row> rows = {};
};

// Sorted by name, so that a sweep does not depend on the order in its file.
using Space = std::vector<Parameter>;

// Null if the space has no such parameter.
const Parameter* find_parameter(const Space& space, std::string_view name);

// The number of parameters that are not fixed.
std::size_t searched_count(const Space& space);

// True if any parameter has a condition or follows another one: then active_params() has a say.
bool has_conditions(const Space& space);

// Gives parameters that follow another one their values, and removes inactive parameters: those
// whose `when` does not hold, or depends on an inactive one. Keeps parameters that the space does
// not know. Requires conditions without a cycle.
ParamSet active_params(const Space& space, ParamSet params);

// Expressions that every trial must satisfy. A constraint does not apply to a trial that lacks one
// of the parameters it depends on.
using Constraints = std::vector<Expression>;
bool satisfies(const Constraints& constraints, const ParamSet& params);

// The number of distinct trials, ignoring conditions and constraints; empty if not countable.
std::optional<double> space_size(const Space& space);

// {"dropout":0.25,"learning_rate":0.001}: sorted keys; the shortest digits that read back to the
// same number; reals always with a point or an exponent. Equal sets give equal text.
std::string params_json(const ParamSet& params);

// Parses what params_json() wrote. Throws std::runtime_error for anything else.
ParamSet parse_params_json(std::string_view json);

// The first 16 hexadecimal digits of the SHA-256 of params_json().
std::string params_hash(const ParamSet& params);

// The space as JSON, for the record of a run.
std::string space_json(const Space& space);

// `declared` with its ranges and choices replaced by those that space_json() wrote of a box inside
// it. Throws std::runtime_error if a parameter is missing.
Space parse_space_json(Space declared, std::string_view json);

}  // namespace hpsearch::search
