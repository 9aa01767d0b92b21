// Every pruner against what its source decided, and against plain loops.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/pruners/bracket_pruner.h"
#include "search/pruners/halving_pruner.h"
#include "search/pruners/percentile_pruner.h"
#include "search/pruners/pruner.h"
#include "tests/search/pruners/pruner_support.h"

namespace hpsearch::search {
namespace {

using test::ended;
using test::judge;
using test::make;
using test::play;
using test::prunes;
using ::testing::ElementsAre;

// Twelve trials of nine epochs whose value is a / epoch, one after another, as Optuna 5 pruned
// them.
std::vector<Curve> golden_curves() {
  std::vector<Curve> curves;
  for (const double a :
       {0.07630828937395717, 0.7799187922401146, 0.4384092314408935, 0.7234651778309412,
        0.9779895119966027, 0.5384958704104337, 0.5011204636599379, 0.07205113335976154,
        0.26843898010187117, 0.49988250082555996, 0.6792299961209405, 0.8037390361043755}) {
    Curve& curve = curves.emplace_back();
    for (int epoch = 1; epoch <= 9; ++epoch) {
      curve.push_back(a / epoch);
    }
  }
  return curves;
}

TEST(Pruners, DecideAsOptunaDoes) {
  const auto median =
      make("median", {{"min_trials", std::int64_t{1}}, {"warmup_epochs", std::int64_t{0}}});
  const auto curves = golden_curves();
  EXPECT_THAT(play(*median, curves, 1, 5), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1));
  const auto halving = make("successive_halving", {{"min_iter", std::int64_t{1}}, {"eta", 3.0}});
  EXPECT_THAT(play(*halving, curves, 1), ElementsAre(0, 1, 1, 1, 1, 1, 1, 0, 3, 1, 1, 1));
  const auto asha = make("asha", {{"min_iter", std::int64_t{1}}, {"eta", 3.0}});
  EXPECT_EQ(play(*asha, curves, 1), play(*halving, curves, 1)) << "the rule of mode: stop";
}

TEST(Hyperband, HasOptunasBrackets) {
  EXPECT_EQ(most_brackets(1, 27, 3.0), 4);
  EXPECT_EQ(most_brackets(1, 81, 3.0), 5);
  EXPECT_EQ(most_brackets(1, 100, 3.0), 5);
  EXPECT_EQ(most_brackets(2, 50, 4.0), 3);
  EXPECT_THAT(bracket_weights(4, 3.0), ElementsAre(27, 12, 6, 4));
  EXPECT_THAT(bracket_weights(5, 3.0), ElementsAre(81, 34, 15, 8, 5));
  EXPECT_THAT(bracket_weights(3, 4.0), ElementsAre(16, 6, 3));
  // Of the study "demo", whose draws are zlib.crc32(b"demo_0"), ...
  std::vector<int> four;
  std::vector<int> five;
  for (const std::uint64_t crc :
       {3796420134U, 2505045680U, 205956874U,  2067896220U, 3844407871U, 2451714729U, 187392787U,
        2083279749U, 3969076756U, 2610200194U, 1060053851U, 1210586061U, 3508617847U, 2787537633U,
        943908674U,  1329977300U, 3595339374U, 2706093816U, 838118249U,  1190370303U}) {
    four.push_back(bracket_at(crc, {27, 12, 6, 4}));
    five.push_back(bracket_at(crc, {81, 34, 15, 8, 5}));
  }
  EXPECT_THAT(four, ElementsAre(3, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 3, 2, 0, 0, 2, 3, 0, 0, 0));
  EXPECT_THAT(five, ElementsAre(0, 3, 2, 1, 0, 0, 0, 2, 0, 0, 4, 1, 0, 0, 3, 0, 0, 4, 1, 2));
}

TEST(Hyperband, DrawsEachBracketAsOftenAsItsWeight) {
  std::map<int, int> drawn;
  for (std::uint64_t trial = 0; trial < 4900; ++trial) {
    ++drawn[bracket_at(bracket_draw(5, trial), {27, 12, 6, 4})];
  }
  EXPECT_NEAR(drawn[0], 2700, 150);
  EXPECT_NEAR(drawn[1], 1200, 120);
  EXPECT_NEAR(drawn[2], 600, 90);
  EXPECT_NEAR(drawn[3], 400, 75);
}

// A bracket's trials alone are what successive halving makes of them.
TEST(Hyperband, IsSuccessiveHalvingInEachBracket) {
  const auto curves = test::drawn_curves(3, 120, 27);
  const auto pruner =
      make("hyperband", {{"min_iter", std::int64_t{1}}, {"brackets", std::int64_t{4}}});
  const std::vector<int> stopped = play(*pruner, curves, 1);
  const auto weights = bracket_weights(4, 3.0);
  for (int bracket = 0; bracket < 4; ++bracket) {
    std::vector<Curve> own;
    std::vector<int> expected;
    for (std::size_t t = 0; t < curves.size(); ++t) {
      if (bracket_at(bracket_draw(1, t), weights) == bracket) {
        own.push_back(curves[t]);
        expected.push_back(stopped[t]);
      }
    }
    const std::int64_t first[] = {1, 3, 9, 27};
    const auto alone = make("successive_halving", {{"min_iter", first[bracket]}, {"eta", 3.0}});
    EXPECT_EQ(play(*alone, own, 1), expected) << bracket;
    EXPECT_GT(own.size(), 4U);
  }
}

// The same decisions by plain loops over the curves of the trials so far, as they came.
using Decides = std::function<bool(
    const std::vector<Curve>& others, const std::vector<bool>& complete, const Curve& own)>;

std::vector<int> by_loops(const std::vector<Curve>& curves,
                          std::size_t lag,
                          const Decides& decides) {
  std::vector<int> stopped;
  std::vector<Curve> known;
  std::vector<bool> complete;
  for (std::size_t t = 0; t < curves.size(); ++t) {
    const std::size_t settled = t >= lag ? t - lag + 1 : 0;
    const std::vector<Curve> others(known.begin(),
                                    known.begin() + static_cast<std::ptrdiff_t>(settled));
    Curve own;
    int stop = 0;
    for (std::size_t e = 0; e < curves[t].size() && stop == 0; ++e) {
      own.push_back(curves[t][e]);
      stop =
          e + 1 < curves[t].size() && decides(others, complete, own) ? static_cast<int>(e + 1) : 0;
    }
    stopped.push_back(stop);
    known.push_back(own);
    complete.push_back(stop == 0);
  }
  return stopped;
}

Decides halving_loops(std::vector<std::size_t> rungs, int eta) {
  return [=](const std::vector<Curve>& others, const std::vector<bool>&, const Curve& own) {
    if (std::find(rungs.begin(), rungs.end(), own.size()) == rungs.end()) {
      return false;
    }
    std::vector<double> there{own.back()};
    for (const Curve& other : others) {
      if (other.size() >= own.size()) {
        there.push_back(other[own.size() - 1]);
      }
    }
    std::sort(there.begin(), there.end());
    const auto kept = std::max<std::ptrdiff_t>(std::ssize(there) / eta, 1);
    return own.back() > there[static_cast<std::size_t>(kept - 1)];
  };
}

Decides percentile_loops(double percent,
                         std::size_t skipped,
                         std::size_t interval,
                         std::size_t min_trials) {
  return
      [=](const std::vector<Curve>& others, const std::vector<bool>& complete, const Curve& own) {
        if (own.size() <= skipped || (own.size() - skipped - 1) % interval != 0) {
          return false;
        }
        std::vector<double> there;
        for (std::size_t i = 0; i < others.size(); ++i) {
          if (complete[i]) {
            there.push_back(others[i][own.size() - 1]);
          }
        }
        if (there.size() < min_trials) {
          return false;
        }
        std::sort(there.begin(), there.end());
        // numpy.percentile(): linear between the neighbours.
        const double place = percent / 100.0 * static_cast<double>(there.size() - 1);
        const auto low = static_cast<std::size_t>(place);
        const auto high = std::min(low + 1, there.size() - 1);
        const double limit =
            there[low] + (there[high] - there[low]) * (place - static_cast<double>(low));
        return *std::min_element(own.begin(), own.end()) > limit;
      };
}

struct LoopCase {
  std::string type;
  PrunerOptions options;
  Decides loops;
};

TEST(Pruners, StopWhatPlainLoopsStop) {
  const std::vector<LoopCase> cases{
      {"successive_halving", {}, halving_loops({1, 4, 16}, 4)},
      {"successive_halving",
       {{"min_iter", std::int64_t{2}}, {"eta", 2.0}},
       halving_loops({2, 4, 8, 16}, 2)},
      {"asha", {}, halving_loops({1, 3, 9, 27}, 3)},
      {"median", {}, percentile_loops(50.0, 1, 1, 3)},
      {"median",
       {{"interval", std::int64_t{3}}, {"warmup_epochs", std::int64_t{4}}},
       percentile_loops(50.0, 4, 3, 3)},
      {"percentile", {}, percentile_loops(25.0, 1, 1, 3)},
      {"percentile",
       {{"percentile", 70.0}, {"min_trials", std::int64_t{5}}},
       percentile_loops(70.0, 1, 1, 5)},
      {"patience",
       {{"patience", std::int64_t{4}}, {"min_delta", 0.05}},
       [](const auto&, const auto&, const Curve& own) {
         if (own.size() < 5) {
           return false;
         }
         const double before = *std::min_element(own.begin(), own.end() - 4);
         return std::none_of(own.end() - 4, own.end(),
                             [&](double score) { return score < before - 0.05; });
       }},
      {"threshold",
       {{"upper", 1.1}, {"lower", 0.2}},
       [](const auto&, const auto&, const Curve& own) {
         return own.back() > 1.1 || own.back() < 0.2;
       }},
  };
  for (const LoopCase& one : cases) {
    int stops = 0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto curves = test::drawn_curves(seed, 60, 28);
      const auto pruner = make(one.type, one.options);
      const auto stopped = play(*pruner, curves, 1 + seed % 5);
      EXPECT_EQ(stopped, by_loops(curves, 1 + seed % 5, one.loops)) << one.type << " " << seed;
      stops += static_cast<int>(
          std::count_if(stopped.begin(), stopped.end(), [](int epoch) { return epoch > 0; }));
    }
    EXPECT_GT(stops, 50) << one.type << ": else it shows nothing";
  }
}

