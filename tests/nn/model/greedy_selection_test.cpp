#include "nn/model/greedy_selection.h"

#include <cmath>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hpsearch::nn {
namespace {

using ::testing::ElementsAre;
using Matrix = std::vector<double>;

// Written down from the definition: a list of picks stands for their mean.
double mean_loss(const RowTruth& truth,
                 const std::vector<Matrix>& all,
                 const std::vector<int>& picks) {
  double loss = 0.0;
  for (std::size_t row = 0; row < truth.rows(); ++row) {
    double of_row = 0.0;
    for (std::size_t c = 0; c < truth.width; ++c) {
      double mean = 0.0;
      for (const int pick : picks) {
        mean += static_cast<double>(all[static_cast<std::size_t>(pick)][row * truth.width + c]);
      }
      mean /= static_cast<double>(picks.size());
      if (truth.labels.empty()) {
        const double error = (mean - truth.targets[row * truth.width + c]) / truth.deviations[c];
        of_row += 0.5 * error * error / static_cast<double>(truth.width);
      } else if (truth.labels[row] == c) {
        of_row = -std::log(mean);
      }
    }
    loss += of_row;
  }
  return loss / static_cast<double>(truth.rows());
}

// Picks by trying every candidate; then the prefix by trying every length.
std::vector<int> by_hand(const RowTruth& truth, const std::vector<Matrix>& all, int steps) {
  std::vector<int> picks;
  for (int step = 0; step < steps; ++step) {
    int best = 0;
    double least = std::numeric_limits<double>::infinity();
    for (int c = 0; c < static_cast<int>(all.size()); ++c) {
      std::vector<int> with = picks;
      with.push_back(c);
      const double loss = mean_loss(truth, all, with);
      if (loss < least - 1e-12) {
        least = loss;
        best = c;
      }
    }
    picks.push_back(best);
  }
  std::vector<int> kept{picks[0]};
  double least = mean_loss(truth, all, kept);
  for (std::size_t length = 2; length <= picks.size(); ++length) {
    const std::vector<int> prefix(picks.begin(),
                                  picks.begin() + static_cast<std::ptrdiff_t>(length));
    if (mean_loss(truth, all, prefix) < least - 1e-12) {
      least = mean_loss(truth, all, prefix);
      kept = prefix;
    }
  }
  std::vector<int> counts(all.size());
  for (const int pick : kept) {
    ++counts[static_cast<std::size_t>(pick)];
  }
  return counts;
}

// A number from 0 to 1 that differs for each place.
double noise(std::size_t place) {
  const double x = std::sin(12.9898 * static_cast<double>(place + 1)) * 43758.5453;
  return x - std::floor(x);
}

std::vector<std::span<const double>> views_of(const std::vector<Matrix>& all) {
  return {all.begin(), all.end()};
}

GreedySelection select(const RowTruth& truth, const std::vector<Matrix>& all, int steps) {
  return select_greedily(truth, views_of(all), steps).value();
}

TEST(GreedySelection, EndsWhereItIsStopped) {
  const RowTruth truth{.labels = {}, .targets = {0.0}, .deviations = {1.0}, .width = 1};
  std::stop_source stop;
  const std::vector<Matrix> all{{0.5}};
  EXPECT_TRUE(select_greedily(truth, views_of(all), 3, stop.get_token()).has_value());
  stop.request_stop();
  EXPECT_EQ(select_greedily(truth, views_of(all), 3, stop.get_token()), std::nullopt);
}

TEST(GreedySelection, TakesWhatTryingAllCandidatesTakes) {
  for (std::size_t seed = 0; seed < 12; ++seed) {
    RowTruth classes{.labels = {}, .targets = {}, .deviations = {}, .width = 3};
    RowTruth numbers{.labels = {}, .targets = {}, .deviations = {2.0, 0.5}, .width = 2};
    std::vector<Matrix> shares(5);
    std::vector<Matrix> values(5);
    for (std::size_t row = 0; row < 7; ++row) {
      classes.labels.push_back(static_cast<std::uint32_t>((row + seed) % 3));
      for (std::size_t t = 0; t < 2; ++t) {
        numbers.targets.push_back(noise(1000 * seed + 2 * row + t));
      }
      for (std::size_t c = 0; c < 5; ++c) {
        double sum = 0.0;
        for (std::size_t k = 0; k < 3; ++k) {
          sum += 0.05 + noise(seed * 7919 + row * 31 + c * 101 + k);
        }
        for (std::size_t k = 0; k < 3; ++k) {
          shares[c].push_back(((0.05 + noise(seed * 7919 + row * 31 + c * 101 + k)) / sum));
        }
        for (std::size_t t = 0; t < 2; ++t) {
          values[c].push_back((noise(seed * 3 + row * 17 + c * 1009 + t)));
        }
      }
    }
    EXPECT_EQ(select(classes, shares, 9).counts, by_hand(classes, shares, 9)) << seed;
    EXPECT_EQ(select(numbers, values, 9).counts, by_hand(numbers, values, 9)) << seed;
  }
}

TEST(GreedySelection, AveragesCandidatesThatErrOppositely) {
  const RowTruth truth{.labels = {}, .targets = {0.0, 0.0}, .deviations = {1.0}, .width = 1};
  const std::vector<Matrix> all{{0.5, 0.5}, {1.0, -1.0}, {-1.0, 1.0}};
  const GreedySelection selection = select(truth, all, 3);
  EXPECT_NEAR(selection.losses[0], 0.25, 1e-12);
  EXPECT_NEAR(selection.losses[1], 0.25, 1e-12) << "the first again: a partner alone errs more";
  EXPECT_NEAR(selection.losses[2], 2.0 / 9.0, 1e-9) << "of (0.5, 0.5) twice and (1, -1)";
  EXPECT_THAT(selection.counts, ElementsAre(2, 1, 0));
  const std::vector<Matrix> pair{{1.0, -1.0}, {-1.0, 1.0}};
  const GreedySelection both = select(truth, pair, 4);
  EXPECT_THAT(both.counts, ElementsAre(1, 1)) << "the shortest prefix of the least loss";
  EXPECT_EQ(both.losses[1], 0.0);
}

TEST(GreedySelection, TakesTheFirstOfEqualCandidates) {
  const RowTruth truth{.labels = {0, 1}, .targets = {}, .deviations = {}, .width = 2};
  const Matrix same{0.7, 0.3, 0.4, 0.6};
  const GreedySelection selection = select(truth, std::vector{same, same, same}, 5);
  EXPECT_THAT(selection.counts, ElementsAre(1, 0, 0));
  EXPECT_EQ(selection.losses.size(), 5U);
}

// The mean of one network six times errs less by a rounding than that network.
TEST(GreedySelection, TakesNoStepForARounding) {
  const RowTruth truth{.labels = {}, .targets = {0.2, 0.9}, .deviations = {1.0}, .width = 1};
  const std::vector<Matrix> all{{0.8, 0.0}, {0.4, 0.7}};
  EXPECT_THAT(select(truth, all, 8).counts, ElementsAre(0, 1));
}

TEST(GreedySelection, OutlivesAProbabilityOfZero) {
  const RowTruth truth{.labels = {0}, .targets = {}, .deviations = {}, .width = 2};
  const GreedySelection selection = select(truth, std::vector<Matrix>{{0.0, 1.0}}, 2);
  EXPECT_TRUE(std::isfinite(selection.losses[0]));
}

}  // namespace
}  // namespace hpsearch::nn
