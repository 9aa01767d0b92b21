#include "runner/run/on_finish.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

Variables variables_of(const std::filesystem::path& database, const std::string& name) {
  const auto queries = storage::open_queries(database);
  const storage::SweepRow sweep = queries->sweep(name).value();
  const auto best = queries->best(name);
  return {{"HPSEARCH_SWEEP", sweep.name},
          {"HPSEARCH_DB", std::filesystem::absolute(database).string()},
          {"HPSEARCH_STATE", std::string(to_text(sweep.state))},
          {"HPSEARCH_STOP_REASON",
           sweep.stop_reason ? std::string(to_text(*sweep.stop_reason)) : std::string()},
          {"HPSEARCH_METRIC", sweep.metric},
          {"HPSEARCH_BEST", best ? fmt::format("{}", best->value) : std::string()},
          {"HPSEARCH_BEST_TRIAL", best ? fmt::format("{}", best->trial) : std::string()},
          {"HPSEARCH_COMPLETE", fmt::format("{}", queries->summary(name).complete)}};
}

// The environment of this process with these variables in place of its own.
std::vector<std::string> environment_with(const Variables& variables) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    bool replaced = false;
    for (const auto& [name, value] : variables) {
      replaced = replaced || text.starts_with(name + "=");
    }
    if (!replaced) {
      all.emplace_back(text);
    }
  }
  for (const auto& [name, value] : variables) {
    all.push_back(name + "=" + value);
  }
  return all;
}

// How a child begins: with the signals of a fresh program, and with its output on our stderr.
class Spawn {
 public:
  Spawn() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t ignored;  // those that a run ignores for itself
    sigemptyset(&ignored);
    sigaddset(&ignored, SIGPIPE);
    sigaddset(&ignored, SIGXFSZ);
    posix_spawnattr_setsigdefault(&attributes_, &ignored);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
  }
  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  // Returns an error number, and 0 if there was none.
  int start(const std::string& command, std::vector<std::string> environment, pid_t& child) {
    std::string words[] = {"sh", "-c", command};
    char* argv[] = {words[0].data(), words[1].data(), words[2].data(), nullptr};
    std::vector<char*> entries;
    for (std::string& entry : environment) {
      entries.push_back(entry.data());
    }
    entries.push_back(nullptr);
    return posix_spawn(&child, "/bin/sh", &actions_, &attributes_, argv, entries.data());
  }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

std::string end_text(int status) {
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                                           strsignal(WTERMSIG(status)))
                             : fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

}  // namespace

void run_on_finish(const std::string& command,
                   const std::filesystem::path& database,
                   const std::string& sweep,
                   const std::stop_token& interrupt,
                   LinePrinter& printer) {
  if (command.empty()) {
    return;
  }
  pid_t child = -1;
  const int error = Spawn().start(command, environment_with(variables_of(database, sweep)), child);
  if (error != 0) {
    printer.line(fmt::format("warning: on_finish could not be started: {}", std::strerror(error)));
    return;
  }
  const std::stop_callback stop(interrupt, [child] { kill(child, SIGTERM); });
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0) {
    printer.line(fmt::format("warning: on_finish {}: {}", end_text(status), command));
  }
}

}  // namespace hpsearch::runner
