#include "tests/support/terminal.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_locations.h"

namespace hpsearch::test {
namespace {

winsize window(TerminalSize size) {
  winsize result{};
  result.ws_row = size.rows;
  result.ws_col = size.columns;
  return result;
}

}  // namespace

Terminal::Terminal(const std::filesystem::path& folder,
                   const std::vector<std::string>& arguments,
                   const std::vector<std::pair<std::string, std::string>>& environment,
                   TerminalSize size,
                   const std::string& program) {
  const std::string file = program.empty() ? HPSEARCH_BINARY : program;
  std::vector<std::string> words{program.empty() ? "hpsearch" : program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  winsize first = window(size);
  pid_ = forkpty(&master_, nullptr, nullptr, &first);
  if (pid_ == 0) {
    for (const char* name : {"NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "HPSEARCH_PAGER", "PAGER",
                             "LESS", "COLUMNS", "LINES"}) {
      unsetenv(name);
    }
    setenv("TERM", "xterm-256color", 1);
    for (const auto& [name, value] : environment) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    if (chdir(folder.c_str()) != 0) {
      _exit(126);
    }
    execv(file.c_str(), argv.data());
    _exit(127);
  }
}

Terminal::~Terminal() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
  close(master_);
}

// False once nobody has the other end any more, which Linux reports as an error, and where nothing
// comes for longer than any program here takes.
bool Terminal::read_some() {
  constexpr int kPatience = 60'000;  // milliseconds
  pollfd source{master_, POLLIN, 0};
  if (poll(&source, 1, kPatience) == 0) {
    kill(pid_, SIGKILL);
    return false;
  }
  char block[4096];
  ssize_t n = 0;
  do {
    n = read(master_, block, sizeof(block));
  } while (n < 0 && errno == EINTR);
  if (n > 0) {
    received_.append(block, static_cast<std::size_t>(n));
  }
  return n > 0;
}

bool Terminal::wait_for(std::string_view text) {
  std::size_t at = received_.find(text, found_);
  while (at == std::string::npos) {
    if (!read_some()) {
      return false;
    }
    at = received_.find(text, found_);
  }
  found_ = at + text.size();
  return true;
}

void Terminal::type(std::string_view keys) const {
  while (!keys.empty()) {
    const ssize_t n = write(master_, keys.data(), keys.size());
    if (n < 0 && errno != EINTR) {
      return;  // the program has ended; wait() tells how
    }
    keys.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
}

void Terminal::resize(TerminalSize size) const {
  const winsize now = window(size);
  ioctl(master_, TIOCSWINSZ, &now);
}

void Terminal::signal(int number) const {
  if (!reaped_) {  // else another process may have the number
    kill(pid_, number);
  }
}

int Terminal::wait() {
  while (read_some()) {
  }
  if (!reaped_) {
    waitpid(pid_, &status_, 0);
    reaped_ = true;
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

std::string plain(std::string_view received) {
  std::string text;
  for (std::size_t i = 0; i < received.size(); ++i) {
    if (received[i] == '\033' && i + 1 < received.size() && received[i + 1] == '[') {
      const std::size_t end = received.find_first_not_of("0123456789;", i + 2);
      if (end != std::string_view::npos && received[end] == 'm') {
        i = end;
        continue;
      }
    }
    if (received[i] != '\r') {
      text += received[i];
    }
  }
  return text;
}

}  // namespace hpsearch::test
