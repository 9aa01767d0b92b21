// Quoting of CSV fields (RFC 4180).
#pragma once

#include <string>

namespace hpsearch::reports {

// The text as a field, quoted if it contains a comma, a quote or a line break.
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + "\"";
}

}  // namespace hpsearch::reports
