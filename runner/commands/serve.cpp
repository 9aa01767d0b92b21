#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "runner/commands/command.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "runner/run/interrupt.h"
#include "runner/serve/page_server.h"

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
       fmt::format("where to listen (default {}); 0: any port that is free", kPort).c_str())  //
      ("host", po::value<std::string>()->value_name("ADDRESS"),
       "on which address (default 127.0.0.1: this machine alone)");
}

const char kServeHelp[] =
    "Shows the report page in a browser, live while sweeps run: new epochs appear within two\n"
    "seconds. It has a menu of the database's sweeps. Nothing is written; only this machine is\n"
    "answered unless --host says otherwise, and there is no password then. Ctrl-C ends it.\n"
    "\n"
    "Examples\n"
    "  hpsearch serve\n"
    "  hpsearch serve --port 0 --db results.db\n"
    "  ssh -L 8265:localhost:8265 workstation   # then the page of its `hpsearch serve` here\n"
    "\n"
    "Exit codes: 0 ended by Ctrl-C or SIGTERM; 1 the port is taken, or the database cannot be "
    "shown;\n"
    "2 an option cannot be used.\n";

int serve_command(const Invocation& invocation) {
  if (invocation.sweep) {
    throw UsageError("'serve' shows all sweeps of the database; choose one on its page");
  }
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
    fmt::print("{}\n", address);
    std::fflush(stdout);
    LinePrinter printer(stderr);
    if (!is_loopback(options.host)) {
      printer.line("everybody who can reach this address can read the database's sweeps");
    }
    printer.line("Ctrl-C ends it");
  };
  events.trouble = [](const std::string& cause) {
    LinePrinter(stderr).line(fmt::format("a request failed: {}", cause));
  };
  serve_pages(options, interrupt.token(), events);
  return kExitDone;
}

}  // namespace hpsearch::runner
