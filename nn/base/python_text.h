// Values as Python writes them: the arguments that a program gets are those that W&B would give it.
#pragma once

#include <string>

#include "nn/base/value.h"

namespace hpsearch::nn {

// str(value): 1e-05, 0.0001, 1e+16, 1.0, nan, True, None, a text as it is, [1, 'a'], {'a': 1}.
std::string python_str(const Value& value);

// json.dumps(value): ", " and ": " between items, ASCII alone, NaN and Infinity by their names.
std::string python_json(const Value& value);

}  // namespace hpsearch::nn
