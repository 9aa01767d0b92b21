// The real program in a process of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace hpsearch::test {

struct ProcessResult {
  int code = -1;    // the exit code; 128 + the signal's number where one ended it
  std::string out;  // stdout
  std::string err;  // stderr
};

// One run of the hpsearch binary. Its output goes to files in `folder`, which is also its working
// directory. Ends the process, if it still runs, when it goes out of scope.
class Process {
 public:
  Process(const std::filesystem::path& folder,
          const std::vector<std::string>& arguments,
          const std::vector<std::pair<std::string, std::string>>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  ProcessResult wait();

  // Asks again and again until `condition` holds or the process has ended; true if it holds.
  bool wait_until(const std::function<bool()>& condition);

 private:
  bool ended();

  std::filesystem::path out_;
  std::filesystem::path err_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool reaped_ = false;
};

ProcessResult run_hpsearch(
    const std::filesystem::path& folder,
    const std::vector<std::string>& arguments,
    const std::vector<std::pair<std::string, std::string>>& environment = {});

// The first column of the first row of a query, as text; empty if there is none or the database
// cannot be read yet. Fails on no error: a database that is being made is one.
std::string query(const std::filesystem::path& database, const std::string& sql);

}  // namespace hpsearch::test
