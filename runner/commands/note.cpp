#include <algorithm>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/base/utf8.h"
#include "reports/sweep/remark_text.h"
#include "reports/text/json_values.h"
#include "runner/commands/choose_sweep.h"
#include "runner/commands/record_commands.h"
#include "runner/console/exit_code.h"
#include "runner/console/output.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::size_t kLongest = 16'384;  // bytes

bool is_utf8(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    if (!point.valid) {
      return false;
    }
    at += point.size;
  }
  return true;
}

// The notes on the sweep, then those on each of its trials.
std::string all_text(storage::Remarks remarks) {
  remarks.tags.clear();
  std::string text;
  for (std::size_t i = 0; i < remarks.notes.size(); ++i) {
    const auto& trial = remarks.notes[i].trial;
    if (i == 0 || remarks.notes[i - 1].trial != trial) {
      text += trial ? fmt::format("trial {}\n", *trial) : "";
      text += reports::remark_lines(remarks, trial);
    }
  }
  return text;
}

}  // namespace

void add_note_options(po::options_description& options) {
  options.add_options()  //
      ("trial", po::value<std::string>()->value_name("N"),
       "the trial that the note is about, instead of the sweep as a whole")  //
      ("clear", "remove its earlier notes; with TEXT, write that instead");
  add_json_option(options);
}

const char kNoteHelp[] =
    R"(Adds a note, with its time, to a sweep or to one of its trials. Without TEXT, shows the notes on the
sweep and on its trials. `report`, `show` and the page show them; --db-copy and merge take them
along. They change no result and no digest, and work while a run trains the sweep.

Examples
  hpsearch note "with the labels that Ann has corrected"
  hpsearch note --trial 12 "its loss jumps at epoch 7"
  hpsearch note --trial 12 --clear

Exit codes: 0 done; 1 the database cannot be read or written; 2 the sweep or the trial does not
exist, or the note is empty or too long.
)";

int note_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const auto trial = remarked_trial(*queries, sweep, invocation);
  const bool clear = invocation.options.count("clear") > 0;
  const std::string text = fmt::format("{}", fmt::join(invocation.operands, " "));
  const bool blank = text.find_first_not_of(" \t\n") == std::string::npos;
  if (!invocation.operands.empty() && (blank || text.size() > kLongest || !is_utf8(text))) {
    throw UsageError(
        fmt::format("a note is a text in UTF-8 of at most {} bytes, and not empty", kLongest));
  }
  if (invocation.operands.empty() && trial && !clear) {
    throw UsageError("'note' needs a text with --trial; show N shows the notes on trial N");
  }
  if (!blank || clear) {
    const auto store = storage::open_store(invocation.database, tool_version());
    if (blank) {
      store->remove_notes(sweep.sweep_id, trial);
    } else {
      store->add_note(sweep.sweep_id, trial, text, clear);
    }
  }
  const storage::Remarks remarks = queries->remarks(sweep.sweep_id);
  if (invocation.options.count("json") > 0) {
    print_json(reports::json_line({{"format", reports::kJsonFormat},
                                   {"sweep", sweep.name},
                                   {"notes", reports::all_notes_json(remarks)}}));
  } else {
    print_text(all_text(remarks));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
