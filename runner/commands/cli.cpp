#include "runner/commands/cli.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <variant>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/files/data_error.h"
#include "reports/page/html_page.h"
#include "reports/text/printable.h"
#include "runner/commands/answer.h"
#include "runner/commands/command.h"
#include "runner/commands/complete.h"
#include "runner/commands/help.h"
#include "runner/commands/share_files.h"
#include "runner/console/colour.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/output.h"
#include "runner/console/pager.h"
#include "runner/console/suggest.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "storage/location.h"
#include "storage/wait_notice.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

// No abbreviated options: adding an option must never change the meaning of an existing script.
constexpr int kStyle = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;

// True if the argument is an option that takes the next argument as its value, in any command.
bool takes_value(const std::string& argument) {
  po::options_description all = global_options();
  for (const Command& command : command_table()) {
    all.add(options_of(command));
  }
  return argument.starts_with("--") &&
         std::any_of(all.options().begin(), all.options().end(), [&](const auto& option) {
           return option->long_name() == argument.substr(2) && option->semantic()->max_tokens() > 0;
         });
}

// Joins an option with a value that starts with a dash, as in --sort -value, to --sort=-value.
// Boost would parse -value as an option.
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

// The index of the verb: the first argument that is neither an option nor the value of one.
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
      throw UsageError("--db needs a file name, or the URL of a database");
    }
    return path;
  }
  return default_database();
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
  if (command == nullptr || !command->takes_sweep()) {
    hidden.add_options()("sweep", po::value<std::string>());  // dispatch() refuses it with a reason
  }
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
  const auto found = std::find_if(command_table().begin(), command_table().end(),
                                  [&](const Command& c) { return c.name == verb; });
  if (found == command_table().end()) {
    std::vector<std::string_view> names;
    std::transform(command_table().begin(), command_table().end(), std::back_inserter(names),
                   [](const Command& c) { return c.name; });
    throw UsageError(fmt::format("unknown command '{}'{}; see hpsearch --help", verb,
                                 did_you_mean(verb, names)));
  }
  return *found;
}

// How answers look: --color and --no-pager.
void choose_looks(const po::variables_map& options) {
  if (options.count("no-pager") > 0) {
    forbid_pager();
  }
  if (options.count("color") == 0) {
    return;
  }
  const auto& word = options["color"].as<std::string>();
  if (std::find(std::begin(kColourWords), std::end(kColourWords), word) == std::end(kColourWords)) {
    throw UsageError(fmt::format("--color must be one of {}; found '{}'{}",
                                 fmt::join(kColourWords, ", "), word,
                                 did_you_mean(word, kColourWords)));
  }
  choose_colours(word);
}

