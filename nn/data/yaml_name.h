// A column's name as a sweep file takes it, for advice that can be copied.
#pragma once

#include <string>
#include <string_view>

#include "nn/base/utf8.h"

namespace hpsearch::nn {

// In single quotes, where YAML needs '' for '. A name with control characters or invalid bytes is
// only shown, as in_quotes() has it.
inline std::string yaml_name(std::string_view name) {
  std::string quoted = "'";
  for (std::size_t i = 0; i < name.size();) {
    const CodePoint c = code_point_at(name, i);
    if (!c.valid || is_control(c.value)) {
      return in_quotes(name);
    }
    quoted += name.substr(i, c.size);
    quoted += name[i] == '\'' ? "'" : "";
    i += c.size;
  }
  return quoted + "'";
}

}  // namespace hpsearch::nn
