#include "runner/commands/cli.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <stdexcept>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "nn/files/data_error.h"
#include "reports/page/html_page.h"
#include "runner/commands/command.h"
#include "runner/commands/help.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::array kCommands{
    Command{"init", "[FILE]", "Begin", "write a commented sweep file that runs at once",
            add_init_options, init_command, kInitHelp},
    Command{"check", "FILE...", "Begin", "is the file in order, what would it do, how long",
            add_check_options, check_command, kCheckHelp},
    Command{"run", "FILE...", "Search", "run a sweep, or continue it", add_run_options, run_command,
            kRunHelp},
    Command{"stop", "", "Search", "end a run from another terminal; nothing is lost",
            add_no_options, stop_command, kStopHelp},
    Command{"enqueue", "[KEY=VALUE...]", "Search", "parameters to train next", add_enqueue_options,
            enqueue_command, kEnqueueHelp},
    Command{"retry", "[N...]", "Search", "train failed trials again", add_no_options, retry_command,
            kRetryHelp},
    Command{"report", "[N...]", "Look", "say what a sweep found", add_report_options,
            report_command, kReportHelp},
    Command{"list", "", "Look", "the sweeps of the database", add_json_option, list_command,
            kListHelp},
    Command{"show", "[N]", "Look", "all about trial N, or how the sweep went", add_json_option,
            show_command, kShowHelp},
    Command{"serve", "", "Look", "the report as a page in a browser, live", add_serve_options,
            serve_command, kServeHelp},
    Command{"export", "", "Look", "write the trials for other programs", add_export_options,
            export_command, kExportHelp},
};

// No guessing of abbreviations: a new option must not change what an old script means.
constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

// Does this argument take the next one as its value, for whichever command?
bool takes_value(const std::string& argument) {
  po::options_description all = global_options();
  for (const Command& command : kCommands) {
    all.add(options_of(command));
  }
  return argument.starts_with("--") &&
         std::any_of(all.options().begin(), all.options().end(), [&](const auto& option) {
           return option->long_name() == argument.substr(2) && option->semantic()->max_tokens() > 0;
         });
}

// What follows an option that takes a value is its value, also where it begins with a dash, as in
// --sort -value. Boost would look for an option -v there.
std::vector<std::string> join_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> joined;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    joined.push_back(arguments[i]);
    const bool dashed = i + 1 < arguments.size() && arguments[i + 1].starts_with('-') &&
                        !arguments[i + 1].starts_with("--");
    if (dashed && takes_value(arguments[i])) {
      joined.back() += "=" + arguments[++i];
    }
  }
  return joined;
}

// The verb is the first argument that is neither an option nor the value of one.
std::size_t find_verb(const std::vector<std::string>& arguments) {
  std::size_t i = 0;
  while (i < arguments.size() && arguments[i].starts_with('-')) {
    i += takes_value(arguments[i]) ? std::size_t{2} : std::size_t{1};
  }
  return i;
}

std::filesystem::path database_path(const po::variables_map& options) {
  if (options.count("db") > 0) {
    const auto path = options["db"].as<std::string>();
    if (path.empty()) {
      throw UsageError("--db needs the name of a file");
    }
    return path;
  }
  const char* variable = std::getenv("HPSEARCH_DB");
  return variable != nullptr && *variable != '\0' ? variable : "hpsearch.db";
}

po::variables_map parse(const std::vector<std::string>& arguments,
                        const Command* command,
                        std::vector<std::string>& operands) {
  po::options_description known = global_options();
  if (command != nullptr) {
    known.add(options_of(*command));
  }
  po::options_description hidden;
  hidden.add_options()("operand", po::value<std::vector<std::string>>());
  known.add(hidden);
  po::positional_options_description positional;
  positional.add("operand", -1);
  po::variables_map options;
  try {
    po::store(po::command_line_parser(arguments)
                  .options(known)
                  .positional(positional)
                  .style(kStyle)
                  .run(),
              options);
  } catch (const po::unknown_option& error) {
    std::vector<std::string_view> names;
    for (const auto& option : known.options()) {
      names.push_back(option->long_name());
    }
    std::string name = error.get_option_name();
    name.erase(0, name.find_first_not_of('-'));
    const auto near = nearest_name(name, names);
    throw UsageError(
        fmt::format("unknown option '{}'{}", error.get_option_name(),
                    near ? fmt::format("; did you mean '--{}'?", *near) : "; see --help"));
  } catch (const po::error& error) {
    throw UsageError(fmt::format("{}; see --help", error.what()));
  }
  if (options.count("operand") > 0) {
    operands = options["operand"].as<std::vector<std::string>>();
  }
  return options;
}

