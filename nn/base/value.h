// The value of a setting or parameter, in its native type.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hpsearch::nn {

struct Value;
using ValueList = std::vector<Value>;

// A bool, an integer, a real number, a text, or a list of these. 3 and 3.0 are different values:
// the first is an integer.
struct Value : std::variant<bool, std::int64_t, double, std::string, ValueList> {
  using variant::variant;

  // True for an integer or a real number.
  bool is_number() const;
  // The number as a double. Requires is_number().
  double number() const;
};

// The value as a person writes it in YAML. Numbers get the shortest digits that read back to the
// same value; a real number always has a point or an exponent (1.0, 1e-5), or is .nan, .inf or
// -.inf. Lists look like [a, b]. Texts stay unquoted.
std::string to_text(const Value& value);

}  // namespace hpsearch::nn
