// A program that runs beside us, with what it prints, and never outlives us.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runner/process/descriptor.h"
#include "runner/process/line_splitter.h"
#include "runner/process/output_tail.h"
#include "runner/process/start_supervisor.h"

namespace hpsearch::runner {

struct ProcessLimits {
  std::vector<int> cores;                     // the only ones it may use; empty: all of ours
  std::optional<std::uint64_t> memory_bytes;  // for all its processes together
};

struct ProcessSpec {
  std::vector<std::string> argv;  // not empty; a first word without a slash is looked up in PATH
  std::vector<std::string> environment;  // NAME=value, all of it
  std::string folder;                    // the working directory, "" = ours
  ProcessLimits limits;
};

struct ProcessEnd {
  int exit_code = 0;  // 127 if it could not start
  int signal = 0;     // what ended it, or 0
  // The most that one of its processes had at a time; if over_memory, what all of them had. A
  // program that began as a fork of ours counts what we had.
  std::uint64_t peak_memory_bytes = 0;
  bool over_memory = false;  // it was killed for its memory
  int left_alive = 0;        // processes of it that cannot be killed
  std::string start_error;   // why it could not start, a sentence; empty if it did
};

// One program. It gets no file of ours, an empty stdin, a process group of its own, no terminal,
// and default signals. When it ends, everything that it started is killed; so it is when this
// object or our whole process ends, be it by SIGKILL. Only processes of other users (setuid) can
// stay behind.
//
// One thread uses it at a time, except for wake(). Its output waits in a pipe of 64 KB until wait()
// reads it, so a program that prints a lot is as fast as its reader.
class ChildProcess {
 public:
  enum class Event { kLine, kEnd, kTimeout, kWoken };

  // Starts the program. A program that cannot be started is an end with a start_error. Throws
  // std::system_error only if we lack files or processes ourselves.
  explicit ChildProcess(const ProcessSpec& spec, SupervisorKind kind = SupervisorKind::kKeeper);
  // Kills everything at once, and waits until it is dead.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Blocks until one of these holds, and returns the first: wake() has been called since the last
  // kWoken; the program has ended and all its lines have been given (again at each further call);
  // `until` has passed; there is a line of stdout.
  Event wait(std::optional<std::chrono::steady_clock::time_point> until);

  // After kLine: the line without its newline. Longer lines are cut at LineSplitter::kMaxLine.
  const std::string& line() const { return line_; }

  // Makes wait() return kWoken, now or when it is called next. From any thread.
  void wake();

  // SIGTERM to the program's process group. It may take its time, or ignore it.
  void ask_to_end();
  // SIGKILL to the program and all its descendants. wait() still gives what it had printed.
  void kill();

  const ProcessEnd& end() const { return end_; }  // after kEnd
  const OutputTail& output() const { return output_; }

 private:
  void start(const ProcessSpec& spec, const std::string& program, SupervisorKind kind);
  void refuse(const std::string& why);
  void request(char what);
  void pump(std::optional<std::chrono::steady_clock::time_point> until);
  void read_output();
  void read_errors();
  void read_report();
  std::string start_error(StartStep step, int error) const;

  ProcessSpec spec_;
  pid_t supervisor_ = -1;
  Descriptor socket_;   // to the supervisor
  Descriptor outputs_;  // the program's stdout, and its stderr
  Descriptor errors_;
  Descriptor alarm_;  // an eventfd that makes poll() return
  std::atomic<bool> woken_ = false;
  bool ended_ = false;  // the supervisor has reported
  std::size_t output_left_ = std::numeric_limits<std::size_t>::max();  // to be read of outputs_
  LineSplitter lines_;
  std::string line_;
  OutputTail output_;
  ProcessEnd end_;
};

}  // namespace hpsearch::runner
