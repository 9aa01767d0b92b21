#include "runner/run/joined_run.h"

#include <chrono>
#include <thread>

namespace hpsearch::runner {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(10);
constexpr auto kPauseWithServer = std::chrono::milliseconds(100);  // which many others ask as well
constexpr auto kMoment = std::chrono::seconds(2);
// The head start of the process that has the winner's weights. Too short a one costs its training.
constexpr auto kHeadStart = std::chrono::milliseconds(500);
// Whoever has the turn for longer ends the sweep, and is there to say how it stands.
constexpr auto kPatience = std::chrono::milliseconds(500);

}  // namespace

bool JoinedRun::pause(Clock::time_point since) {
  if (!said_ && Clock::now() - since > kMoment) {
    said_ = true;
    printer_.line("another process is about to begin or to end this sweep; waiting for it");
  }
  std::this_thread::sleep_for(claims_->has_lease() ? kPauseWithServer : kPause);
  return !interrupt_.stop_requested();
}

bool JoinedRun::wait_for_turn() {
  const auto begin = Clock::now();
  while (!claims_->try_turn()) {
    if (!pause(begin)) {
      return false;
    }
  }
  return true;
}

void JoinedRun::begin() {
  claims_->say_begun();
  claims_->end_turn();
}

JoinedRun::End JoinedRun::wait_for_end(bool has_weights) {
  claims_->give_back(
      "stopped");  // nothing is trained here any more: others wait for no row of ours
  const auto begin = Clock::now();
  const auto first = begin + (has_weights ? Clock::duration::zero() : kHeadStart);
  while (!claims_->is_over() && (Clock::now() < first || !claims_->try_turn())) {
    if (!pause(begin)) {
      return End::kStopped;
    }
  }
  // Whoever had the turn before may have ended the sweep.
  if (claims_->is_over()) {
    claims_->end_turn();
    return End::kElsewhere;
  }
  // Others may train trials that count no more, and are about to stop them.
  while (!claims_->try_close() || claims_->others_train()) {
    if (!pause(begin)) {
      claims_->end_turn();
      return End::kStopped;
    }
  }
  return End::kHere;
}

bool JoinedRun::leave(const std::string& reason) {
  const auto deadline = Clock::now() + kPatience;
  bool turn = claims_->try_turn();
  while (!turn && Clock::now() < deadline) {
    std::this_thread::sleep_for(kPause);
    turn = claims_->try_turn();
  }
  if (turn && !claims_->others_have_begun()) {
    return true;
  }
  claims_->give_back(reason);
  claims_.reset();  // its turn, and that it trains, end at the same moment
  return false;
}

}  // namespace hpsearch::runner
