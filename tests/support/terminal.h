// A program on a terminal of its own: what a person sees, and keys that a person presses.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace hpsearch::test {

struct TerminalSize {
  unsigned short rows = 24;
  unsigned short columns = 80;
};

// One run of the hpsearch binary, or of another `program`, as the leader of a session with a
// pseudo-terminal, in `folder`.
// TERM is xterm-256color unless `environment` says otherwise; of the variables that change what
// hpsearch does on a terminal (NO_COLOR, CLICOLOR_FORCE, the pagers, LESS, COLUMNS) it gets only
// those of `environment`. Ends the process, if it still runs, when it goes out of scope.
class Terminal {
 public:
  Terminal(const std::filesystem::path& folder,
           const std::vector<std::string>& arguments,
           const std::vector<std::pair<std::string, std::string>>& environment = {},
           TerminalSize size = {},
           const std::string& program = {});
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  pid_t pid() const { return pid_; }

  // All bytes that the terminal has received so far, with its own line ends (CR LF).
  const std::string& received() const { return received_; }

  // Reads until `text` appears behind the place where the last call found its text; false if the
  // program ends without it.
  bool wait_for(std::string_view text);

  // "\r" is Enter, "\x03" is Ctrl-C.
  void type(std::string_view keys) const;
  // Tells the program with SIGWINCH, as a window does.
  void resize(TerminalSize size) const;
  void signal(int number) const;

  // Reads to the end of the program. Its exit code; 128 + the signal's number where one ended it.
  int wait();

 private:
  bool read_some();

  int master_ = -1;
  pid_t pid_ = -1;
  int status_ = 0;
  bool reaped_ = false;
  std::string received_;
  std::size_t found_ = 0;  // where wait_for() goes on
};

// Without the sequences that choose colours (CSI ... m), and without carriage returns.
std::string plain(std::string_view received);

}  // namespace hpsearch::test
