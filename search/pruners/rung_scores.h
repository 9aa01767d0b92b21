// The scores of known trials at the iterations where pruners compare them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "search/sweep/observation.h"

namespace hpsearch::search {

// Ascending. Shared with the rules that compare with them: whoever adds a score copies them first.
using SortedScores = std::shared_ptr<const std::vector<double>>;

// Which iterations: given ones, or all of them.
class Rungs {
 public:
  // Ascending, each once, at least 1.
  static Rungs at(std::vector<std::int64_t> iterations) { return Rungs(std::move(iterations), 0); }
  // 1, 1 + step, 1 + 2 step, ... after the first `skipped`.
  static Rungs every(std::int64_t step, std::int64_t skipped) {
    Rungs rungs({}, step);
    rungs.skipped_ = skipped;
    return rungs;
  }

  // How many of them a curve of so many iterations has reached.
  std::size_t reached(std::size_t iterations) const;
  // The iteration of rung `index`.
  std::int64_t iteration(std::size_t index) const;

 private:
  Rungs(std::vector<std::int64_t> iterations, std::int64_t step)
      : iterations_(std::move(iterations)), step_(step) {}

  std::vector<std::int64_t> iterations_;
  std::int64_t step_;  // 0: the given ones
  std::int64_t skipped_ = 0;
};

// Collects them for each stage and fold. A cache: known trials only grow in number, so those with
// the same count up to the same number are the same, and only new ones are looked at.
class RungScores {
 public:
  // `counts`: the trials that others are compared with; empty: all.
  RungScores(Rungs rungs, std::size_t watch, std::function<bool(const Observation&)> counts = {});

  // By rung; shorter where no trial has reached the later ones.
  const std::vector<SortedScores>& at(const Known& known, int stage, int fold);

  const Rungs& rungs() const { return rungs_; }

 private:
  void take_in(const Observation& trial);

  Rungs rungs_;
  std::size_t watch_;
  std::function<bool(const Observation&)> counts_;
  std::map<std::pair<int, int>, std::vector<SortedScores>> scores_;
  std::size_t taken_ = 0;  // of known.ended, the last of which has this number:
  std::uint64_t last_ = 0;
};

// How many scores are better than this one.
std::int64_t count_better(const SortedScores& scores, double score);

}  // namespace hpsearch::search
