// Interprets YAML scalars by the core schema of YAML 1.2, independent of the locale.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "nn/base/value.h"
#include "runner/yaml/yaml_tree.h"

namespace hpsearch::runner {

struct NullScalar {
  bool operator==(const NullScalar&) const = default;
};

// Why a scalar is refused, and what to write instead.
struct ScalarError {
  std::string message;
  bool operator==(const ScalarError&) const = default;
};

using Scalar = std::variant<NullScalar, nn::Value, ScalarError>;

// An unquoted scalar:
//   null     empty, ~, null, Null, NULL
//   boolean  true, false (also True, TRUE, ...); yes, no, on and off are text
//   integer  12, +1, -0, 0x1F, 0o17, if it fits into 64 bits
//   real     1e-5, 1E5, .5, 5., .inf, -.inf, .nan
//   error    looks like a number and would be misread: 010, 1_000, 1,5, 1e400
//   text     everything else
Scalar read_scalar(std::string_view text);

// A scalar or null node, taking its quotes and tag into account. A list or a map is an error.
Scalar read_scalar(const YamlNode& node);

}  // namespace hpsearch::runner
