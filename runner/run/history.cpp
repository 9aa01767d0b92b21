#include "runner/run/history.h"

#include <algorithm>
#include <utility>

namespace hpsearch::runner {

namespace {

search::Observation pending(std::uint64_t number, int stage, search::ParamSet params) {
  return {number, stage, search::TrialState::kRunning, std::move(params), std::nullopt, 0};
}

}  // namespace

void History::add_begun(std::uint64_t number, int stage, search::ParamSet params) {
  begun_.insert_or_assign(number, pending(number, stage, std::move(params)));
}

void History::add_ended(search::Observation trial) {
  const std::uint64_t number = trial.number;
  begun_.erase(number);
  waiting_.emplace(number, std::move(trial));
  for (auto next = waiting_.begin(); next != waiting_.end() && next->first == ended_.size();
       next = waiting_.erase(next)) {
    ended_.push_back(std::move(next->second));
  }
}

void History::add_curves(std::uint64_t number,
                         std::vector<std::vector<search::Curve>> curves,
                         std::vector<double> fold_scores,
                         bool paused) {
  const auto waiting = waiting_.find(number);
  search::Observation& trial = waiting == waiting_.end() ? ended_.at(number) : waiting->second;
  trial.curves = std::move(curves);
  trial.fold_scores = std::move(fold_scores);
  trial.paused = paused;
}

void History::set_margins(std::uint64_t number, std::vector<double> margins) {
  const auto waiting = waiting_.find(number);
  (waiting == waiting_.end() ? ended_.at(number) : waiting->second).margins = std::move(margins);
}

void History::set_promoted(std::uint64_t number, std::uint64_t parent, int rung) {
  const auto waiting = waiting_.find(number);
  search::Observation& trial = waiting == waiting_.end() ? ended_.at(number) : waiting->second;
  trial.continues = parent;
  trial.rung = rung;
}

std::uint64_t History::position(std::uint64_t number) const {
  const auto before = std::lower_bound(enqueued_.begin(), enqueued_.end(), number);
  return number - static_cast<std::uint64_t>(before - enqueued_.begin());
}

search::Known History::known_before(std::uint64_t position) const {
  return {std::span(ended_).first(bound(position)), {}};
}

search::Known History::ended_with_lag(std::uint64_t number, std::uint64_t lag) const {
  return {std::span(ended_).first(number >= lag ? number - lag + 1 : 0), {}};
}

search::Known History::known_with_lag(std::uint64_t number, std::uint64_t lag) {
  const std::uint64_t first = number >= lag ? number - lag + 1 : 0;
  answer_pending_.clear();
  for (std::uint64_t n = first; n < number; ++n) {
    const auto waiting = waiting_.find(n);
    const search::Observation& trial = n < ended_.size()           ? ended_[n]
                                       : waiting != waiting_.end() ? waiting->second
                                                                   : begun_.at(n);
    answer_pending_.push_back(pending(n, trial.stage, trial.params));
  }
  return {std::span(ended_).first(first), answer_pending_};
}

search::Known History::known_now() {
  answer_ended_ = ended_;
  for (const auto& [number, trial] : waiting_) {
    answer_ended_.push_back(trial);
  }
  answer_pending_.clear();
  for (const auto& [number, trial] : begun_) {
    answer_pending_.push_back(trial);
  }
  return {answer_ended_, answer_pending_};
}

std::uint64_t History::bound(std::uint64_t position) const {
  if (position == 0) {
    return 0;
  }
  std::uint64_t number = position - 1;
  for (const std::uint64_t enqueued : enqueued_) {
    if (enqueued > number + 1) {
      break;
    }
    ++number;  // an enqueued trial right after counts as before the position
  }
  return number + 1;
}

}  // namespace hpsearch::runner
