#include <cstdio>
#include <filesystem>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/commands/command.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/run/interrupt.h"
#include "runner/serve/page_server.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr int kPort = 8265;
constexpr int kMaxPort = 65535;

bool is_loopback(const std::string& host) {
  return host == "127.0.0.1" || host == "::1" || host == "localhost";
}

}  // namespace

void add_serve_options(po::options_description& options) {
  options.add_options()  //
      ("port", po::value<std::string>()->value_name("N"),
       fmt::format("the port (default: {}); 0 picks a free one", kPort).c_str())  //
      ("host", po::value<std::string>()->value_name("ADDRESS"),
       "the address (default: 127.0.0.1, this machine only)");
}

const char kServeHelp[] =
    R"(Serves the report as a web page that stays live while sweeps run: new epochs appear within two
seconds. A menu on the page chooses the sweep. The server writes nothing. It answers only this
machine unless you set --host, and it has no password. Stop it with Ctrl-C.

Examples
  hpsearch serve
  hpsearch serve --port 0 --db results.db
  ssh -L 8265:localhost:8265 workstation   # shows the page of hpsearch serve on a remote machine

Exit codes: 0 stopped by Ctrl-C or SIGTERM; 1 the port is in use, or the database cannot be shown;
2 an option is invalid.
)";

int serve_command(const Invocation& invocation) {
  const Interrupt interrupt;
  ServerOptions options{invocation.database, "127.0.0.1", kPort};
  if (invocation.options.count("host") > 0) {
    options.host = invocation.options["host"].as<std::string>();
  }
  if (invocation.options.count("port") > 0) {
    options.port = static_cast<int>(
        option_number("port", invocation.options["port"].as<std::string>(), 0, kMaxPort));
  }
  ServerEvents events;
  events.ready = [&](const std::string& address) {
    print_text(address + "\n");
    std::fflush(stdout);
    LinePrinter printer(stderr);
    if (!storage::database_exists(options.database)) {
      printer.line(fmt::format("{}: does not exist yet; the page fills when a run creates it",
                               options.database.string()));
    }
    if (!is_loopback(options.host)) {
      printer.line(
          "warning: anyone who can reach this address can read the sweeps in this database");
    }
    printer.line("press Ctrl-C to stop");
  };
  events.trouble = [](const std::string& cause) {
    LinePrinter(stderr).line(fmt::format("a request failed: {}", cause));
  };
  serve_pages(options, interrupt.token(), events);
  return kExitDone;
}

}  // namespace hpsearch::runner
