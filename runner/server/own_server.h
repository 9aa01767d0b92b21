// A PostgreSQL server of the user's own, in a folder of the user's own.
//
//   DIR/data          PostgreSQL's files, with hpsearch.conf, which its settings include
//   DIR/pgpass        the password, as lines of a password file, for its owner alone
//   DIR/server.json   port, address, and the machine that it was started on
//   DIR/server.log    what the server says
//   DIR/.s.PGSQL.*    its socket, for its owner alone
//
// A server is there whole or not at all: see new_server.h. Calls for one folder wait for each
// other.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "runner/server/server_settings.h"

namespace hpsearch::runner {

// Empty: as it was, else the default.
struct ServerWishes {
  std::optional<int> port;
  std::optional<std::string> host;  // is_host(), or kSocketOnly
};

struct StartedServer {
  std::string url;                      // without the password
  std::filesystem::path password_file;  // DIR/pgpass
  bool ran_before = false;
};

enum class ServerState {
  kAccepts,       // it takes connections
  kSilent,        // it runs and takes none: it begins, ends, or recovers
  kStopped,       // nothing runs
  kOtherMachine,  // it was started on another machine and has not been stopped
  kNone,          // the folder holds no server
};

struct ServerStatus {
  ServerState state = ServerState::kNone;
  int pid = 0;          // of kAccepts and kSilent
  std::string url;      // empty for kNone
  std::string machine;  // that it was started on
};

class OwnServer {
 public:
  // Looks at nothing yet. Throws UsageError for a folder whose name PostgreSQL cannot take.
  explicit OwnServer(const std::filesystem::path& folder);

  // Makes the server if there is none, and starts it if it does not run; returns once it takes
  // connections. Throws UsageError if the folder holds something else, and std::runtime_error, with
  // the end of the server's log, if it cannot be started; a server that this call has made is then
  // removed.
  StartedServer start(const ServerWishes& wishes);

  // Ends it without waiting for clients to go; false if it did not run. Throws UsageError if there
  // is none, and std::runtime_error if it cannot be stopped from here.
  bool stop();

  ServerStatus status() const;

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path data() const { return folder_ / "data"; }
  // The number in the server's own file; empty if nothing has it.
  std::optional<int> noted_process() const;
  std::optional<int> running() const;
  std::optional<ServerSettings> stored() const;
  void require_here(const ServerSettings& settings) const;
  StartedServer lines(const ServerSettings& settings, bool ran_before) const;
  void write_settings(const ServerSettings& settings) const;
  void launch(bool is_new) const;

  std::filesystem::path folder_;  // absolute
};

}  // namespace hpsearch::runner
