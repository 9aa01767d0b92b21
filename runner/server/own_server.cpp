#include "runner/server/own_server.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nn/files/whole_file.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/process/descriptor.h"
#include "runner/process/run_program.h"
#include "runner/server/new_server.h"
#include "runner/server/postgres_programs.h"
#include "runner/server/server_files.h"
#include "runner/server/this_machine.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostSocketBytes = 107;  // the kernel's sockaddr_un, less its final zero
constexpr auto kPause = std::chrono::milliseconds(20);
constexpr auto kPatience = std::chrono::seconds(120);  // recovery after a crash takes its time

// Held while a call looks at the folder and changes it.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : file_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (!file_.is_open()) {
      throw std::runtime_error(fmt::format("{}: cannot be opened: {}", folder.string(),
                                           std::generic_category().message(errno)));
    }
    while (flock(file_.get(), LOCK_EX) != 0) {
      if (errno != EINTR) {
        throw std::runtime_error(fmt::format("{}: cannot be locked: {}", folder.string(),
                                             std::generic_category().message(errno)));
      }
    }
  }

 private:
  Descriptor file_;
};

// Takes away the server that a call has made, unless it is kept.
class NewServer {
 public:
  NewServer(const fs::path& folder, bool made_folder)
      : folder_(folder), made_folder_(made_folder) {}
  ~NewServer() {
    if (kept_) {
      return;
    }
    remove_server(folder_);
    std::error_code ignored;
    if (made_folder_) {
      fs::remove(folder_, ignored);
    }
  }
  NewServer(const NewServer&) = delete;
  NewServer& operator=(const NewServer&) = delete;

  void keep() { kept_ = true; }

 private:
  fs::path folder_;
  bool made_folder_;
  bool kept_ = false;
};

void require_user() {
  if (geteuid() == 0) {
    throw std::runtime_error(
        "PostgreSQL refuses to run as root: whoever broke into it would own the machine. Start it "
        "as an ordinary user, such as: runuser -u NAME -- hpsearch server start DIR");
  }
}

int leading_number(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

OwnServer::OwnServer(const fs::path& folder)
    : folder_((fs::absolute(folder) / "").lexically_normal().parent_path()) {
  const std::string name = folder_.string();
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }) ||
      name.find(',') != std::string::npos) {  // clients read a list of hosts there
    throw UsageError("the folder of a server cannot have commas or control characters in its name");
  }
  const std::size_t longest = fmt::format("{}/.s.PGSQL.{}", name, kMaxPort).size();
  if (longest > kMostSocketBytes) {
    throw UsageError(
        fmt::format("{}: the name is {} bytes too long, since the server's socket lies there; "
                    "choose a shorter one",
                    name, longest - kMostSocketBytes));
  }
}

std::optional<int> OwnServer::noted_process() const {
  const int pid = leading_number(read_text(data() / "postmaster.pid"));
  return pid > 0 && (kill(pid, 0) == 0 || errno != ESRCH) ? std::optional(pid) : std::nullopt;
}

// A server's working directory is its data. Its file may name a process that has ended, and whose
// number another program has by now.
std::optional<int> OwnServer::running() const {
  const auto pid = noted_process();
  std::error_code unreadable;
  return pid && fs::equivalent(fmt::format("/proc/{}/cwd", *pid), data(), unreadable)
             ? pid
             : std::nullopt;
}

std::optional<ServerSettings> OwnServer::stored() const {
  std::error_code ignored;
  return fs::exists(data() / "PG_VERSION", ignored)
             ? parse_server_settings(read_text(folder_ / "server.json"))
             : std::nullopt;
}

// Two servers on one folder, which machines may share, would destroy it.
void OwnServer::require_here(const ServerSettings& settings) const {
  std::error_code ignored;
  if (settings.machine != machine_name() && fs::exists(data() / "postmaster.pid", ignored)) {
    throw std::runtime_error(
        fmt::format("the server in {} was started on {} and has not been stopped; stop it there "
                    "with: hpsearch server stop {}. If it does not run there any more: rm {}",
                    folder_.string(), settings.machine, shell_word(folder_.string()),
                    shell_word((data() / "postmaster.pid").string())));
  }
}

StartedServer OwnServer::lines(const ServerSettings& settings, bool ran_before) const {
  return {server_url(settings, folder_), folder_ / "pgpass", ran_before};
}

// What may have changed since the last start.
void OwnServer::write_settings(const ServerSettings& settings) const {
  std::string line = read_text(folder_ / "pgpass");
  line.resize(std::min(line.size(), line.find('\n')));
  const std::string password = line.substr(line.rfind(':') + 1);
  for (const auto& [name, text] :
       {std::pair(data() / "hpsearch.conf", configuration_text(settings, folder_)),
        std::pair(folder_ / "pgpass", password_lines(settings, folder_, password)),
        std::pair(folder_ / "server.json", to_json_text(settings))}) {
    const fs::path beside = nn::name_beside(name);
    write_private(beside, text);
    nn::put_in_place(beside, name, nn::Existing::kReplaced);
  }
}

