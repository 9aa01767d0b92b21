// How the learning rate changes during training.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hpsearch::nn {

// The rate of each update. `rate` is the setting learning_rate; epochs count from 1, and a rate
// given by epoch holds for all updates of that epoch. With a warm-up, updates and epochs count from
// its end (part of an epoch as a whole one), and `the first` is the first after it.
enum class ScheduleKind {
  kConstant,     // rate
  kStep,         // rate * factor^floor((epoch - 1) / every)
  kExponential,  // rate * factor^(epoch - 1)
  kInverseTime,  // rate / (1 + decay * (epoch - 1))
  kCosine,       // along half a cosine from rate at the first update to final * rate at the update
                 // after the last (Loshchilov and Hutter 2017, eq. 5, without restarts)
  kOneCycle,  // along half a cosine from start * rate up to rate, over the fraction `rise` of all
              // updates, then along another down to final * rate (Smith and Topin 2018, in
              // PyTorch's form; the momentum stays constant)
  kPlateau,   // rate * factor^k, where k counts how often the validation loss failed to fall by a
              // relative 1e-4 for more than `patience` epochs in a row
  kCoslog4,   // rate * (1 - cos(2 pi log2(1 + 15 t))) / 2 for the share t of all updates that are
              // done: four cycles, each twice as long as the one before, that start and end at 0
              // (Holzmueller et al. 2024, RealMLP). It rises by itself, so it takes no warm-up
  kFlatCos  // rate for half of the updates, then along half a cosine to final * rate at the update
            // after the last
};

// The keys that a kind takes in `schedule: {type: ..., ...}`, and its word in a sweep file.
struct ScheduleKeys {
  ScheduleKind kind;
  std::string_view word;
  std::string_view required;  // names separated by one space
  std::string_view optional;  // likewise
};

inline constexpr std::array kScheduleKeys{
    ScheduleKeys{ScheduleKind::kConstant, "constant", "", "warmup"},
    ScheduleKeys{ScheduleKind::kStep, "step", "every factor", "warmup"},
    ScheduleKeys{ScheduleKind::kExponential, "exponential", "factor", "warmup"},
    ScheduleKeys{ScheduleKind::kInverseTime, "inverse_time", "decay", "warmup"},
    ScheduleKeys{ScheduleKind::kCosine, "cosine", "", "final warmup"},
    ScheduleKeys{ScheduleKind::kOneCycle, "one_cycle", "", "rise start final"},
    ScheduleKeys{ScheduleKind::kPlateau, "plateau", "", "factor patience warmup"},
    ScheduleKeys{ScheduleKind::kCoslog4, "coslog4", "", ""},
    ScheduleKeys{ScheduleKind::kFlatCos, "flat_cos", "", "final warmup"},
};

constexpr const ScheduleKeys& keys_of(ScheduleKind kind) {
  return *std::find_if(kScheduleKeys.begin(), kScheduleKeys.end(),
                       [kind](const ScheduleKeys& keys) { return keys.kind == kind; });
}

// How dropout or weight decay fades during training: a factor by the share of all updates that are
// done, without regard to a warm-up of the rate.
enum class Fade {
  kConstant,  // 1
  kCosine,    // along half a cosine from 1 at the first update to 0 at the update after the last
  kFlatCos    // 1 for half of the updates, then along half a cosine to 0
};

// The factor for a share in [0, 1].
double fade_at(Fade fade, double share);

// A schedule with its numbers; those of other kinds are ignored.
struct Schedule {
  ScheduleKind kind = ScheduleKind::kConstant;
  int every = 1;        // epochs between two steps
  double factor = 0.1;  // (0, 1]
  double decay = 0.0;   // 0 or more
  double final = 0.0;   // fraction of the rate, [0, 1]
  double rise = 0.3;    // fraction of the updates, (0, 1)
  double start = 0.04;  // fraction of the rate, (0, 1]
  int patience = 10;    // epochs
  double warmup = 0.0;  // epochs over which the rate rises linearly to that of its kind
};

// The rates of one training run, update by update. Not thread-safe.
class LearningRate {
 public:
  // `rate` is the setting learning_rate, `updates` the updates per epoch, `epochs` the epochs of
  // the whole run. Requires both counts > 0.
  LearningRate(const Schedule& schedule, double rate, std::size_t updates, int epochs);

  // The rate of update `update` (from 0) of epoch `epoch` (from 1). Beyond the last epoch, kCosine,
  // kFlatCos and kOneCycle stay at their final rate, and kCoslog4 at 0.
  double at(int epoch, std::size_t update) const;

  // The share of all updates that are done before this one: 0 at the first, 1 beyond the last
  // epoch.
  double share_done(int epoch, std::size_t update) const;

  // Call after each epoch; only kPlateau uses it. A loss that is not finite counts as no
  // improvement.
  void observe(double validation_loss);

 private:
  Schedule schedule_;
  double rate_;
  std::size_t updates_;
  int epochs_;
  double best_;           // lowest validation loss that counted as an improvement
  int waited_ = 0;        // epochs since then, or since the last reduction
  double plateau_ = 1.0;  // factor^k
};

}  // namespace hpsearch::nn
