// What the several trainings of the best trials say of them: replicates (`repeats`) or folds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/queries.h"

namespace hpsearch::reports {

// The first trial of the leaderboard against the second.
struct Duel {
  std::uint64_t first = 0;  // the trials' numbers
  std::uint64_t second = 0;
  double probability = 0.5;     // that the first one's mean is the better one
  double difference = 0.0;      // of the means; above 0 where the first is better
  double standard_error = 0.0;  // of the difference
  std::int64_t trainings = 0;   // behind each mean, or pairs of them
  bool paired = false;          // trainings of the same fold, or with the same seed, were compared
  bool in_folds = false;
};

// See statistics/duel.h for the probability. Pairs the trainings where both trials have the same
// folds or the same seeds. Empty unless both have at least two values.
std::optional<Duel> read_duel(storage::Queries& queries,
                              const storage::SweepRow& sweep,
                              const storage::LeaderboardRow& first,
                              const storage::LeaderboardRow& second);

// From here on the first trial counts as better.
inline constexpr double kSureProbability = 0.95;

// "rank 1 beats rank 2 (trial 7) with probability 0.71: too close to call; repeat with repeats:
// {seeds: 12, top: 2}".
std::string to_text(const Duel& duel);

// A JSON object: first, second, probability, difference, standard_error, trainings, paired, text.
std::string to_json(const Duel& duel);

// "3 seeds", "5 folds".
std::string trainings_text(std::int64_t trainings, bool in_folds);

}  // namespace hpsearch::reports
