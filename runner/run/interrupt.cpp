#include "runner/run/interrupt.h"

#include <ctime>

#include <pthread.h>
#include <unistd.h>

#include "runner/console/exit_code.h"

namespace hpsearch::runner {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

Interrupt::Interrupt() {
  sigemptyset(&watched_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(signal)) {
      sigaddset(&watched_, signal);
    }
  }
  pthread_sigmask(SIG_BLOCK, &watched_, &previous_);
  watcher_ = std::jthread([this](const std::stop_token& end) {
    int seen = 0;
    while (!end.stop_requested()) {
      constexpr timespec kPatience{0, 50'000'000};  // how long the destructor may have to wait
      if (sigtimedwait(&watched_, nullptr, &kPatience) <= 0) {
        continue;
      }
      if (++seen > 1) {
        _exit(kExitInterrupted);
      }
      source_.request_stop();
    }
  });
}

Interrupt::~Interrupt() {
  watcher_.request_stop();
  watcher_.join();
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

void ignore_write_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace hpsearch::runner
