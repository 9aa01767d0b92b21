// A verb of the command line.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runner/yaml/yaml_edit.h"

namespace boost::program_options {
class options_description;
class variables_map;
}  // namespace boost::program_options

namespace hpsearch::runner {

// What a command is called with.
struct Invocation {
  std::string program;                 // as it was called
  std::vector<std::string> arguments;  // all of them, to be able to say how to continue
  std::filesystem::path database;
  std::optional<std::string> sweep;   // --sweep
  std::vector<std::string> operands;  // what stands without a dash
  const boost::program_options::variables_map& options;
};

struct Command {
  std::string_view name;
  std::string_view operands;  // "FILE..."; "[N]": may be left out; empty: takes none
  std::string_view group;     // the heading of --help under which it stands
  std::string_view summary;   // one line
  void (*add_options)(boost::program_options::options_description&);
  int (*run)(const Invocation&);
  const char* help;  // for COMMAND --help: what it does, examples, exit codes

  bool needs_operand() const { return !operands.empty() && !operands.starts_with('['); }
  bool takes_many() const { return operands.find("...") != std::string_view::npos; }
};

std::span<const Command> command_table();

// A whole number as one writes it, without leading zeros; nothing for anything else.
std::optional<std::int64_t> whole_number(const std::string& text,
                                         std::int64_t min,
                                         std::int64_t max);

// A whole number from an option's text; UsageError naming the option otherwise. Boost would take
// "-1" for 4294967295.
std::int64_t option_number(const std::string& option,
                           const std::string& text,
                           std::int64_t min,
                           std::int64_t max);

// --set KEY=VALUE, and the edits that it asks for. UsageError for what is no edit.
void add_set_option(boost::program_options::options_description& options);
std::vector<YamlEdit> set_edits(const Invocation& invocation);

// For commands that have no options of their own.
void add_no_options(boost::program_options::options_description& options);

// --- The verbs, one file each in commands/ ---------------------------------------------------

void add_init_options(boost::program_options::options_description& options);
int init_command(const Invocation& invocation);
extern const char kInitHelp[];

void add_check_options(boost::program_options::options_description& options);
int check_command(const Invocation& invocation);
extern const char kCheckHelp[];

void add_run_options(boost::program_options::options_description& options);
int run_command(const Invocation& invocation);
extern const char kRunHelp[];

void add_report_options(boost::program_options::options_description& options);
int report_command(const Invocation& invocation);
extern const char kReportHelp[];

void add_export_options(boost::program_options::options_description& options);
int export_command(const Invocation& invocation);
extern const char kExportHelp[];

void add_json_option(boost::program_options::options_description& options);
int list_command(const Invocation& invocation);
extern const char kListHelp[];

int show_command(const Invocation& invocation);
extern const char kShowHelp[];

void add_serve_options(boost::program_options::options_description& options);
int serve_command(const Invocation& invocation);
extern const char kServeHelp[];

int stop_command(const Invocation& invocation);
extern const char kStopHelp[];

int retry_command(const Invocation& invocation);
extern const char kRetryHelp[];

void add_enqueue_options(boost::program_options::options_description& options);
int enqueue_command(const Invocation& invocation);
extern const char kEnqueueHelp[];

}  // namespace hpsearch::runner
