#include "runner/commands/server.h"

#include <array>
#include <cstdio>
#include <string_view>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "reports/text/printable.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/shell_word.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/server/own_server.h"
#include "runner/server/this_machine.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 3> kActions{"start", "stop", "status"};

ServerWishes read_wishes(const Invocation& invocation) {
  ServerWishes wishes;
  if (invocation.options.count("port") > 0) {
    wishes.port = static_cast<int>(
        option_number("port", invocation.options["port"].as<std::string>(), 1, kMaxPort));
  }
  if (invocation.options.count("host") > 0) {
    wishes.host = invocation.options["host"].as<std::string>();
    if (!is_host(*wishes.host)) {
      throw UsageError(
          fmt::format("--host must be an address or a name of this machine, * for all of its "
                      "addresses, or {}; found '{}'",
                      kSocketOnly, *wishes.host));
    }
  }
  return wishes;
}

int start(OwnServer& server, const ServerWishes& wishes) {
  const StartedServer started = server.start(wishes);
  const std::string file = shell_word(started.password_file.string());
  LinePrinter(stderr).line(fmt::format(
      "the server {}; the URL of its database is on stdout. The password is in {}. Programs find "
      "it "
      "with\n  export PGPASSFILE={}\nor, here and on other machines, with its lines in ~/.pgpass:\n"
      "  (umask 077; cat {} >> ~/.pgpass)",
      started.ran_before ? "runs already" : "runs", started.password_file.string(), file, file));
  print_text(started.url + "\n");
  return kExitDone;
}

int stop(OwnServer& server) {
  print_text(
      fmt::format("{}: {}\n", server.folder().string(), server.stop() ? "stopped" : "did not run"));
  return kExitDone;
}

int status(const OwnServer& server) {
  const ServerStatus status = server.status();
  std::string text;
  switch (status.state) {
    case ServerState::kAccepts:
      text = fmt::format("process {} accepts connections at {}", status.pid, status.url);
      break;
    case ServerState::kSilent:
      text = fmt::format("process {} runs and does not accept connections; see {}", status.pid,
                         (server.folder() / "server.log").string());
      break;
    case ServerState::kStopped:
      text = fmt::format("not running; to start it: hpsearch server start {}",
                         shell_word(server.folder().string()));
      break;
    case ServerState::kOtherMachine:
      text = fmt::format("started on {0} at {1}, and not stopped; ask on {0}", status.machine,
                         status.url);
      break;
    case ServerState::kNone:
      throw UsageError(
          fmt::format("{} holds no server that hpsearch has made", server.folder().string()));
  }
  print_text(fmt::format("{}: {}\n", server.folder().string(), text));
  return status.state == ServerState::kAccepts ? kExitDone : kExitRuntime;
}

}  // namespace

const char kServerHelp[] =
    R"help(Makes and runs a PostgreSQL server of your own in the folder DIR, for sweeps over several machines
without an administrator. The URL that it prints goes to --db or HPSEARCH_DB.

  start   makes the server if DIR holds none, and starts it if it does not run. It goes on when you
          log out, until stop, or until the job ends that it was started in
  stop    ends it; the database stays
  status  says whether it accepts connections

It needs PostgreSQL's programs and an ordinary user. The database has a password of its own, which
DIR/pgpass holds for you alone. Connections are not encrypted: use it in a network that you trust.

Examples
  hpsearch server start ~/pg                        # for this machine: a socket in ~/pg
  hpsearch server start ~/pg --host "$(hostname)"   # for other machines too
  export HPSEARCH_DB=$(hpsearch server start ~/pg) PGPASSFILE=~/pg/pgpass
  hpsearch server status ~/pg
  hpsearch server stop ~/pg

Exit codes: 0 done, and for status: it accepts connections; 1 it cannot be started or stopped, or
does not accept connections; 2 the command line is invalid, or DIR holds something else.
)help";

void add_server_options(po::options_description& options) {
  options.add_options()  //
      ("port", po::value<std::string>()->value_name("N"),
       "the port (default: 5432, or a free one if another server of this machine has that)")  //
      ("host", po::value<std::string>()->value_name("ADDRESS"),
       "listen to this address or name of the machine, or * for all, besides the socket in DIR "
       "(default: socket, for this machine alone)");
}

int server_command(const Invocation& invocation) {
  const std::string& action = invocation.operands.front();
  if (action != "start" && action != "stop" && action != "status") {
    throw UsageError(fmt::format("'server' knows start, stop and status; found '{}'{}",
                                 reports::printable(action), did_you_mean(action, kActions)));
  }
  if (invocation.operands.size() < 2 || invocation.operands[1].empty()) {
    throw UsageError(fmt::format(
        "'server {0}' needs the folder of the server: hpsearch server {0} DIR", action));
  }
  const ServerWishes wishes = read_wishes(invocation);
  if (action != "start" && (wishes.port || wishes.host)) {
    throw UsageError(fmt::format("--port and --host are for 'server start', not '{}'", action));
  }
  OwnServer server(invocation.operands[1]);
  return action == "start"  ? start(server, wishes)
         : action == "stop" ? stop(server)
                            : status(server);
}

}  // namespace hpsearch::runner
