// A terminal that a program has for itself: the whole screen, redrawn as often as needed, and keys.
#pragma once

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <vector>

#include <termios.h>

namespace hpsearch::runner {

// True if stdout is a terminal that can be drawn on; TERM must be set, and not `dumb`.
bool has_screen();

// While this object lives, stdout shows the terminal's other screen, without a cursor, and keys
// arrive one by one and unseen. However the process ends, short of SIGKILL, the terminal is left as
// it was; with Ctrl-Z it is given back for as long as the process is stopped. One object at a time,
// made before any other thread. Requires has_screen().
class Screen {
 public:
  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  struct Size {
    std::size_t columns;
    std::size_t rows;
  };
  // As the terminal has it now; 80 x 24 if it does not say.
  Size size() const;

  // Shows these lines from the top, and nothing below them. Their control characters become '?'.
  void show(const std::vector<std::string>& lines);

  enum class Event {
    kNothing,  // the time is up
    kRedraw,   // the size has changed, or another program has used the terminal
    kKey,      // see key()
    kEnd,      // Ctrl-C, another request to end, or a terminal that is gone
  };
  // Waits for the next of these, for at most this long.
  Event wait(std::chrono::milliseconds patience);
  char key() const { return key_; }

 private:
  void enter();
  void leave();
  void stop();

  sigset_t watched_{};
  sigset_t previous_{};
  int signals_ = -1;      // a descriptor of the signals that are watched
  bool has_keys_ = true;  // stdin is a terminal
  termios before_{};
  char key_ = '\0';
};

}  // namespace hpsearch::runner
