// A pruner's verdict on a training at one iteration.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hpsearch::search {

struct Judgement {
  bool pruned = false;         // false: the training goes on
  std::string pruner;          // as `early_terminate.type` names it
  std::int64_t iteration = 0;  // at which the training was judged; by folds: their number
  double value = 0.0;          // what was judged: of the metric, or the statistic of a test
  std::optional<double> threshold = {};  // what it was compared with
  std::int64_t rank = 0;                 // among `of`, the training itself included; 0: no rank
  std::int64_t of = 0;
  std::string text = {};  // why, for people; of what is pruned
  int fold = 0;           // of a trial in folds: whose training was judged
  bool paused = false;    // the training may go on later, as another trial

  bool operator==(const Judgement&) const = default;
};

// How the text of a judgement begins that pauses a training: what is stored of a paused trial.
inline constexpr std::string_view kPausedReason = "paused at rung ";

// The scores of a training so far, lower is better. An iteration is a finite score: its number is
// the count of these, whatever the numbers of their epochs.
struct OwnScores {
  std::span<const double> finite;  // in the order of the epochs
  bool now = true;  // the last epoch has added to them; false: its score is not finite
};

// Judges one training, after each of its epochs as long as it would go on; empty where the pruner
// does not judge. A pure function of the scores: what they are compared with was fixed at the
// trial's launch. Thread-safe.
using PruneRule = std::function<std::optional<Judgement>(const OwnScores& own)>;

// Judges a trial in folds by the scores of its first folds that have ended.
using FoldRule = std::function<std::optional<Judgement>(std::span<const double> folds)>;

// Both numbers in six digits, or in all where these do not tell the two apart.
std::pair<std::string, std::string> different_texts(double a, double b);

}  // namespace hpsearch::search
