#include "runner/run/time_limit.h"

namespace hpsearch::runner {

TimeLimit::TimeLimit(std::optional<double> seconds, const std::stop_token& stop)
    : token_(seconds ? source_.get_token() : stop) {
  if (!seconds) {
    return;
  }
  forward_.emplace(stop, [this] { source_.request_stop(); });
  clock_ = std::jthread(
      [this, stop, limit = std::chrono::duration<double>(*seconds)](const std::stop_token& ended) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, ended, limit, [] { return false; });
        if (!ended.stop_requested() && !stop.stop_requested()) {
          over_ = true;
          source_.request_stop();
        }
      });
}

}  // namespace hpsearch::runner