void OwnServer::launch(bool is_new) const {
  const std::vector<std::string> variables = server_environment();
  const PostgresPrograms programs =
      find_postgres(variables, leading_number(read_text(data() / "PG_VERSION")));
  const fs::path log = folder_ / "server.log";
  std::error_code absent;
  const auto size = fs::file_size(log, absent);
  const std::size_t before = absent ? 0 : static_cast<std::size_t>(size);
  // Where another program has a dead server's number by now, or nobody has taken note of its end, a
  // new one would think that it still runs.
  if (noted_process()) {
    fs::remove(data() / "postmaster.pid");
  }
  for (fs::directory_iterator entry(folder_, absent), end; entry != end; entry.increment(absent)) {
    if (entry->path().filename().string().starts_with(".s.PGSQL.")) {
      fs::remove(entry->path(), absent);
    }
  }
  const pid_t pid =
      start_detached({programs.path("postgres"), "-D", data().string()}, variables, data(), log);
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  const std::string own = fmt::format("{}\n", pid);
  // The last line of its file says "ready", which pg_ctl waits for too.
  for (std::string file; !file.starts_with(own) || file.find("\nready") == std::string::npos;
       file = read_text(data() / "postmaster.pid")) {
    if (waitpid(pid, nullptr, WNOHANG) == pid) {
      throw std::runtime_error(fmt::format("the server in {} cannot be started:\n{}",
                                           folder_.string(), last_lines(read_text(log), before)));
    }
    if (std::chrono::steady_clock::now() > deadline) {
      if (is_new) {
        kill(pid, SIGQUIT);
        waitpid(pid, nullptr, 0);
      }
      throw std::runtime_error(
          fmt::format("the server in {} takes no connections after two minutes:\n{}",
                      folder_.string(), last_lines(read_text(log), before)));
    }
    std::this_thread::sleep_for(kPause);
  }
}

StartedServer OwnServer::start(const ServerWishes& wishes) {
  require_user();
  const bool made_folder = mkdir(folder_.c_str(), S_IRWXU) == 0;
  if (!made_folder && errno != EEXIST) {
    nn::refuse_to_write(folder_, errno);
  }
  const FolderLock lock(folder_);
  const auto before = stored();
  if (before) {
    require_here(*before);
  } else if (!is_free_for_server(folder_)) {
    throw UsageError(fmt::format(
        "{} holds other files, and no server that hpsearch has made; name a folder that "
        "is empty or not there",
        folder_.string()));
  }
  ServerSettings settings = before.value_or(ServerSettings());
  settings.host = wishes.host.value_or(settings.host);
  settings.port = wishes.port.value_or(settings.port);
  if (running()) {
    if (settings.host != before->host || settings.port != before->port) {
      throw std::runtime_error(fmt::format(
          "the server in {} runs already, at {}; to move it, first: hpsearch server stop {}",
          folder_.string(), server_url(*before, folder_), shell_word(folder_.string())));
    }
    return lines(*before, true);
  }
  // A port matters to others only where there is an address.
  if (!wishes.port && settings.has_address() && (!before || !before->has_address())) {
    settings.port = free_port(kPostgresPort);
  }
  settings.machine = machine_name();
  if (before) {
    write_settings(settings);
    launch(false);
    return lines(settings, false);
  }
  NewServer made(folder_, made_folder);
  make_server(folder_, settings);
  launch(true);
  made.keep();
  return lines(settings, false);
}

bool OwnServer::stop() {
  require_user();
  const auto settings = stored();
  if (!settings) {
    throw UsageError(fmt::format("{} holds no server that hpsearch has made", folder_.string()));
  }
  const FolderLock lock(folder_);
  require_here(*settings);
  if (!running()) {
    return false;
  }
  const std::vector<std::string> variables = server_environment();
  const ProgramResult result =
      run_program({find_postgres(variables, std::nullopt).path("pg_ctl"), "stop", "-D",
                   data().string(), "-m", "fast", "-w", "-t", "60"},
                  variables);
  if (!result.done) {
    throw std::runtime_error(fmt::format("the server in {} cannot be stopped:\n{}",
                                         folder_.string(), last_lines(result.output)));
  }
  return true;
}

ServerStatus OwnServer::status() const {
  const auto settings = stored();
  if (!settings) {
    return {};
  }
  ServerStatus status{ServerState::kStopped, 0, server_url(*settings, folder_), settings->machine};
  std::error_code ignored;
  if (settings->machine != machine_name()) {
    if (fs::exists(data() / "postmaster.pid", ignored)) {
      status.state = ServerState::kOtherMachine;
    }
  } else if (const auto pid = running()) {
    const std::vector<std::string> variables = server_environment();
    const ProgramResult answer =
        run_program({find_postgres(variables, std::nullopt).path("pg_isready"), "-q", "-h",
                     folder_.string(), "-p", std::to_string(settings->port)},
                    variables);
    status.pid = *pid;
    status.state = answer.done ? ServerState::kAccepts : ServerState::kSilent;
  }
  return status;
}

}  // namespace hpsearch::runner
