#include "runner/sweep_file/recipe_cost.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hpsearch::runner {
namespace {

double mean_microseconds(const TableFacts& facts, const std::vector<RecipeNetwork>& networks) {
  double sum = 0.0;
  for (const RecipeNetwork& network : networks) {
    sum += row_microseconds(facts, network);
  }
  return sum / static_cast<double>(networks.size());
}

}  // namespace

double row_microseconds(const TableFacts& facts, const RecipeNetwork& network) {
  constexpr double kWeight = 0.07e-3;     // forward, backward and gradient
  constexpr double kUnit = 6.8e-3;        // activation, dropout
  constexpr double kBinnedUnit = 0.4e-3;  // two rows of weights looked up for each column
  constexpr double kWaves = 0.16;         // cosines of a column
  constexpr double kUpdate = 2.4e-3;      // of a weight, once a batch
  constexpr double kWavesOfAColumn = 3.0;
  const auto width = static_cast<double>(network.width);
  const auto layers = static_cast<double>(network.layers);
  const auto numbers = static_cast<double>(facts.distinct.size());
  const double inputs =
      static_cast<double>(facts.features) + (network.waves ? kWavesOfAColumn * numbers : 0.0);
  const double weights = inputs * width + (layers - 1.0) * width * width;
  double edges = 0.0;
  for (const std::size_t distinct : facts.distinct) {
    edges += static_cast<double>(std::min(distinct, network.bins));
  }
  return kWeight * weights + kUnit * width * layers +
         (network.bins > 0 ? kBinnedUnit * numbers * width : 0.0) +
         (network.waves ? kWaves * numbers : 0.0) +
         kUpdate * (weights + edges * width) / static_cast<double>(network.batch);
}

double search_seconds(const TableRecipe& recipe, const TableFacts& facts, const SearchSize& size) {
  constexpr double kCores = 2.0;
  constexpr double kEvaluation = 1.1;  // of the rows that judge, beside each epoch
  // An ensemble takes nearly all trials that it may, up to their best epochs. Networks of few rows,
  // which are those in folds, overfit early.
  const double epochs_again = size.folds > 1 ? 0.5 : 0.9;
  const double mean = mean_microseconds(facts, recipe.searched);
  const auto first = std::min(recipe.first.size(), static_cast<std::size_t>(size.trials));
  double trials = static_cast<double>(size.trials) - static_cast<double>(first);
  trials *= mean;
  for (std::size_t i = 0; i < first; ++i) {
    trials += row_microseconds(facts, recipe.first[i]);
  }
  const double members =
      static_cast<double>(std::min(size.members, size.trials)) * epochs_again * mean;
  const double per_epoch = kEvaluation * trials * static_cast<double>(facts.rows) +
                           members * static_cast<double>(size.all_rows);
  return per_epoch * static_cast<double>(recipe.epochs) * static_cast<double>(size.folds) * 1e-6 /
         kCores;
}

}  // namespace hpsearch::runner
