#include "reports/page/page_statistics.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/statistics/expected_best.h"
#include "reports/text/json_text.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string bin_label(const MarginalBin& bin) {
  return bin.choice ? nn::to_text(*bin.choice)
                    : fmt::format("{} to {}", short_number(bin.low), short_number(bin.high));
}

Json bins_json(const std::vector<Marginal>& all, const std::string& parameter) {
  Json bins = Json::array();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Marginal& m) { return m.parameter == parameter; });
  if (found == all.end()) {
    return bins;
  }
  for (const MarginalBin& bin : found->bins) {
    bins.push_back({{"label", bin_label(bin)},
                    {"all", bin.density},
                    {"top", bin.top_density},
                    {"trials", bin.trials},
                    {"median", finite(bin.median)}});
  }
  return bins;
}

Json importance_json(const SweepData& data, const RankedImportance& ranked) {
  const auto& [trials, all] = ranked;
  if (all.empty()) {
    return nullptr;
  }
  const auto bins = marginals(data, trials);
  Json parameters = Json::array();
  for (const Importance& importance : all) {
    parameters.push_back({{"name", importance.parameter},
                          {"share", importance.share},
                          {"p", importance.p},
                          {"bins", bins_json(bins, importance.parameter)}});
  }
  // Says which trials the figures cover: with stages, only one stage counts.
  const std::string note =
      data.stages.size() > 1
          ? fmt::format("Based on the {} trials of stage {};", trials.order.size(), trials.stage)
          : fmt::format("Based on {} trials;", trials.order.size());
  return {{"note", fmt::format("{} {} of them count as the best.", note, trials.top)},
          {"parameters", parameters}};
}

// Scores of the trials that were drawn without regard to earlier ones, ascending. Only these are a
// sample of what random search would find.
std::vector<double> blind_scores(const SweepData& data) {
  std::vector<double> scores;
  const bool random = data.sweep.method == "random" || data.sweep.method == "sobol";
  const double violation =
      data.ranked.empty() ? 0.0 : data.trials[data.ranked.front()].row.violation;
  for (const TrialData& trial : data.trials) {
    if (random && trial.complete() && trial.row.origin == storage::Origin::kSampler &&
        trial.row.violation == violation) {
      scores.push_back(*trial.score);
    }
  }
  std::sort(scores.begin(), scores.end());
  return scores;
}

// 1, 2, 3, ... with steps growing by a tenth, so that even many trials give few points.
std::vector<std::size_t> counts_up_to(std::size_t most) {
  std::vector<std::size_t> counts;
  for (std::size_t n = 1; n < most; n += std::max<std::size_t>(1, n / 10)) {
    counts.push_back(n);
  }
  if (most > 0) {
    counts.push_back(most);
  }
  return counts;
}

}  // namespace

std::string page_statistics(const SweepData& data, const RankedImportance& ranked) {
  const std::vector<double> scores = blind_scores(data);
  std::string json = "\"importance\":" + nn::json_text(importance_json(data, ranked));
  json += ",\"expected_best\":";
  append_array(json, counts_up_to(scores.size()), [&](std::string& text, std::size_t n) {
    const double score = expected_best(scores, n);
    text += fmt::format("[{},", n);
    append_number(text, data.maximize() ? -score : score);
    text += ']';
  });
  return json;
}

}  // namespace hpsearch::reports
