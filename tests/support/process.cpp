#include "tests/support/process.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test_locations.h"

namespace hpsearch::test {
namespace {

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Another name at each call: several runs may share a folder.
std::filesystem::path fresh_file(const std::filesystem::path& folder) {
  static std::atomic<int> calls = 0;
  return folder / ("output-" + std::to_string(calls++));
}

}  // namespace

Process::Process(const std::filesystem::path& folder,
                 const std::vector<std::string>& arguments,
                 const std::vector<std::pair<std::string, std::string>>& environment)
    : out_(fresh_file(folder)), err_(fresh_file(folder)) {
  std::vector<std::string> words{"hpsearch"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    for (const auto& [name, value] : environment) {
      setenv(name.c_str(), value.c_str(), 1);
    }
    const int out = open(out_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    const int err = open(err_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (chdir(folder.c_str()) != 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(err, STDERR_FILENO) < 0) {
      _exit(126);
    }
    execv(HPSEARCH_BINARY, argv.data());
    _exit(127);
  }
}

Process::~Process() {
  if (!reaped_) {
    kill(pid_, SIGKILL);
    waitpid(pid_, &status_, 0);
  }
  std::error_code ignored;
  std::filesystem::remove(out_, ignored);
  std::filesystem::remove(err_, ignored);
}

void Process::signal(int number) const {
  if (!reaped_) {  // else another process may have the number
    kill(pid_, number);
  }
}

bool Process::ended() {
  reaped_ = reaped_ || waitpid(pid_, &status_, WNOHANG) == pid_;
  return reaped_;
}

ProcessResult Process::wait() {
  if (!reaped_) {
    waitpid(pid_, &status_, 0);
    reaped_ = true;
  }
  const int code = WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  return {code, read_all(out_), read_all(err_)};
}

bool Process::wait_until(const std::function<bool()>& condition) {
  while (!condition()) {
    if (ended()) {
      return condition();
    }
    std::this_thread::yield();
  }
  return true;
}

ProcessResult run_hpsearch(const std::filesystem::path& folder,
                           const std::vector<std::string>& arguments,
                           const std::vector<std::pair<std::string, std::string>>& environment) {
  return Process(folder, arguments, environment).wait();
}

std::string query(const std::filesystem::path& database, const std::string& sql) {
  std::string result;
  sqlite3* db = nullptr;
  if (sqlite3_open_v2(database.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) {
    sqlite3_busy_timeout(db, 10'000);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_text(statement, 0) != nullptr) {
      result = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    }
    sqlite3_finalize(statement);
  }
  sqlite3_close(db);
  return result;
}

}  // namespace hpsearch::test
