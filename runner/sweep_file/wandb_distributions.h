// The names of W&B's distributions of numbers.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace hpsearch::runner {

enum class DistributionKind {
  kUniform,
  kInteger,
  kLog,
  kExponent,         // of e
  kInverseExponent,  // of 1 / e
  kNormal,
  kLogNormal,
  kBeta
};

// A quantised one rounds to multiples of q.
struct WandbDistribution {
  std::string_view name;
  DistributionKind kind;
  bool quantised;
};

inline constexpr std::array kWandbDistributions{
    WandbDistribution{"uniform", DistributionKind::kUniform, false},
    WandbDistribution{"q_uniform", DistributionKind::kUniform, true},
    WandbDistribution{"int_uniform", DistributionKind::kInteger, false},
    WandbDistribution{"log_uniform_values", DistributionKind::kLog, false},
    WandbDistribution{"q_log_uniform_values", DistributionKind::kLog, true},
    // The same law, drawn from the other end.
    WandbDistribution{"inv_log_uniform_values", DistributionKind::kLog, false},
    WandbDistribution{"log_uniform", DistributionKind::kExponent, false},
    WandbDistribution{"q_log_uniform", DistributionKind::kExponent, true},
    WandbDistribution{"inv_log_uniform", DistributionKind::kInverseExponent, false},
    WandbDistribution{"normal", DistributionKind::kNormal, false},
    WandbDistribution{"q_normal", DistributionKind::kNormal, true},
    WandbDistribution{"log_normal", DistributionKind::kLogNormal, false},
    WandbDistribution{"q_log_normal", DistributionKind::kLogNormal, true},
    WandbDistribution{"beta", DistributionKind::kBeta, false},
    WandbDistribution{"q_beta", DistributionKind::kBeta, true},
};

// With those of other values.
inline std::vector<std::string_view> wandb_distribution_names() {
  std::vector<std::string_view> all{"constant", "categorical", "categorical_w_probabilities"};
  for (const WandbDistribution& row : kWandbDistributions) {
    all.push_back(row.name);
  }
  return all;
}

// Requires a name of the table.
inline const WandbDistribution& wandb_distribution(std::string_view name) {
  return *std::find_if(kWandbDistributions.begin(), kWandbDistributions.end(),
                       [&](const WandbDistribution& row) { return row.name == name; });
}

}  // namespace hpsearch::runner
