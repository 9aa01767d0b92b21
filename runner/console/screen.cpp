#include "runner/console/screen.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "reports/text/printable.h"

namespace hpsearch::runner {
namespace {

// The other screen, and no cursor; xterm's words, which terminals and multiplexers of today all
// know.
constexpr char kEnter[] = "\033[?1049h\033[?25l";
constexpr char kLeave[] = "\033[?25h\033[?1049l";

void write_all(const std::string& text) {
  // A terminal that is gone is noticed by wait().
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout));
  static_cast<void>(std::fflush(stdout));
}

}  // namespace

bool has_screen() {
  const char* term = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && term != nullptr && *term != '\0' &&
         std::strcmp(term, "dumb") != 0;
}

Screen::Screen() : has_keys_(isatty(STDIN_FILENO) != 0) {
  sigemptyset(&watched_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
    sigaddset(&watched_, signal);
  }
  pthread_sigmask(SIG_BLOCK, &watched_, &previous_);
  signals_ = signalfd(-1, &watched_, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) {
    pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
    throw std::runtime_error(fmt::format("cannot watch for signals: {}", std::strerror(errno)));
  }
  enter();
}

Screen::~Screen() {
  leave();
  close(signals_);
  pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

void Screen::enter() {
  if (has_keys_) {
    tcgetattr(STDIN_FILENO, &before_);
    termios keys = before_;
    keys.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
    keys.c_cc[VMIN] = 1;
    keys.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSANOW, &keys);
  }
  write_all(kEnter);
}

void Screen::leave() {
  write_all(kLeave);
  if (has_keys_) {
    tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
}

void Screen::stop() {
  leave();
  kill(getpid(), SIGSTOP);  // returns when the shell continues this process
  enter();
}

Screen::Size Screen::size() const {
  winsize now{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &now) == 0 && now.ws_col > 0 && now.ws_row > 0
             ? Size{now.ws_col, now.ws_row}
             : Size{80, 24};
}

void Screen::show(const std::vector<std::string>& lines) {
  std::string text = "\033[H";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // Clears what an earlier picture had there before the new text, as after a full line some
    // terminals have wrapped already.
    text += fmt::format("{}\033[2K{}", i == 0 ? "" : "\r\n", reports::printable(lines[i]));
  }
  write_all(text + "\033[J");
}

Screen::Event Screen::wait(std::chrono::milliseconds patience) {
  std::array<pollfd, 2> sources{
      {{signals_, POLLIN, 0}, {has_keys_ ? STDIN_FILENO : -1, POLLIN, 0}}};
  if (poll(sources.data(), sources.size(), static_cast<int>(patience.count())) <= 0) {
    return Event::kNothing;
  }
  if (signalfd_siginfo signal{};
      sources[0].revents != 0 && read(signals_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo == SIGTSTP) {
      stop();
      return Event::kRedraw;
    }
    return signal.ssi_signo == SIGWINCH ? Event::kRedraw : Event::kEnd;
  }
  if (sources[1].revents != 0) {
    return read(STDIN_FILENO, &key_, 1) == 1 ? Event::kKey : Event::kEnd;
  }
  return Event::kNothing;
}

}  // namespace hpsearch::runner
