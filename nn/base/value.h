// The value of a setting or of a parameter, in its native type.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hpsearch::nn {

struct Value;
using ValueList = std::vector<Value>;

// true/false, an integer, a real number, a text, or a list of these. `3` and `3.0` are different
// values: the first is an integer.
struct Value : std::variant<bool, std::int64_t, double, std::string, ValueList> {
  using variant::variant;

  bool is_number() const;
  // The number as a double. Requires is_number().
  double number() const;
};

// As a person writes it in YAML: shortest digits that read back to the same number, a real number
// always with a point or an exponent, lists as [a, b].
std::string to_text(const Value& value);

}  // namespace hpsearch::nn
