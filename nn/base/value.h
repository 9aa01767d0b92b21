// The value of a setting or parameter, in its native type.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace hpsearch::nn {

struct Value;
struct ValueEntry;
using ValueList = std::vector<Value>;
using ValueMap = std::vector<ValueEntry>;  // by name, no name twice

// The absence of a value, which is one of the values that a program's parameter can have.
//
// Its copy is not trivial on purpose. libstdc++ takes a variant whose alternatives are all strings,
// vectors and small trivial types for one that always holds a value. If memory runs out while such
// a variant is copied, it destroys the alternative that was never made, and the program crashes. A
// variant with this alternative is checked for that.
struct NullValue {
  NullValue() = default;
  NullValue(const NullValue&) noexcept {}  // NOLINT(modernize-use-equals-default)
  NullValue& operator=(const NullValue&) noexcept = default;
  ~NullValue() = default;
  bool operator==(const NullValue&) const = default;
};

// A bool, an integer, a real number, a text, or a list of these; for the parameters of a program
// also null or a map. 3 and 3.0 are different values: the first is an integer.
struct Value
    : std::variant<bool, std::int64_t, double, std::string, ValueList, NullValue, ValueMap> {
  using variant::variant;

  // True for an integer or a real number.
  bool is_number() const;
  // The number as a double. Requires is_number().
  double number() const;
};

struct ValueEntry {
  std::string name;
  Value value;
  bool operator==(const ValueEntry&) const = default;
};

// The value as a person writes it in YAML. Numbers get the shortest digits that read back to the
// same value; a real number always has a point or an exponent (1.0, 1e-5), or is .nan, .inf or
// -.inf. Lists look like [a, b], maps like {a: 1}. Texts stay unquoted.
std::string to_text(const Value& value);

}  // namespace hpsearch::nn
