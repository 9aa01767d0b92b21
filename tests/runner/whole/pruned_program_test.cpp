// W&B's hyperband over a Python program stops what a simulation of the rule stops.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

constexpr int kTrials = 25;
constexpr int kEpochs = 12;
constexpr int kLag = 3;  // parallel.workers of the file

// What the program below reports after epoch e.
double value(double x, int e) {
  return std::floor(1000.0 * std::abs(std::sin(37.0 * x * e + x))) + 10.0 * x * e;
}

constexpr char kScript[] = R"(
import json, math, sys

x = float(dict(word[2:].split("=") for word in sys.argv[1:])["x"])
for e in range(1, 13):
    if e == 3:
        print(json.dumps({"v": math.nan}))
    v = math.floor(1000.0 * abs(math.sin(37.0 * x * e + x))) + 10.0 * x * e
    print(json.dumps({"v": v}), flush=True)
)";

// The rule in plain loops, values to be maximised: bands 2, 4, 8, 16, ...; at the largest band that
// it has reached a trial is compared with the trials before t - W + 1, and with itself. Returns the
// values that each trial has reported when it ends.
std::vector<std::size_t> simulate(const std::vector<double>& xs) {
  std::vector<std::vector<double>> curves;
  std::vector<std::size_t> lengths;
  for (std::size_t t = 0; t < xs.size(); ++t) {
    std::vector<double> own;
    for (int e = 1; e <= kEpochs; ++e) {
      own.push_back(-value(xs[t], e));
      std::size_t band = 0;
      for (std::size_t b = 2; b <= own.size(); b *= 2) {
        band = b;
      }
      if (band == 0) {
        continue;
      }
      std::vector<double> there{own[band - 1]};
      for (std::size_t i = 0; i + kLag <= t; ++i) {
        if (curves[i].size() >= band) {
          there.push_back(curves[i][band - 1]);
        }
      }
      std::sort(there.begin(), there.end());
      const auto index = static_cast<std::size_t>(0.5 * static_cast<double>(there.size()));
      if (own[band - 1] > there[index]) {
        break;
      }
    }
    lengths.push_back(own.size());
    curves.push_back(own);
  }
  return lengths;
}

TEST(PrunedProgram, StopsWhatTheRuleStops) {
  if (!std::filesystem::exists("/usr/bin/python3")) {
    GTEST_SKIP() << "/usr/bin/python3 is not installed";
  }
  const RunFolder folder(
      "name: s\nprogram: p.py\ncommand: [/usr/bin/python3, \"${program}\", \"${args}\"]\n"
      "metric: {name: v, goal: maximize}\nrun_cap: 25\nparallel: {workers: 3}\n"
      "early_terminate: {type: hyperband, min_iter: 2, eta: 2}\n"
      "parameters: {x: {min: 0.0, max: 1.0}}\n");
  folder.write("p.py", kScript);
  std::vector<std::string> outcomes;
  for (const std::string workers : {"1", "3"}) {
    const std::string name = workers + ".db";
    const auto run = folder.run({"--workers", workers, "--db", name});
    ASSERT_EQ(run.code, 0) << run.err;
    const auto ask = [&](const std::string& sql) { return test::query(folder.path() / name, sql); };
    std::vector<double> xs;
    for (int t = 0; t < kTrials; ++t) {
      xs.push_back(
          std::stod(ask(fmt::format("SELECT printf('%.17g', p.value) FROM params p JOIN "
                                    "trials t USING (trial_id) WHERE t.number = {}",
                                    t))));
    }
    const auto lengths = simulate(xs);
    int pruned = 0;
    for (std::size_t t = 0; t < lengths.size(); ++t) {
      const bool stopped = lengths[t] < kEpochs || ask(fmt::format("SELECT state FROM trials WHERE "
                                                                   "number = {}",
                                                                   t)) == "pruned";
      pruned += stopped ? 1 : 0;
      EXPECT_EQ(ask(fmt::format("SELECT count(*) FROM metrics m JOIN trials t USING (trial_id) "
                                "WHERE t.number = {} AND m.name = 'v'",
                                t)),
                std::to_string(lengths[t]))
          << "trial " << t << ", " << workers << " workers";
      EXPECT_EQ(ask(fmt::format("SELECT state FROM trials WHERE number = {}", t)),
                lengths[t] < kEpochs ? "pruned" : "complete")
          << "trial " << t << ", " << workers << " workers";
    }
    EXPECT_GT(pruned, 5);
    EXPECT_LT(pruned, kTrials - 5);
    outcomes.push_back(ask("SELECT group_concat(number || state || value) FROM trials"));
  }
  EXPECT_EQ(outcomes[0], outcomes[1]);
}

}  // namespace
}  // namespace hpsearch::runner