// What holds for every row of the table.
class EachPruner : public ::testing::TestWithParam<std::string> {
 protected:
  static PrunerOptions options() {
    if (GetParam() == "hyperband") {
      return {{"min_iter", std::int64_t{1}}};
    }
    if (GetParam() == "threshold") {
      return {{"upper", 1.2}};
    }
    return {};
  }
};

// A cache must not show: with more trials, with fewer, and with one that was missing.
TEST_P(EachPruner, AnswersAsOneThatWasJustMade) {
  const auto curves = test::drawn_curves(4, 30, 9);
  std::vector<Observation> all;
  for (std::size_t t = 0; t < curves.size(); ++t) {
    all.push_back(ended(t, curves[t]));
  }
  const auto used = make(GetParam(), options());
  for (const auto& [missing, count] :
       {std::pair(99U, 3U), {99U, 8U}, {6U, 20U}, {99U, 20U}, {2U, 5U}, {99U, 30U}, {99U, 1U}}) {
    std::vector<Observation> known(all.begin(), all.begin() + count);
    std::erase_if(known, [&](const Observation& trial) { return trial.number == missing; });
    const Contender contender{.trial = 40, .stage = 0, .epochs = 12};
    const auto rule = used->rule({known, {}}, contender);
    const auto fresh = make(GetParam(), options())->rule({known, {}}, contender);
    for (const Curve& curve : test::drawn_curves(9, 20, 9)) {
      for (std::size_t n = 1; n <= curve.size(); ++n) {
        const Curve own(curve.begin(), curve.begin() + static_cast<std::ptrdiff_t>(n));
        EXPECT_EQ(judge(rule, own), judge(fresh, own));
      }
    }
  }
}

