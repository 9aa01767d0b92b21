#include "tests/support/full_screen.h"

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "test_locations.h"

namespace hpsearch::test {

FullScreen::FullScreen(const std::filesystem::path& folder,
                       const std::vector<std::string>& arguments,
                       unsigned short columns,
                       unsigned short rows,
                       const std::vector<std::pair<std::string, std::string>>& environment) {
  std::vector<std::string> words{"hpsearch"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  const winsize size{rows, columns, 0, 0};
  if (openpty(&terminal_, &line_, nullptr, nullptr, &size) != 0) {
    throw std::runtime_error("there is no pseudo-terminal");
  }
  fcntl(terminal_, F_SETFD, FD_CLOEXEC);
  pid_ = fork();
  if (pid_ == 0) {
    login_tty(line_);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("COLUMNS");
    for (const auto& [name, value] : environment) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    if (chdir(folder.c_str()) != 0) {
      _exit(126);
    }
    execv(HPSEARCH_BINARY, argv.data());
    _exit(127);
  }
}

FullScreen::~FullScreen() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
  close(terminal_);
  close(line_);
}

void FullScreen::type(const std::string& keys) const {
  if (write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error("the terminal takes no keys");
  }
}

void FullScreen::resize(unsigned short columns, unsigned short rows) const {
  const winsize size{rows, columns, 0, 0};
  ioctl(terminal_, TIOCSWINSZ, &size);  // the kernel sends SIGWINCH
}

void FullScreen::signal(int number) const {
  kill(pid_, number);
}

// False where nothing comes within so many milliseconds.
bool FullScreen::read_some(int patience) {
  pollfd source{terminal_, POLLIN, 0};
  std::array<char, 4096> buffer{};
  if (poll(&source, 1, patience) <= 0) {
    return false;
  }
  const ssize_t count = read(terminal_, buffer.data(), buffer.size());
  written_.append(buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
  return count > 0;
}

bool FullScreen::wait_until(const std::function<bool()>& condition) {
  while (!condition()) {
    if (!read_some(20) && !reaped_ && waitpid(pid_, &status_, WNOHANG) == pid_) {
      reaped_ = true;
    }
    if (reaped_ && !read_some(0)) {
      return condition();
    }
  }
  return true;
}

int FullScreen::wait() {
  wait_until([] { return false; });
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

std::vector<std::string> FullScreen::picture() const {
  const std::size_t end = written_.rfind("\033[J");  // the end of a picture
  const std::size_t begin = end == std::string::npos ? end : written_.rfind("\033[H", end);
  std::vector<std::string> lines(1);
  for (std::size_t i = begin; begin != std::string::npos && i < end; ++i) {
    if (written_[i] == '\033') {
      while (i < end && !std::isalpha(static_cast<unsigned char>(written_[i]))) {
        ++i;
      }
    } else if (written_[i] == '\n') {
      lines.emplace_back();
    } else if (written_[i] != '\r') {
      lines.back() += written_[i];
    }
  }
  return lines;
}

bool FullScreen::is_as_before() const {
  termios now{};
  return tcgetattr(line_, &now) == 0 && (now.c_lflag & ICANON) != 0 && (now.c_lflag & ECHO) != 0;
}

}  // namespace hpsearch::test
