// Which paused trial goes on, by algorithm 2 of the paper in plain loops.
#include "search/pruners/asha_pruner.h"

#include <algorithm>
#include <optional>
#include <set>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "tests/search/pruners/pruner_support.h"

namespace hpsearch::search {
namespace {

constexpr int kEta = 3;
const std::vector<std::size_t> kRungs{2, 6, 18};

// A trial that was promoted `rung` times, with a curve of constant `score`. Where its curve does
// not reach the rung it has diverged before.
Observation paused(std::uint64_t number, int rung, double score, bool came = true) {
  Observation trial =
      test::ended(number, Curve(came ? kRungs[static_cast<std::size_t>(rung)] : 1, score));
  trial.state = came ? TrialState::kPruned : TrialState::kDiverged;
  trial.paused = came;
  trial.rung = rung;
  return trial;
}

std::optional<std::uint64_t> by_loops(const std::vector<Observation>& known,
                                      const std::set<std::uint64_t>& promoted) {
  for (int rung = static_cast<int>(kRungs.size()) - 1; rung >= 0; --rung) {
    std::vector<const Observation*> there;
    for (const Observation& trial : known) {
      if (trial.rung == rung && trial.paused) {
        there.push_back(&trial);
      }
    }
    std::stable_sort(there.begin(), there.end(), [](const auto* a, const auto* b) {
      return a->curves[0][0].back() < b->curves[0][0].back();
    });
    there.resize(there.size() / kEta);
    for (const Observation* trial : there) {
      if (!promoted.contains(trial->number)) {
        return trial->number;
      }
    }
  }
  return std::nullopt;
}

TEST(Asha, PromotesTheBestThirdOfEachRung) {
  const auto pruner =
      test::make("asha", {{"mode", std::string("promote")}, {"min_iter", std::int64_t{2}}});
  EXPECT_TRUE(pruner->promotes());
  EXPECT_FALSE(test::make("asha")->promotes());
  nn::Stream random(2, nn::Purpose::kSample);
  std::vector<Observation> known;
  std::set<std::uint64_t> promoted;
  int promotions = 0;
  for (std::uint64_t number = 0; number < 400; ++number) {
    const auto promotion = pruner->promotion({known, {}}, promoted);
    const auto expected = by_loops(known, promoted);
    ASSERT_EQ(promotion.has_value(), expected.has_value()) << number;
    if (!promotion) {
      known.push_back(
          paused(number, 0, static_cast<double>(random.below(50)), random.uniform() < 0.9));
      continue;
    }
    ASSERT_EQ(promotion->trial, *expected) << number;
    EXPECT_EQ(promotion->rung, known[*expected].rung + 1);
    promoted.insert(*expected);
    ++promotions;
    if (promotion->rung < 3) {
      known.push_back(paused(number, promotion->rung, static_cast<double>(random.below(50))));
    } else {
      known.push_back(test::ended(number, Curve(27, 1.0)));
      known.back().rung = 3;
    }
  }
  EXPECT_GT(promotions, 100);
}

TEST(Asha, PausesATrialAtItsRung) {
  const auto pruner =
      test::make("asha", {{"mode", std::string("promote")}, {"min_iter", std::int64_t{2}}});
  for (int rung = 0; rung < 3; ++rung) {
    const auto rule = pruner->rule({}, {.trial = 0, .epochs = 27, .rung = rung});
    for (std::size_t epoch = 1; epoch < 27; ++epoch) {
      const auto judgement = test::judge(rule, Curve(epoch, 0.5));
      EXPECT_EQ(judgement.has_value(), epoch == kRungs[static_cast<std::size_t>(rung)]);
      EXPECT_TRUE(!judgement || (judgement->pruned && judgement->paused));
    }
  }
}

}  // namespace
}  // namespace hpsearch::search
