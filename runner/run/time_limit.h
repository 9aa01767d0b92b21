// A stop token that fires when its time is up.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace hpsearch::runner {

// Asks for a stop when the time is over, and when `stop` does. Without a time it is `stop`.
class TimeLimit {
 public:
  TimeLimit(std::optional<double> seconds, const std::stop_token& stop);

  const std::stop_token& token() const { return token_; }
  // The time is over, and no other stop had been asked for.
  bool is_over() const { return over_; }

 private:
  using Forward = std::stop_callback<std::function<void()>>;

  std::stop_source source_;
  std::stop_token token_;
  std::optional<Forward> forward_;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread clock_;  // the last member: it ends before the others do
};

}  // namespace hpsearch::runner
