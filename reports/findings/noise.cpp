#include "reports/findings/noise.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/numbers.h"
#include "search/space/quantiles.h"

namespace hpsearch::reports {

double accuracy_error(double accuracy, std::int64_t rows) {
  const double n = static_cast<double>(rows);
  return std::max(std::sqrt(std::max(accuracy * (1.0 - accuracy), 0.0) / n), 1.0 / n);
}

double epoch_wobble(std::span<const double> values) {
  std::vector<double> finite;
  for (const double value : values.subspan(values.size() / 2)) {
    if (std::isfinite(value)) {
      finite.push_back(value);
    }
  }
  if (finite.size() < 6) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  double sum = 0.0;
  for (std::size_t i = 1; i + 1 < finite.size(); ++i) {
    const double bend = finite[i - 1] - 2.0 * finite[i] + finite[i + 1];
    sum += bend * bend;
  }
  return std::sqrt(sum / (6.0 * static_cast<double>(finite.size() - 2)));
}

std::optional<std::int64_t> validation_rows(const std::string& data_json) {
  const auto json = nn::parse_json(data_json);
  const auto found = json.is_object() ? json.find("validation_rows") : json.end();
  if (found == json.end() || !found->is_number_integer()) {
    return std::nullopt;
  }
  return found->get<std::int64_t>();
}

Noise noise_of(const std::string& metric,
               double value,
               std::optional<std::int64_t> validation_rows,
               std::span<const double> epochs) {
  if (metric == "val_accuracy" && validation_rows && *validation_rows > 0) {
    return {Noise::Source::kRows, accuracy_error(value, *validation_rows), *validation_rows};
  }
  const double wobble = epoch_wobble(epochs);
  if (std::isfinite(wobble)) {
    return {Noise::Source::kEpochs, wobble, 0};
  }
  return {};
}

Noise noise_of_folds(std::span<const double> values) {
  return {Noise::Source::kFolds,
          search::deviation(values) / std::sqrt(static_cast<double>(values.size())),
          static_cast<std::int64_t>(values.size())};
}

int folds_of(const std::string& data_json) {
  const auto json = nn::parse_json(data_json);
  const auto found = json.is_object() ? json.find("folds") : json.end();
  return json.is_object() && found != json.end() && found->is_number_integer() ? found->get<int>()
                                                                               : 0;
}

std::string to_text(const Noise& noise) {
  switch (noise.source) {
    case Noise::Source::kFolds:
      return fmt::format("{} (one standard error over {} folds)", short_number(noise.deviation),
                         noise.rows);
    case Noise::Source::kRows:
      return fmt::format("{} (one standard error on {} validation rows)",
                         short_number(noise.deviation), noise.rows);
    case Noise::Source::kEpochs:
      return fmt::format("at least {} (from epoch to epoch; other rows or seeds would add to it)",
                         short_number(noise.deviation));
    case Noise::Source::kUnknown:
      break;
  }
  return "unknown (no replicates, and too few epochs)";
}

}  // namespace hpsearch::reports
