// Turns Ctrl-C and similar signals into a stop token.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace hpsearch::runner {

// While this object lives, SIGINT, SIGTERM and SIGHUP request a stop instead of ending the process;
// a second signal ends it at once with exit code 130. Signals that the parent ignored (nohup, a
// background job of a script) stay ignored. Create it before any other thread, since threads
// inherit the blocked signals.
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

// Ignores SIGPIPE and SIGXFSZ, so that a closed pipe or a file size limit gives a write error with
// a message instead of a silent death.
void ignore_write_signals();

}  // namespace hpsearch::runner
