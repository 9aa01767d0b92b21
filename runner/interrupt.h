// Ctrl-C and its relatives, as a stop token.
#pragma once

#include <csignal>
#include <functional>
#include <stop_token>
#include <thread>

namespace hpsearch::runner {

// While it lives, SIGINT, SIGTERM and SIGHUP ask for a stop instead of ending the process; a second
// one ends it at once with code 130. Signals that the parent had ignored (nohup, a script's
// background job) stay ignored. Make it before any other thread: threads inherit what it blocks.
class Interrupt {
 public:
  // `on_first` is called on the watching thread when the first signal arrives.
  explicit Interrupt(std::function<void()> on_first = {});
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }

  // Asks for the same stop for a reason of the program's own.
  void request_stop() { source_.request_stop(); }

 private:
  sigset_t watched_;
  sigset_t previous_;
  std::stop_source source_;
  std::jthread watcher_;
};

// Signals whose default would end the process where an error message should: a closed pipe, a file
// that may not grow.
void ignore_write_signals();

}  // namespace hpsearch::runner
