#include "reports/findings/importance.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>

#include "nn/base/random.h"
#include "reports/findings/parameter_grid.h"

namespace hpsearch::reports {
namespace {

constexpr double kTopShare = 0.1;   // gamma'
constexpr std::size_t kMinTop = 5;  // as PED-ANOVA's authors recommend
constexpr std::uint32_t kPermutations = 199;
// Arbitrary but fixed: the same data must give the same report.
constexpr std::uint64_t kSeed = 21;
constexpr std::size_t kMinRegime = 2;  // fewer trials have no density to speak of

// Each trial's place on the parameter's grid, in the order of RankedTrials; empty if inactive.
using Places = std::vector<std::optional<std::size_t>>;

Places places_of(const SweepData& data,
                 const RankedTrials& trials,
                 const SearchedParameter& parameter) {
  Places places;
  for (const std::size_t i : trials.order) {
    const search::ParamSet& params = data.trials[i].params;
    const auto found = params.find(parameter.name);
    places.push_back(found == params.end() ? std::nullopt : grid_place(parameter, found->second));
  }
  return places;
}

// How many of the `chosen` trials lie at each place.
std::vector<std::size_t> counts_of(const Places& places,
                                   std::span<const std::uint32_t> chosen,
                                   std::size_t size) {
  std::vector<std::size_t> counts(size, 0);
  for (const std::uint32_t i : chosen) {
    if (places[i]) {
      ++counts[*places[i]];
    }
  }
  return counts;
}

std::size_t sum(std::span<const std::size_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

// The importance of one parameter as a function of which trials count as the best.
class Divergence {
 public:
  Divergence(const SearchedParameter& parameter, Places places)
      : parameter_(parameter), places_(std::move(places)), size_(grid_size(parameter)) {
    std::vector<std::uint32_t> all(places_.size());
    std::iota(all.begin(), all.end(), 0U);
    const auto counts = counts_of(places_, all, size_);
    active_ = sum(counts);
    if (size_ > 1 && active_ >= kMinRegime) {
      density_ = grid_density(parameter_, counts);
    }
  }

  std::size_t active() const { return active_; }

  double operator()(std::span<const std::uint32_t> top) const {
    const auto counts = counts_of(places_, top, size_);
    const std::size_t active_top = sum(counts);
    if (density_.empty() || active_top == 0) {
      return 0.0;
    }
    const std::vector<double> best = grid_density(parameter_, counts);
    double divergence = 0.0;
    for (std::size_t i = 0; i < size_; ++i) {
      // As in the reference implementation: no place is impossible.
      constexpr double kTiny = 1e-12;
      const double off = (best[i] + kTiny) / (density_[i] + kTiny) - 1.0;
      divergence += (density_[i] + kTiny) * off * off;
    }
    const double all = static_cast<double>(places_.size());
    const double chosen = static_cast<double>(top.size());
    const double top_share = static_cast<double>(active_top) / chosen;
    const double share = static_cast<double>(active_) / all;
    const double target = chosen / all;  // gamma' / gamma
    return target * target * top_share * top_share / share * divergence;
  }

 private:
  const SearchedParameter& parameter_;
  Places places_;
  std::size_t size_;
  std::size_t active_ = 0;
  std::vector<double> density_;  // of all trials; empty if there is nothing to choose
};

}  // namespace

RankedTrials ranked_trials(const SweepData& data) {
  std::map<int, std::size_t> ended;
  for (const TrialData& trial : data.trials) {
    ended[trial.row.stage] += search::is_finished(trial.row.state) ? 1U : 0U;
  }
  RankedTrials trials;
  std::size_t most = 0;
  for (const auto& [stage, count] : ended) {
    if (count > most) {
      most = count;
      trials.stage = stage;
    }
  }
  std::vector<std::size_t> worst;
  for (std::size_t i = 0; i < data.trials.size(); ++i) {
    const TrialData& trial = data.trials[i];
    if (trial.row.stage != trials.stage || !search::is_finished(trial.row.state)) {
      continue;
    }
    const bool first = trials.order.empty() && worst.empty();
    trials.epochs = first || trials.epochs == trial.row.epochs ? trial.row.epochs : 0;
    (trial.complete() ? trials.order : worst).push_back(i);
  }
  std::stable_sort(trials.order.begin(), trials.order.end(), [&](std::size_t a, std::size_t b) {
    const auto key = [&](std::size_t i) {
      return std::pair(data.trials[i].row.violation, data.trials[i].score);
    };
    return key(a) < key(b);
  });
  trials.complete = trials.order.size();
  trials.order.insert(trials.order.end(), worst.begin(), worst.end());
  const auto tenth = static_cast<std::size_t>(
      std::ceil(kTopShare * static_cast<double>(trials.order.size()) - 1e-9));
  trials.top = std::min(std::max(tenth, kMinTop), trials.complete);
  auto score = [&](std::size_t rank) {
    const TrialData& trial = data.trials[trials.order[rank]];
    return std::pair(trial.row.violation, trial.score);
  };
  // Trials that tie with the last of the best belong to the best, unless these would then be about
  // all trials and say nothing, while those before the tie do.
  std::size_t end = trials.top;
  while (end > 0 && end < trials.complete && score(end) == score(end - 1)) {
    ++end;
  }
  std::size_t begin = trials.top;
  while (end > trials.top && begin > 0 && score(begin - 1) == score(trials.top - 1)) {
    --begin;
  }
  const bool cut = end > trials.top && begin > 0 && 2 * end > trials.order.size();
  trials.tied = cut ? end - begin : 0;
  trials.top = cut ? begin : end;
  return trials;
}

std::vector<Importance> importances(const SweepData& data, const RankedTrials& trials) {
  std::vector<Importance> result;
  const std::size_t all = trials.order.size();
  if (all < kMinImportanceTrials || trials.top == 0 || trials.top == all) {
    return result;
  }
  std::vector<Divergence> figures;
  for (const SearchedParameter& parameter : data.parameters) {
    figures.emplace_back(parameter, places_of(data, trials, parameter));
  }
  std::vector<std::uint32_t> order(all);
  std::iota(order.begin(), order.end(), 0U);
  const auto top = std::span<const std::uint32_t>(order).first(trials.top);
  double whole = 0.0;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const double raw = figures[i](top);
    whole += raw;
    result.push_back({data.parameters[i].name, 0.0, raw, 1.0, figures[i].active()});
  }
  // The observed choice counts as one of the permutations, so p is never 0.
  std::vector<std::uint32_t> at_least(figures.size(), 1);
  for (std::uint32_t n = 0; n < kPermutations; ++n) {
    std::iota(order.begin(), order.end(), 0U);
    nn::Stream stream(kSeed, nn::Purpose::kResample, 2, n);
    nn::shuffle(order, stream);
    for (std::size_t i = 0; i < figures.size(); ++i) {
      // Sums in another order differ in their last bits; allow for that.
      at_least[i] += figures[i](top) >= result[i].raw * (1.0 - 1e-12) ? 1U : 0U;
    }
  }
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i].share = whole > 0.0 ? result[i].raw / whole : 0.0;
    result[i].p = static_cast<double>(at_least[i]) / (kPermutations + 1.0);
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const Importance& a, const Importance& b) { return a.raw > b.raw; });
  return result;
}

RankedImportance ranked_importance(const SweepData& data) {
  RankedImportance result{ranked_trials(data), {}};
  result.importances = importances(data, result.trials);
  return result;
}

}  // namespace hpsearch::reports
