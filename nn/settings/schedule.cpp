#include "nn/settings/schedule.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace hpsearch::nn {
namespace {

constexpr double kImprovement = 1e-4;  // smallest relative improvement that counts, as in PyTorch

// From `from` at share 0 to `to` at share 1 along half a cosine.
double along_cosine(double from, double to, double share) {
  return to + (from - to) * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
}

// `from` up to share 1/2, then along half a cosine to `to`.
double flat_then_cosine(double from, double to, double share) {
  return along_cosine(from, to, std::fmax(0.0, 2.0 * share - 1.0));
}

// part / whole, at most 1: training may continue beyond the planned epochs. Not a division where
// the whole is 0.
double share(double part, double whole) {
  return part < whole ? part / whole : 1.0;
}

}  // namespace

double fade_at(Fade fade, double share) {
  switch (fade) {
    case Fade::kConstant:
      break;
    case Fade::kCosine:
      return along_cosine(1.0, 0.0, share);
    case Fade::kFlatCos:
      return flat_then_cosine(1.0, 0.0, share);
  }
  return 1.0;
}

LearningRate::LearningRate(const Schedule& schedule, double rate, std::size_t updates, int epochs)
    : schedule_(schedule),
      rate_(rate),
      updates_(updates),
      epochs_(epochs),
      best_(std::numeric_limits<double>::infinity()) {}

double LearningRate::at(int epoch, std::size_t update) const {
  const double n = static_cast<double>(updates_);
  const double done = (epoch - 1) * n + static_cast<double>(update);  // updates
  const double all = static_cast<double>(epochs_) * n;
  const double warmup = schedule_.warmup * n;  // updates
  // Of the updates after the warm-up. A ramp longer than the run leaves nothing to fall over.
  const double after = all > warmup ? share(std::fmax(0.0, done - warmup), all - warmup) : 0.0;
  // Epochs since the warm-up: a schedule starts where the ramp has ended. Multiplied by the ramp it
  // would have fallen before the full rate is reached.
  const double before = std::fmax(0.0, epoch - 1 - std::ceil(schedule_.warmup));
  double rate = rate_;
  switch (schedule_.kind) {
    case ScheduleKind::kConstant:
      break;
    case ScheduleKind::kStep:
      rate *= std::pow(schedule_.factor, std::floor(before / schedule_.every));
      break;
    case ScheduleKind::kExponential:
      rate *= std::pow(schedule_.factor, before);
      break;
    case ScheduleKind::kInverseTime:
      rate /= 1.0 + schedule_.decay * before;
      break;
    case ScheduleKind::kCosine:
      rate *= all > warmup ? along_cosine(1.0, schedule_.final, after) : 1.0;
      break;
    case ScheduleKind::kOneCycle: {
      // The index of the update with the full rate. A run too short to rise starts there.
      const double top = std::fmax(0.0, schedule_.rise * all - 1.0);
      rate *= done <= top ? along_cosine(schedule_.start, 1.0, share(done, top))
                          : along_cosine(1.0, schedule_.final, share(done - top, all - 1.0 - top));
      break;
    }
    case ScheduleKind::kPlateau:
      rate *= plateau_;
      break;
    case ScheduleKind::kCoslog4:
      rate *= 0.5 * (1.0 - std::cos(2.0 * std::numbers::pi * std::log2(1.0 + 15.0 * after)));
      break;
    case ScheduleKind::kFlatCos:
      rate *= flat_then_cosine(1.0, schedule_.final, after);
      break;
  }
  // The first warm-up update already trains, hence done + 1.
  return done + 1.0 < warmup ? rate * (done + 1.0) / warmup : rate;
}

double LearningRate::share_done(int epoch, std::size_t update) const {
  const double n = static_cast<double>(updates_);
  return share((epoch - 1) * n + static_cast<double>(update), static_cast<double>(epochs_) * n);
}

void LearningRate::observe(double validation_loss) {
  if (schedule_.kind != ScheduleKind::kPlateau) {
    return;
  }
  if (validation_loss < best_ * (1.0 - kImprovement)) {
    best_ = validation_loss;
    waited_ = 0;
  } else if (++waited_ > schedule_.patience) {
    plateau_ *= schedule_.factor;
    waited_ = 0;
  }
}

}  // namespace hpsearch::nn
