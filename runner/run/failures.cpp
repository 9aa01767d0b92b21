#include "runner/run/failures.h"

#include <utility>

#include <fmt/format.h>

namespace hpsearch::runner {

void Failures::launched(const Launch& launch) {
  const std::uint64_t number = launch.start.number;
  const auto attempts = attempts_.find(number);
  if (retry_ > (attempts == attempts_.end() ? 0 : attempts->second)) {
    running_.insert_or_assign(number, launch);
  } else {
    running_.erase(number);
  }
}

bool Failures::try_again(std::uint64_t number) {
  auto launch = running_.extract(number);
  if (launch.empty()) {
    return false;
  }
  ++attempts_[number];
  waiting_.push_back(std::move(launch.mapped()));
  ++waiting_.back().start.attempt;
  return true;
}

std::optional<Launch> Failures::next() {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  Launch launch = std::move(waiting_.front());
  waiting_.pop_front();
  return launch;
}

bool Failures::is_broken(search::TrialState state, double seconds) {
  constexpr int kFailures = 3;
  constexpr double kSeconds = 60.0;
  const bool failed = state == search::TrialState::kFailed;
  failed_ += failed ? 1 : 0;
  succeeded_ = succeeded_ || !failed;
  return program_ && !succeeded_ && failed_ >= kFailures && seconds < kSeconds;
}

std::string Failures::text(std::uint64_t trial, const std::string& reason, bool again) {
  return fmt::format("trial {} failed{}: {}", trial, again ? ", and is tried again" : "",
                     line(reason));
}

std::string Failures::line(const std::string& reason) {
  const std::size_t last = reason.rfind('\n');
  return reason.substr(0, reason.find('\n')) +
         (last == std::string::npos ? "" : "; " + reason.substr(last + 1));
}

}  // namespace hpsearch::runner
