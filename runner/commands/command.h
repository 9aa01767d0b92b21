// The verbs of the command line.
#pragma once

#include <cstdint>
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

// The parsed command line of one call.
struct Invocation {
  std::string program;                 // argv[0], for commands in messages
  std::vector<std::string> arguments;  // all, to print the command that continues a run
  std::filesystem::path database;
  std::optional<std::string> sweep;   // --sweep; empty: the newest
  std::vector<std::string> operands;  // arguments that are neither options nor their values
  const boost::program_options::variables_map& options;
};

struct Command {
  std::string_view name;
  std::string_view operands;  // "FILE..."; "[N]": optional; empty: takes none
  std::string_view group;     // its heading in --help
  std::string_view summary;   // one line, for --help
  void (*add_options)(boost::program_options::options_description&);
  int (*run)(const Invocation&);
  const char* help;  // for COMMAND --help: what it does, examples, exit codes
  // Why the command takes no --sweep, as a clause: "it shows all sweeps". Empty: it takes one.
  std::string_view no_sweep = {};

  bool needs_operand() const { return !operands.empty() && !operands.starts_with('['); }
  bool takes_sweep() const { return no_sweep.empty(); }
  // "FILE" is one, "A B" two, "FILE..." any number.
  std::size_t most_operands() const {
    const bool many = operands.find("...") != std::string_view::npos;
    const bool two = operands.find(' ') != std::string_view::npos;
    return operands.empty() ? 0 : many ? SIZE_MAX : two ? 2 : 1;
  }
};

std::span<const Command> command_table();

// Of a call without --db: $HPSEARCH_DB, else hpsearch.db.
std::filesystem::path default_database();

// Parses a whole number without leading zeros or a plus sign; empty for anything else.
std::optional<std::int64_t> whole_number(const std::string& text,
                                         std::int64_t min,
                                         std::int64_t max);

// Parses the number of an option; throws UsageError, naming the option, for anything else. Boost's
// own parser would read "-1" as 4294967295.
std::int64_t option_number(const std::string& option,
                           const std::string& text,
                           std::int64_t min,
                           std::int64_t max);

// Adds --set KEY=VALUE, and reads its edits. Throws UsageError for a malformed edit.
void add_set_option(boost::program_options::options_description& options);
std::vector<YamlEdit> set_edits(const Invocation& invocation);

// For commands without options of their own.
void add_no_options(boost::program_options::options_description& options);

// --- The verbs, one file each in commands/ ---------------------------------------------------

void add_init_options(boost::program_options::options_description& options);
int init_command(const Invocation& invocation);
extern const char kInitHelp[];

int tour_command(const Invocation& invocation);
extern const char kTourHelp[];

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
std::vector<std::string_view> export_format_names();

void add_list_options(boost::program_options::options_description& options);
void add_json_option(boost::program_options::options_description& options);
void add_show_options(boost::program_options::options_description& options);
int list_command(const Invocation& invocation);
extern const char kListHelp[];

int show_command(const Invocation& invocation);
extern const char kShowHelp[];

void add_serve_options(boost::program_options::options_description& options);
int serve_command(const Invocation& invocation);
extern const char kServeHelp[];

void add_predict_options(boost::program_options::options_description& options);
int predict_command(const Invocation& invocation);
extern const char kPredictHelp[];

void add_eval_options(boost::program_options::options_description& options);
int eval_command(const Invocation& invocation);
extern const char kEvalHelp[];

int stop_command(const Invocation& invocation);
extern const char kStopHelp[];

int retry_command(const Invocation& invocation);
extern const char kRetryHelp[];

int completion_command(const Invocation& invocation);
extern const char kCompletionHelp[];

void add_enqueue_options(boost::program_options::options_description& options);
int enqueue_command(const Invocation& invocation);
extern const char kEnqueueHelp[];

}  // namespace hpsearch::runner
