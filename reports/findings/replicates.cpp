#include "reports/findings/replicates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/statistics/duel.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"

namespace hpsearch::reports {
namespace {

constexpr double kNormal95 = 1.6448536269514722;  // quantile of the normal distribution
constexpr double kMostSeeds = 50.0;               // more are not worth a difference so small

// The values of a trial's trainings.
struct Values {
  std::map<std::uint64_t, double> by_key;  // by fold, or by seed
  std::vector<double> all;
  bool in_folds = false;
};

Values values_of(storage::Queries& queries, const storage::LeaderboardRow& trial) {
  Values values;
  for (const storage::ReplicateRow& row : queries.replicates(trial.trial_id)) {
    if (!row.value || row.state != search::to_text(search::TrialState::kComplete) ||
        (trial.replicates > 1 && std::ssize(values.all) >= trial.replicates)) {
      continue;  // the further ones are of a run with more seeds
    }
    values.in_folds = row.fold.has_value();
    values.by_key.emplace(row.fold ? static_cast<std::uint64_t>(*row.fold) : row.seed, *row.value);
    values.all.push_back(*row.value);
  }
  return values;
}

// The differences of the pairs. Empty unless each value has its counterpart.
std::vector<double> paired(const Values& first, const Values& second) {
  std::vector<double> differences;
  for (const auto& [key, value] : first.by_key) {
    if (const auto other = second.by_key.find(key); other != second.by_key.end()) {
      differences.push_back(value - other->second);
    }
  }
  const std::size_t all = differences.size();
  return all == first.all.size() && all == second.all.size() ? differences : std::vector<double>();
}

}  // namespace

std::optional<Duel> read_duel(storage::Queries& queries,
                              const storage::SweepRow& sweep,
                              const storage::LeaderboardRow& first,
                              const storage::LeaderboardRow& second) {
  Values a = values_of(queries, first);
  Values b = values_of(queries, second);
  if (a.all.size() < 2 || b.all.size() < 2) {
    return std::nullopt;
  }
  const double sign = sweep.goal == "maximize" ? 1.0 : -1.0;
  for (Values* values : {&a, &b}) {
    for (double& value : values->all) {
      value *= sign;
    }
    for (auto& [key, value] : values->by_key) {
      value *= sign;
    }
  }
  const std::vector<double> pairs = paired(a, b);
  const double correlation = a.in_folds ? 1.0 / static_cast<double>(a.all.size()) : 0.0;
  const MeanDifference found =
      pairs.empty() ? unpaired_difference(a.all, b.all) : paired_difference(pairs, correlation);
  return Duel{first.trial,          second.trial,
              found.probability,    found.mean,
              found.standard_error, static_cast<std::int64_t>(std::min(a.all.size(), b.all.size())),
              !pairs.empty(),       a.in_folds};
}

std::string trainings_text(std::int64_t trainings, bool in_folds) {
  return fmt::format("{} {}{}", trainings, in_folds ? "fold" : "seed", trainings == 1 ? "" : "s");
}

std::string to_text(const Duel& duel) {
  std::string text = fmt::format("rank 1 beats rank 2 (trial {}) with probability {:.2f}",
                                 duel.second, duel.probability);
  if (duel.probability >= kSureProbability) {
    return text;
  }
  text += ": too close to call";
  if (duel.in_folds) {
    return text + fmt::format(" over {}", trainings_text(duel.trainings, true));
  }
  // The standard error shrinks with the root of the seeds.
  const double shrink = duel.difference > 0.0 ? kNormal95 * duel.standard_error / duel.difference
                                              : std::numeric_limits<double>::infinity();
  const double seeds = std::ceil(static_cast<double>(duel.trainings) * shrink * shrink);
  if (!(seeds <= kMostSeeds)) {
    return text + fmt::format("; {:.0f} seeds would not tell them apart either", kMostSeeds);
  }
  return text + fmt::format("; repeat with repeats: {{seeds: {:.0f}, top: 2}}",
                            std::max(seeds, static_cast<double>(duel.trainings) + 1.0));
}

std::string to_json(const Duel& duel) {
  const nlohmann::ordered_json json{{"first", duel.first},
                                    {"second", duel.second},
                                    {"probability", finite(duel.probability)},
                                    {"difference", finite(duel.difference)},
                                    {"standard_error", finite(duel.standard_error)},
                                    {"trainings", duel.trainings},
                                    {"paired", duel.paired},
                                    {"text", to_text(duel)}};
  return nn::json_text(json);
}

}  // namespace hpsearch::reports
