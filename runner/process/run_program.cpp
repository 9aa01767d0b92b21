#include "runner/process/run_program.h"

#include <csignal>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <unistd.h>

#include "runner/process/child_process.h"

namespace hpsearch::runner {
namespace {

constexpr int kSignalled = 128;

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (const std::string& word : words) {
    result.push_back(const_cast<char*>(word.c_str()));  // execve takes it so, and does not write
  }
  result.push_back(nullptr);
  return result;
}

// What the new process does before it becomes the program.
class FileActions {
 public:
  FileActions(const std::filesystem::path& folder, const std::filesystem::path& log) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, S_IRUSR | S_IWUSR);
    posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;

  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

}  // namespace

std::vector<std::string> own_environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    entries.emplace_back(*entry);
  }
  return entries;
}

ProgramResult run_program(const std::vector<std::string>& argv,
                          const std::vector<std::string>& environment,
                          const std::filesystem::path& folder) {
  ProcessSpec spec;
  spec.argv = argv;
  spec.environment = environment;
  spec.folder = folder.string();
  ChildProcess child(spec);
  while (child.wait(std::nullopt) != ChildProcess::Event::kEnd) {
  }
  const ProcessEnd& end = child.end();
  ProgramResult result;
  result.exit_code = end.signal != 0 ? kSignalled + end.signal : end.exit_code;
  result.done = result.exit_code == 0 && end.start_error.empty();
  result.output = end.start_error.empty() ? child.output().text() : end.start_error;
  return result;
}

pid_t start_detached(const std::vector<std::string>& argv,
                     const std::vector<std::string>& environment,
                     const std::filesystem::path& folder,
                     const std::filesystem::path& log) {
  const FileActions actions(folder, log);
  const Attributes attributes;
  pid_t pid = -1;
  const int error = posix_spawn(&pid, argv.front().c_str(), actions.get(), attributes.get(),
                                pointers(argv).data(), pointers(environment).data());
  if (error != 0) {
    throw std::system_error(error, std::generic_category(),
                            fmt::format("cannot start '{}'", argv.front()));
  }
  return pid;
}

}  // namespace hpsearch::runner