const Command& find_command(const std::string& verb) {
  const auto* found = std::find_if(kCommands.begin(), kCommands.end(),
                                   [&](const Command& c) { return c.name == verb; });
  if (found == kCommands.end()) {
    std::vector<std::string_view> names;
    std::transform(kCommands.begin(), kCommands.end(), std::back_inserter(names),
                   [](const Command& c) { return c.name; });
    throw UsageError(fmt::format("unknown command '{}'{}; see hpsearch --help", verb,
                                 did_you_mean(verb, names)));
  }
  return *found;
}

int dispatch(const std::string& program, const std::vector<std::string>& arguments) {
  const std::size_t verb = find_verb(arguments);
  std::vector<std::string> rest = arguments;
  const Command* command = nullptr;
  if (verb < arguments.size()) {
    command = &find_command(arguments[verb]);
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(verb));
  }
  std::vector<std::string> operands;
  const po::variables_map options = parse(join_values(rest), command, operands);
  if (options.count("help") > 0) {
    fmt::print("{}", command == nullptr ? help_text() : help_text(*command));
    return kExitDone;
  }
  if (options.count("version") > 0) {
    fmt::print("{}\n", version_text());
    return kExitDone;
  }
  if (options.count("licenses") > 0) {
    fmt::print("{}", reports::asset_licences());
    return kExitDone;
  }
  if (command == nullptr) {
    fmt::print(stderr, "{}", help_text());
    return kExitUsage;
  }
  const std::size_t most = command->operands.empty() ? 0 : command->takes_many() ? SIZE_MAX : 1;
  if (operands.size() > most) {
    throw UsageError(fmt::format("'{}' takes no{} '{}'; see hpsearch {} --help", command->name,
                                 most == 0 ? "" : " second", operands[most], command->name));
  }
  if (command->needs_operand() && operands.empty()) {
    throw UsageError(fmt::format("'{}' needs {}; see hpsearch {} --help", command->name,
                                 command->operands, command->name));
  }
  const auto sweep =
      options.count("sweep") > 0 ? std::optional(options["sweep"].as<std::string>()) : std::nullopt;
  return command->run({program, arguments, database_path(options), sweep, operands, options});
}

int fail(ExitCode code, const std::string& message) {
  // Messages carry names and paths, which must not steer the terminal.
  LinePrinter(stderr).line(message);
  return code;
}

int fail(ExitCode code, const std::exception& error) {
  return fail(code, fmt::format("hpsearch: {}", error.what()));
}

}  // namespace

std::span<const Command> command_table() {
  return kCommands;
}

void add_no_options(po::options_description&) {}

void add_json_option(po::options_description& options) {
  options.add_options()("json", "one JSON object instead of text");
}

void add_set_option(po::options_description& options) {
  options.add_options()(
      "set", po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
      "change the file's value, as if written there: training.epochs=5; may be repeated");
}

std::vector<YamlEdit> set_edits(const Invocation& invocation) {
  std::vector<YamlEdit> edits;
  if (invocation.options.count("set") > 0) {
    const auto& texts = invocation.options["set"].as<std::vector<std::string>>();
    std::transform(texts.begin(), texts.end(), std::back_inserter(edits), parse_edit);
  }
  return edits;
}

std::optional<std::int64_t> whole_number(const std::string& text,
                                         std::int64_t min,
                                         std::int64_t max) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  const bool read = error == std::errc() && stopped == end && !leading_zero;
  return read && value >= min && value <= max ? std::optional(value) : std::nullopt;
}

std::int64_t option_number(const std::string& option,
                           const std::string& text,
                           std::int64_t min,
                           std::int64_t max) {
  const auto value = whole_number(text, min, max);
  if (!value) {
    throw UsageError(fmt::format("--{} must be a whole number from {} to {}; found '{}'", option,
                                 min, max, text));
  }
  return *value;
}

int run_command_line(const std::string& program, const std::vector<std::string>& arguments) {
  try {
    const int code = dispatch(program, arguments);
    if (std::fflush(stdout) != 0 && errno != EPIPE) {
      throw std::runtime_error(fmt::format("cannot write the output: {}", std::strerror(errno)));
    }
    return code;
  } catch (const SweepFileError& error) {
    return fail(kExitUsage, error.what());  // begins with file:line:column, as editors expect
  } catch (const UsageError& error) {
    return fail(kExitUsage, error);
  } catch (const nn::DataError& error) {
    return fail(kExitUsage, error);
  } catch (const std::bad_alloc&) {
    return fail(kExitRuntime, "hpsearch: out of memory; use fewer workers or smaller networks");
  } catch (const std::exception& error) {
    return fail(kExitRuntime, error);
  }
}

}  // namespace hpsearch::runner
