#include "runner/commands/help.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/program_options.hpp>
#include <fmt/format.h>

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::array<std::string_view, 5> kGroups{"Start", "Search", "Results", "Record",
                                                  "Comfort"};

std::string text_of(const po::options_description& options) {
  std::ostringstream text;
  text << options;
  return text.str();
}

}  // namespace

po::options_description global_options() {
  po::options_description options("Options of every command");
  options.add_options()  //
      ("db", po::value<std::string>()->value_name("FILE"),
       "the database: a file, or postgresql://... (default: $HPSEARCH_DB, else hpsearch.db)")  //
      ("color", po::value<std::string>()->value_name("WHEN"),
       "auto (default: on a terminal, unless NO_COLOR is set), always or never")  //
      ("no-pager", "show long answers at once, not through a pager")              //
      ("version", "print the version")                                            //
      ("licenses", "print third-party licences")                                  //
      ("help,h", "print this help");
  return options;
}

po::options_description options_of(const Command& command) {
  po::options_description options(fmt::format("Options of {}", command.name));
  command.add_options(options);
  if (command.takes_sweep()) {
    options.add_options()("sweep", po::value<std::string>()->value_name("NAME"),
                          "the sweep (default: the newest)");
  }
  return options;
}

std::string first_steps() {
  return "hpsearch tunes neural networks, and any other program, from one YAML file.\n\n"
         "  hpsearch tour                    what a search is about, in two minutes\n"
         "  hpsearch init                    write a sweep file that runs as it is\n"
         "  hpsearch init --data FILE.csv    write one that fits your table\n"
         "  hpsearch run sweep.yaml          search; run it again to continue\n"
         "  hpsearch report                  what it has found, and what to try next\n"
         "  hpsearch predict FILE.csv        predict with the best network\n\n"
         "hpsearch --help lists all commands; hpsearch COMMAND --help explains one.\n";
}

std::string introduction() {
  return "hpsearch tunes multilayer perceptrons from one YAML file and keeps every epoch in "
         "SQLite.\n\n"
         "  hpsearch run sweep.yaml     search; run again to resume\n"
         "  hpsearch report --best      show the best trial\n";
}

std::span<const std::string_view> help_groups() {
  return kGroups;
}

std::string help_text() {
  std::string text = introduction();
  for (const std::string_view group : kGroups) {
    text += fmt::format("\n{}\n", group);
    for (const Command& c : command_table()) {
      if (c.group == group) {
        text += fmt::format(
            "  {:<26}  {}\n",
            fmt::format("{}{}{}", c.name, c.operands.empty() ? "" : " ", c.operands), c.summary);
      }
    }
  }
  return text + "\n" + text_of(global_options()) +
         "\nhpsearch COMMAND --help explains one command.\n";
}

std::string help_text(const Command& command) {
  const po::options_description own = options_of(command);
  return fmt::format("hpsearch {} {}{}[options]: {}\n\n{}\n{}{}{}", command.name, command.operands,
                     command.operands.empty() ? "" : " ", command.summary, command.help,
                     own.options().empty() ? "" : text_of(own), own.options().empty() ? "" : "\n",
                     text_of(global_options()));
}

}  // namespace hpsearch::runner
