// Ctrl-C and its relatives, as a stop token.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace hpsearch::runner {

// While it lives, SIGINT, SIGTERM and SIGHUP ask for a stop instead of ending the process; a second
// one ends it at once with code 130. Signals that the parent had ignored (nohup, a script's
// background job) stay ignored. Make it before any other thread: threads inherit what it blocks.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }

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
