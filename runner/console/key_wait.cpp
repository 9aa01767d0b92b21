#include "runner/console/key_wait.h"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

namespace hpsearch::runner {

KeyWait::KeyWait() {
  changed_ = tcgetattr(STDIN_FILENO, &before_) == 0;
  termios keys = before_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  keys.c_cc[VMIN] = 1;
  keys.c_cc[VTIME] = 0;
  changed_ = changed_ && tcsetattr(STDIN_FILENO, TCSADRAIN, &keys) == 0;
}

KeyWait::~KeyWait() {
  if (changed_) {
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }
}

char KeyWait::next(const std::stop_token& stop) const {
  constexpr int kPatience = 100;  // milliseconds until it looks at the stop
  while (!stop.stop_requested()) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = poll(&input, 1, kPatience);
    if (ready == 0 || (ready < 0 && errno == EINTR)) {
      continue;
    }
    char key = 0;
    return ready > 0 && read(STDIN_FILENO, &key, 1) == 1 ? key : '\0';
  }
  return '\0';
}

}  // namespace hpsearch::runner
