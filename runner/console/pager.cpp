#include "runner/console/pager.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/text/printable.h"
#include "runner/console/line_printer.h"

namespace hpsearch::runner {
namespace {

bool forbidden = false;

constexpr char kUsualPager[] = "less -FRX";
// What a shell says of a command that it cannot run, and of one that it does not find.
constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;

// Empty: no pager.
std::string pager_command() {
  for (const char* name : {"HPSEARCH_PAGER", "PAGER"}) {
    if (const char* value = std::getenv(name)) {
      return std::strcmp(value, "cat") == 0 ? "" : value;
    }
  }
  return kUsualPager;
}

bool is_longer_than_screen(std::string_view text) {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) {
    return false;
  }
  const std::size_t width = terminal_width(stdout);
  std::size_t rows = 1;  // for the prompt that follows
  while (!text.empty() && rows <= size.ws_row) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::size_t columns = reports::display_width(text.substr(0, end));
    rows += columns == 0 ? 1 : (columns + width - 1) / width;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rows > size.ws_row;
}

bool wants_pager(std::string_view text) {
  const char* term = std::getenv("TERM");
  return !forbidden && isatty(STDOUT_FILENO) == 1 && term != nullptr &&
         std::strcmp(term, "dumb") != 0 && is_longer_than_screen(text);
}

// While this object lives, the signals that are the pager's, and a pager that has gone, do not end
// this process.
class QuietSignals {
 public:
  QuietSignals() {
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], &ignore, &before_[i]);
    }
  }
  ~QuietSignals() {
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], &before_[i], nullptr);
    }
  }
  QuietSignals(const QuietSignals&) = delete;
  QuietSignals& operator=(const QuietSignals&) = delete;

  static constexpr std::array kSignals{SIGINT, SIGQUIT, SIGPIPE};

 private:
  std::array<struct sigaction, kSignals.size()> before_{};
};

// Starts `sh -c command` that reads from `input`; -1 if that is not possible.
pid_t start(const std::string& command, int input) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  if (posix_spawn_file_actions_init(&files) != 0) {
    return -1;
  }
  if (posix_spawnattr_init(&attributes) != 0) {
    posix_spawn_file_actions_destroy(&files);
    return -1;
  }
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : QuietSignals::kSignals) {
    sigaddset(&usual, signal);
  }
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  // What less does unless the user has told it otherwise: leave short texts on the screen, show
  // colours, and clear nothing.
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    environment.push_back(*variable);
  }
  std::string less = "LESS=FRX";
  if (std::getenv("LESS") == nullptr) {
    environment.push_back(less.data());
  }
  environment.push_back(nullptr);
  std::string shell = "sh";
  std::string option = "-c";
  std::string line = command;
  char* words[] = {shell.data(), option.data(), line.data(), nullptr};
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, "/bin/sh", &files, &attributes, words, environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return failed == 0 ? pid : -1;
}

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(file, text.data(), text.size());
    if (n < 0 && errno != EINTR) {
      return;  // the pager has been left
    }
    text.remove_prefix(n < 0 ? 0 : static_cast<std::size_t>(n));
  }
}

// False if there is no such pager: nothing has been shown.
bool show(std::string_view text, const std::string& command) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return false;
  }
  const QuietSignals quiet;
  const pid_t pager = start(command, ends[0]);
  close(ends[0]);
  if (pager > 0) {
    write_all(ends[1], text);
  }
  close(ends[1]);
  if (pager <= 0) {
    return false;
  }
  int status = 0;
  while (waitpid(pager, &status, 0) < 0 && errno == EINTR) {
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
  return code != kCannotRun && code != kNotFound;
}

// The shell would say that it does not find less, of which the user has not heard.
bool is_missing(const std::string& command) {
  if (command != kUsualPager) {
    return false;
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "/usr/bin:/bin" : path;
  while (!folders.empty()) {
    const std::size_t end = std::min(folders.find(':'), folders.size());
    if (access((std::string(folders.substr(0, end)) + "/less").c_str(), X_OK) == 0) {
      return false;
    }
    folders.remove_prefix(std::min(end + 1, folders.size()));
  }
  return true;
}

}  // namespace

void forbid_pager() {
  forbidden = true;
}

void write_paged(std::string_view text) {
  if (wants_pager(text)) {
    const std::string command = pager_command();
    const bool blank = command.find_first_not_of(' ') == std::string::npos;
    static_cast<void>(std::fflush(stdout));
    if (!blank && !is_missing(command) && show(text, command)) {
      return;
    }
  }
  // cli.cpp asks at the end whether all of stdout could be written.
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout));
}

}  // namespace hpsearch::runner
