// Tells when a stop has gone unanswered for longer than a person should wait.
#pragma once

#include <chrono>
#include <optional>

namespace hpsearch::runner {

// For one thread.
class Patience {
 public:
  explicit Patience(std::chrono::milliseconds limit) : limit_(limit) {}

  // To be asked again and again. True from `limit` after the first time that a stop was requested.
  bool is_over(bool stop_requested) {
    const auto now = std::chrono::steady_clock::now();
    if (stop_requested && !since_) {
      since_ = now;
    }
    return since_ && now - *since_ > limit_;
  }

 private:
  std::chrono::milliseconds limit_;
  std::optional<std::chrono::steady_clock::time_point> since_;
};

}  // namespace hpsearch::runner
