#include "runner/commands/manual.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/commands/help.h"
#include "runner/console/exit_code.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kExits = "Exit codes:";

struct Named {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array kEnvironment{
    Named{"HPSEARCH_DB", "the database of commands without --db"},
    Named{"HPSEARCH_DATA", "folders of built-in data sets, separated by colons; they come first"},
    Named{"HPSEARCH_PAGER", "what shows long answers on a terminal, before PAGER; empty for none"},
    Named{"NO_COLOR", "set: no colours, unless --color=always"},
    Named{"CLICOLOR_FORCE", "set, and not 0: colours also where the output is no terminal"},
    Named{"HPSEARCH_PROFILE", "1: `run` says where its training threads spent their time"},
};

struct Exit {
  ExitCode code;
  std::string_view meaning;
};
constexpr std::array kExitCodes{
    Exit{kExitDone, "done"},
    Exit{kExitRuntime, "input/output error, or another process runs the sweep"},
    Exit{kExitUsage, "invalid command line, sweep file or data, or no such sweep or trial exists"},
    Exit{kExitNoTrial, "no trial is complete"},
    Exit{kExitFailures, "too many trials failed"},
    Exit{kExitInterrupted, "interrupted; `run` prints the command that continues"},
};

std::string page_name(const Command& command) {
  return fmt::format("hpsearch-{}", command.name);
}

void add_options(ManualPage& page, const po::options_description& options) {
  for (const auto& option : options.options()) {
    const std::string short_name =
        option->canonical_display_name(po::command_line_style::allow_dash_for_short);
    const std::string long_name = "--" + option->long_name();
    const bool takes_value = option->semantic()->max_tokens() > 0;
    page.option(
        short_name.starts_with("--") || short_name == long_name || !short_name.starts_with('-')
            ? long_name
            : fmt::format("{}, {}", short_name, long_name),
        takes_value ? option->format_parameter() : "", option->description());
  }
}

// The parts of a help text: "0 done; 2 the file is invalid" as one entry for each code.
void add_exits(ManualPage& page, std::string_view text) {
  text.remove_prefix(kExits.size());
  const auto digit = [&](std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  };
  while (!text.empty()) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::size_t end = 0;
    while (end < text.size() && !((text[end] == ';' || text[end] == ',') && digit(end + 2))) {
      ++end;
    }
    std::string_view entry = text.substr(0, end);
    if (entry.ends_with('.')) {
      entry.remove_suffix(1);
    }
    const std::size_t space = std::min(entry.find(' '), entry.size());
    page.item(entry.substr(0, space), "", entry.substr(std::min(space + 1, entry.size())));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Blocks between empty lines. Those of examples keep their lines, all others become one line.
std::vector<std::string> blocks_of(std::string_view help) {
  std::vector<std::string> blocks(1);
  while (!help.empty()) {
    const std::size_t end = std::min(help.find('\n'), help.size());
    const std::string_view line = help.substr(0, end);
    help.remove_prefix(std::min(end + 1, help.size()));
    if (line.empty()) {
      blocks.emplace_back();
      continue;
    }
    std::string& block = blocks.back();
    const bool verbatim = line.starts_with("  ");
    block += (block.empty() ? "" : verbatim ? "\n" : " ") + std::string(line);
  }
  std::erase(blocks, "");
  return blocks;
}

// "Examples" with its lines below it.
bool is_examples(std::string_view block) {
  return block.starts_with("Example") && block.find("\n  ") != block.npos;
}

// A paragraph, and lines below it that stay as they are.
void add_block(ManualPage& page, std::string_view block) {
  if (block.starts_with("  ")) {
    page.example(block);
    return;
  }
  const std::size_t lines = std::min(block.find("\n  "), block.size());
  page.paragraph(block.substr(0, lines));
  if (lines < block.size()) {
    page.example(block.substr(lines + 1));
  }
}

}  // namespace

std::string command_manual(const Command& command, const Release& release) {
  ManualPage page(page_name(command), 1, "User Commands", command.summary, release);
  page.section("SYNOPSIS");
  page.synopsis(
      fmt::format("hpsearch {}", command.name),
      fmt::format("{}{}[options]", command.operands, command.operands.empty() ? "" : " "));
  page.section("DESCRIPTION");
  const std::vector<std::string> blocks = blocks_of(command.help);
  const auto is_text = [](const std::string& block) {
    return !is_examples(block) && !block.starts_with(kExits);
  };
  for (const std::string& block : blocks) {
    if (is_text(block)) {
      add_block(page, block);
    }
  }
  page.section("OPTIONS");
  add_options(page, options_of(command));
  add_options(page, global_options());
  for (const std::string& block : blocks) {
    if (is_examples(block)) {
      page.section("EXAMPLES");
      page.example(std::string_view(block).substr(block.find('\n') + 1));
    }
  }
  for (const std::string& block : blocks) {
    if (block.starts_with(kExits)) {
      page.section("EXIT STATUS");
      add_exits(page, block);
    }
  }
  page.section("SEE ALSO");
  page.paragraph(
      fmt::format("{}, {}", page_reference("hpsearch", 1), page_reference("hpsearch", 5)));
  return page.text();
}

std::string program_manual(const Release& release) {
  ManualPage page("hpsearch", 1, "User Commands",
                  "tune multilayer perceptrons, and other programs, from one YAML file", release);
  page.section("SYNOPSIS");
  page.synopsis("hpsearch", "COMMAND [ARGUMENT...] [options]");
  page.section("DESCRIPTION");
  for (const std::string& block : blocks_of(introduction())) {
    add_block(page, block);
  }
  page.section("COMMANDS");
  for (const std::string_view group : help_groups()) {
    page.subsection(group);
    for (const Command& command : command_table()) {
      if (command.group == group) {
        page.option(command.name, command.operands, command.summary);
      }
    }
  }
  page.section("OPTIONS");
  add_options(page, global_options());
  page.section("ENVIRONMENT");
  for (const Named& variable : kEnvironment) {
    page.item(variable.name, "", variable.meaning);
  }
  page.section("FILES");
  page.item("hpsearch.db", "", "the database: one SQLite file for any number of sweeps");
  page.item("hpsearch.db.files/", "", "networks and saved states, beside the database");
  page.section("EXIT STATUS");
  for (const Exit& exit : kExitCodes) {
    page.item(fmt::format("{}", static_cast<int>(exit.code)), "", exit.meaning);
  }
  page.section("SEE ALSO");
  std::vector<std::string> pages;
  for (const Command& command : command_table()) {
    pages.push_back(page_reference(page_name(command), 1));
  }
  pages.push_back(page_reference("hpsearch", 5));
  page.paragraph(fmt::format("{}", fmt::join(pages, ", ")));
  return page.text();
}

}  // namespace hpsearch::runner
