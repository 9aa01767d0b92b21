#include <algorithm>
#include <cmath>

#include "reports/findings/importance.h"
#include "reports/findings/parameter_grid.h"
#include "search/space/quantiles.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMostBins = 10;

// The value at a place of the grid, which may lie between two places.
double value_at(const SearchedParameter& parameter, double place, std::size_t size) {
  const double unit = std::clamp(place / static_cast<double>(size - 1), 0.0, 1.0);
  if (parameter.logarithmic) {
    return parameter.low * std::pow(parameter.high / parameter.low, unit);
  }
  return parameter.low + unit * (parameter.high - parameter.low);
}

// Divides the grid's places into runs of equal length, one per bin. A choice is a bin by itself.
std::vector<MarginalBin> empty_bins(const SearchedParameter& parameter, std::size_t size) {
  const std::size_t count = parameter.numeric ? std::min(size, kMostBins) : size;
  std::vector<MarginalBin> bins(count);
  for (std::size_t b = 0; b < count; ++b) {
    if (!parameter.numeric) {
      if (b < parameter.choices.size()) {
        bins[b].choice = parameter.choices[b];
      }
      continue;
    }
    if (size == 1) {
      bins[b].low = bins[b].high = parameter.low;
      continue;
    }
    const std::size_t first =
        (b * size + count - 1) / count;  // the first i with i * count / size == b
    const std::size_t last = ((b + 1) * size + count - 1) / count;
    bins[b].low = value_at(parameter, static_cast<double>(first) - 0.5, size);
    bins[b].high = value_at(parameter, static_cast<double>(last) - 0.5, size);
  }
  return bins;
}

Marginal marginal(const SweepData& data,
                  const RankedTrials& trials,
                  const SearchedParameter& parameter) {
  const std::size_t size = grid_size(parameter);
  Marginal result{parameter.name, empty_bins(parameter, size), 0};
  const std::size_t count = result.bins.size();
  std::vector<std::vector<double>> values(count);
  std::vector<std::size_t> all(size, 0);
  std::vector<std::size_t> top(size, 0);
  for (std::size_t rank = 0; rank < trials.order.size(); ++rank) {
    const TrialData& trial = data.trials[trials.order[rank]];
    const auto found = trial.params.find(parameter.name);
    const auto place =
        found == trial.params.end() ? std::nullopt : grid_place(parameter, found->second);
    if (!place) {
      ++result.inactive;
      continue;
    }
    MarginalBin& bin = result.bins[*place * count / size];
    ++bin.trials;
    ++all[*place];
    // Only complete trials have a value that compares.
    if (rank < trials.complete) {
      ++bin.complete;
      values[*place * count / size].push_back(*trial.row.value);
    }
    if (rank < trials.top) {
      ++bin.top;
      ++top[*place];
    }
  }
  const std::vector<double> density = grid_density(parameter, all);
  const std::vector<double> top_density = grid_density(parameter, top);
  for (std::size_t i = 0; i < size; ++i) {
    result.bins[i * count / size].density += density[i];
    result.bins[i * count / size].top_density += top_density[i];
  }
  for (std::size_t b = 0; b < count; ++b) {
    const std::vector<double> ascending = search::sorted(values[b]);
    result.bins[b].mean = search::mean(ascending);
    result.bins[b].quartile_low = search::quantile(ascending, 0.25);
    result.bins[b].median = search::quantile(ascending, 0.5);
    result.bins[b].quartile_high = search::quantile(ascending, 0.75);
  }
  return result;
}

}  // namespace

std::vector<Marginal> marginals(const SweepData& data, const RankedTrials& trials) {
  std::vector<Marginal> result;
  for (const SearchedParameter& parameter : data.parameters) {
    result.push_back(marginal(data, trials, parameter));
  }
  return result;
}

}  // namespace hpsearch::reports
