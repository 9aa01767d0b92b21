// The real program on a terminal of its own: a pseudo-terminal with a size, keys and a picture.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace hpsearch::test {

class FullScreen {
 public:
  // Starts hpsearch on a new terminal of this size, with `folder` as its working directory and TERM
  // as xterm's.
  FullScreen(const std::filesystem::path& folder,
             const std::vector<std::string>& arguments,
             unsigned short columns,
             unsigned short rows,
             const std::vector<std::pair<std::string, std::string>>& environment = {});
  ~FullScreen();  // ends the process
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  void type(const std::string& keys) const;
  void resize(unsigned short columns, unsigned short rows) const;
  void signal(int number) const;

  // Reads what the program writes until `condition` holds, or the program has ended; true if it
  // holds.
  bool wait_until(const std::function<bool()>& condition);
  // Reads to the end. Returns the exit code; 128 + the signal's number where one ended it.
  int wait();

  const std::string& written() const { return written_; }  // all of it
  // The picture that was drawn last, line by line, without what steers the terminal.
  std::vector<std::string> picture() const;
  // True if the terminal is as a shell wants it: keys are echoed and come line by line.
  bool is_as_before() const;

 private:
  bool read_some(int patience);

  int terminal_ = -1;
  int line_ = -1;  // the program's side, which keeps the terminal's settings after its end
  pid_t pid_ = -1;
  int status_ = 0;
  bool reaped_ = false;
  std::string written_;
};

}  // namespace hpsearch::test