TEST_P(EachPruner, ComparesWithinAStageAndAFold) {
  std::vector<Observation> others;
  for (std::uint64_t i = 0; i < 9; ++i) {
    others.push_back(ended(i, Curve(12, 0.0), 1));
    others.back().curves.push_back({Curve(12, 0.5)});
  }
  const auto pruner = make(GetParam(), options());
  const auto verdicts = [&](int stage, int fold) {
    std::vector<bool> found;
    for (const double score : {0.25, 0.75}) {
      const auto rule =
          pruner->rule({others, {}}, {.trial = 20, .stage = stage, .epochs = 13, .fold = fold});
      bool pruned = false;
      for (std::size_t n = 1; n <= 12; ++n) {
        Curve own;
        for (std::size_t e = 0; e < n; ++e) {
          own.push_back(score - 0.001 * static_cast<double>(e));  // it improves: patience waits
        }
        pruned = pruned || prunes(rule, own);
      }
      found.push_back(pruned);
    }
    return found;
  };
  const std::set<std::string> compare{"hyperband", "median", "percentile", "successive_halving",
                                      "asha"};
  EXPECT_THAT(verdicts(0, 0), ElementsAre(false, false)) << "there is none to compare with";
  if (compare.contains(GetParam())) {
    EXPECT_THAT(verdicts(1, 0), ElementsAre(true, true));
    EXPECT_THAT(verdicts(1, 1), ElementsAre(false, true));
  }
}