int dispatch(const std::string& program, const std::vector<std::string>& arguments) {
  if (!arguments.empty() && arguments.front() == kCompleteVerb) {
    fmt::print("{}", completions({arguments.begin() + 1, arguments.end()}));
    return kExitDone;
  }
  if (arguments.empty()) {
    fmt::print("{}", first_steps());
    return kExitDone;
  }
  if (arguments.size() == 2 && arguments.front() == kShareVerb) {
    write_share_files(arguments.back());
    return kExitDone;
  }
  const std::size_t verb = find_verb(arguments);
  std::vector<std::string> rest = arguments;
  for (const char* question : {"--help", "-h", "--version", "--licenses"}) {  // asked twice
    const auto first = std::find(rest.begin(), rest.end(), question);
    if (first != rest.end()) {
      rest.erase(std::remove(first + 1, rest.end(), question), rest.end());
    }
  }
  const Command* command = nullptr;
  if (verb < arguments.size()) {
    command = &find_command(arguments[verb]);
    rest.erase(std::find(rest.begin(), rest.end(), arguments[verb]));
  }
  std::vector<std::string> operands;
  const po::variables_map options = parse(join_values(rest), command, operands);
  choose_looks(options);
  if (options.count("help") > 0) {
    print_text(command == nullptr ? help_text() : help_text(*command), Paging::kIfLong);
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
  const std::size_t most = command->most_operands();
  if (operands.size() > most) {
    throw UsageError(fmt::format("'{}' takes {}; found '{}'; see hpsearch {} --help", command->name,
                                 most == 0   ? "no arguments"
                                 : most == 1 ? "only one argument"
                                             : "only " + std::string(command->operands),
                                 operands[most], command->name));
  }
  if (command->needs_operand() && operands.empty()) {
    throw UsageError(fmt::format("'{}' needs {}; see hpsearch {} --help", command->name,
                                 command->operands, command->name));
  }
  if (options.count("sweep") > 0 && !command->takes_sweep()) {
    throw UsageError(fmt::format("'{}' takes no --sweep: {}", command->name, command->no_sweep));
  }
  const auto sweep =
      options.count("sweep") > 0 ? std::optional(options["sweep"].as<std::string>()) : std::nullopt;
  return command->run({program, arguments, database_path(options), sweep, operands, options});
}

// For what no check foresaw: its own words would tell a user nothing.
constexpr char kForeignContent[] =
    "hpsearch: the database holds something that hpsearch does not write: another program has "
    "changed it, or the file is damaged; go back to a copy of it. If nothing touched the file, "
    "this is an error in hpsearch: please report it with the command";

int fail(ExitCode code, const std::string& message) {
  // Messages contain names and paths, whose control characters must not reach the terminal.
  const std::string clean = reports::printable(message, reports::LineBreaks::kKept);
  const std::string line = (in_colour(stderr) ? painted_error(clean) : clean) + "\n";
  static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
  return code;
}

int fail(ExitCode code, const std::exception& error) {
  return fail(code, fmt::format("hpsearch: {}", error.what()));
}

// No message and no command that is shown may have a password of a URL.
std::vector<std::string> without_passwords(std::vector<std::string> arguments) {
  for (std::string& argument : arguments) {
    constexpr std::string_view kOption = "--db=";
    argument =
        argument.starts_with(kOption)
            ? std::string(kOption) + storage::without_password(argument.substr(kOption.size()))
            : storage::without_password(argument);
  }
  return arguments;
}

}  // namespace

std::filesystem::path default_database() {
  const char* variable = std::getenv("HPSEARCH_DB");
  if (variable == nullptr || *variable == '\0') {
    return "hpsearch.db";
  }
  const std::string text = variable;
  std::string named = storage::without_password(text);
  if (named != text) {
    setenv("HPSEARCH_DB", named.c_str(), 1);  // for the programs that trials run
  }
  return named;
}

void add_no_options(po::options_description&) {}

void add_set_option(po::options_description& options) {
  options.add_options()("set",
                        po::value<std::vector<std::string>>()->value_name("KEY=VALUE")->composing(),
                        "override a value in the file, such as training.epochs=5; can be repeated");
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

int run_command_line(const std::string& program, const std::vector<std::string>& given) {
  const std::vector<std::string> arguments = without_passwords(given);
  storage::tell_of_waits([](const std::string& sentence) { LinePrinter(stderr).line(sentence); });
  try {
    choose_colours("auto");  // also for the errors of the options themselves
    const int code = dispatch(program, arguments);
    if (std::fflush(stdout) != 0 && errno != EPIPE) {
      throw std::runtime_error(fmt::format("cannot write the output: {}", std::strerror(errno)));
    }
    return code;
  } catch (const SweepFileError& error) {
    // No "hpsearch: " before it: editors look for file:line:column at the start.
    return fail(kExitUsage, error.what());
  } catch (const UsageError& error) {
    return fail(kExitUsage, error);
  } catch (const nn::DataError& error) {
    return fail(kExitUsage, error);
  } catch (const NoCompleteTrial& error) {
    return fail(kExitNoTrial, error);
  } catch (const std::bad_alloc&) {
    return fail(kExitRuntime, "hpsearch: out of memory; use fewer workers or smaller networks");
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(kExitRuntime,
                fmt::format("hpsearch: {}: {}", error.path1().string(), error.code().message()));
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) {
      return fail(kExitRuntime, error);
    }
    return fail(kExitRuntime,
                "hpsearch: cannot start a thread; raise the limits of processes (ulimit -u) and of "
                "memory (ulimit -v)");
  } catch (const nlohmann::json::exception&) {
    return fail(kExitRuntime, kForeignContent);
  } catch (const std::logic_error&) {
    return fail(kExitRuntime, kForeignContent);
  } catch (const std::bad_optional_access&) {
    return fail(kExitRuntime, kForeignContent);
  } catch (const std::bad_variant_access&) {
    return fail(kExitRuntime, kForeignContent);
  } catch (const std::exception& error) {
    return fail(kExitRuntime, error);
  }
}

}  // namespace hpsearch::runner
