// Single keys on the terminal behind stdin.
#pragma once

#include <stop_token>

#include <termios.h>

namespace hpsearch::runner {

// While this object lives, keys arrive one by one and are not shown; Ctrl-C stays a signal. The
// terminal is as it was afterwards. Requires that stdin is a terminal.
class KeyWait {
 public:
  KeyWait();
  ~KeyWait();
  KeyWait(const KeyWait&) = delete;
  KeyWait& operator=(const KeyWait&) = delete;

  // The next key, as its byte; 0 where the input ends or `stop` is requested.
  char next(const std::stop_token& stop) const;

 private:
  termios before_{};
  bool changed_ = false;
};

}  // namespace hpsearch::runner