TEST_P(EachPruner, HasRungsBelowTheLastEpochAndSaysWhatItDoes) {
  const PrunerInfo& info = *find_pruner(GetParam());
  const auto all = test::options_of(GetParam(), options());
  for (const std::int64_t epochs : {1, 2, 10, 30}) {
    const auto rungs = info.rungs(all, epochs);
    EXPECT_TRUE(std::is_sorted(rungs.begin(), rungs.end()));
    EXPECT_TRUE(std::all_of(rungs.begin(), rungs.end(),
                            [&](std::int64_t rung) { return rung >= 1 && rung < epochs; }));
    if (info.trained != nullptr) {
      const double share = info.trained(all, epochs);
      EXPECT_GT(share, 0.0);
      EXPECT_LE(share, 1.0);
    }
  }
  EXPECT_FALSE(info.terms(all).empty());
  EXPECT_FALSE(info.meaning.empty());
  for (const PrunerOption& option : info.options) {
    EXPECT_FALSE(option.meaning.empty()) << option.name;
  }
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const PrunerInfo& row : pruner_table()) {
    all.emplace_back(row.name);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Table, EachPruner, ::testing::ValuesIn(names()), [](const auto& row) {
  return row.param;
});

TEST(Pruners, CountWhatTrialsTrain) {
  // 9 trials of 9 epochs with rungs at 1 and 3: 9 + 3 * 2 + 1 * 6 of 81.
  const auto asha = test::options_of("asha", {});
  EXPECT_NEAR(find_pruner("asha")->trained(asha, 9), 21.0 / 81.0, 1e-12);
}

TEST(Threshold, EndsATrialWhoseValueIsNoNumber) {
  const auto rule = make("threshold", {{"upper", 1.0}})->rule({}, {});
  const Curve own{0.5};
  EXPECT_FALSE(rule({own, true}));
  EXPECT_TRUE(rule({own, false})->pruned);
  EXPECT_EQ(rule({own, false})->text, "its val_loss is not a finite number");
  // Bounds are of the metric, whatever its direction.
  const auto accuracy = make("threshold", {{"lower", 0.2}}, test::kAccuracy)->rule({}, {});
  EXPECT_TRUE(prunes(accuracy, {-0.1}));
  EXPECT_FALSE(prunes(accuracy, {-0.3}));
}

}  // namespace
}  // namespace hpsearch::search
