#include "reports/text/numbers.h"

#include <cmath>

#include <fmt/format.h>

#include "reports/text/printable.h"

namespace hpsearch::reports {

std::string short_number(double value) {
  if (std::abs(value) >= 1e4 && std::abs(value) < 1e6) {
    return fmt::format("{:.0f}", value);
  }
  return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-";
}

std::string short_text(const nn::Value& value) {
  if (const auto* real = std::get_if<double>(&value)) {
    return short_number(*real);
  }
  return printable(nn::to_text(value));
}

std::string full_number(double value) {
  return std::isfinite(value) ? nn::to_text(nn::Value(value)) : "";
}

std::string duration_text(double seconds) {
  if (seconds < 59.95) {  // 59.96 would read "60.0 s"
    return fmt::format("{:.1f} s", seconds);
  }
  const auto whole = static_cast<long long>(std::lround(seconds));
  if (whole < 3600) {
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  }
  return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace hpsearch::reports
