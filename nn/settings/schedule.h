// How the learning rate changes while a network trains.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hpsearch::nn {

// In the order of `schedule`'s names in the table of settings. `rate` is the learning rate, epochs
// count from 1; what is said of epochs holds for each of their updates.
enum class ScheduleKind {
  kConstant,     // rate
  kStep,         // rate * factor^floor((epoch - 1) / every)
  kExponential,  // rate * factor^(epoch - 1)
  kInverseTime,  // rate / (1 + decay * (epoch - 1))
  kCosine,       // from rate towards final * rate, where the update after the last would be, along
                 // half a cosine (Loshchilov and Hutter 2017, without restarts)
  kOneCycle,     // from start * rate up to rate over the share `rise` of all updates, then down to
                 // final * rate, both along half a cosine (Smith and Topin 2018, as PyTorch has it;
                 // the momentum stays)
  kPlateau  // rate * factor^k, with k the number of times that the validation loss did not fall
            // by a ten-thousandth for more than `patience` epochs
};

// What a kind takes: the keys of `schedule: {type: ..., ...}`.
struct ScheduleKeys {
  std::string_view kind;
  std::string_view required;  // separated by one space
  std::string_view optional;
};

inline constexpr std::array kScheduleKeys{
    ScheduleKeys{"constant", "", "warmup"},
    ScheduleKeys{"step", "every factor", "warmup"},
    ScheduleKeys{"exponential", "factor", "warmup"},
    ScheduleKeys{"inverse_time", "decay", "warmup"},
    ScheduleKeys{"cosine", "", "final warmup"},
    ScheduleKeys{"one_cycle", "", "rise start final"},
    ScheduleKeys{"plateau", "", "factor patience warmup"},
};

struct Schedule {
  ScheduleKind kind = ScheduleKind::kConstant;
  int every = 1;
  double factor = 0.1;
  double decay = 0.0;
  double final = 0.0;
  double rise = 0.3;
  double start = 0.04;
  int patience = 10;
  double warmup = 0.0;  // epochs over which the rate grows linearly to what the kind says
};

// The rates of one training, update by update.
class LearningRate {
 public:
  // `rate` is the setting's; an epoch has `updates` of them, the training `epochs` epochs.
  LearningRate(const Schedule& schedule, double rate, std::size_t updates, int epochs);

  // Of update `update` (from 0) of epoch `epoch` (from 1).
  double at(int epoch, std::size_t update) const;

  // After each epoch: a plateau is seen here. A loss that is not finite is no improvement.
  void observe(double validation_loss);

 private:
  Schedule schedule_;
  double rate_;
  std::size_t updates_;
  int epochs_;
  double best_;
  int waited_ = 0;
  double plateau_ = 1.0;  // factor^k
};

}  // namespace hpsearch::nn
