#include <algorithm>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/sweep/remark_text.h"
#include "reports/text/json_values.h"
#include "reports/text/printable.h"
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

constexpr std::size_t kLongest = 64;  // bytes

void require_tag(const std::string& tag) {
  const bool shown_whole = reports::printable(tag) == tag && tag.find(',') == std::string::npos;
  const bool trimmed = !tag.empty() && tag.front() != ' ' && tag.back() != ' ';
  if (!shown_whole || !trimmed || tag.size() > kLongest) {
    throw UsageError(
        fmt::format("'{}' is no tag: it is a word or some, without commas and control characters, "
                    "of at most {} bytes",
                    tag, kLongest));
  }
}

// A line for the sweep, and one for each of its trials that has tags.
std::string all_text(const storage::SweepRow& sweep, const storage::Remarks& remarks) {
  std::string text;
  for (std::size_t i = 0; i < remarks.tags.size(); ++i) {
    const auto& trial = remarks.tags[i].trial;
    if (i == 0 || remarks.tags[i - 1].trial != trial) {
      text += fmt::format("{}: {}\n", trial ? fmt::format("trial {}", *trial) : sweep.name,
                          reports::tags_text(remarks.tags_of(trial)));
    }
  }
  return text;
}

}  // namespace

void add_tag_options(po::options_description& options) {
  options.add_options()  //
      ("trial", po::value<std::string>()->value_name("N"),
       "the trial to tag, instead of the sweep as a whole")  //
      ("remove", "take the tags away");
  add_json_option(options);
}

const char kTagHelp[] =
    R"(Gives a sweep, or one of its trials, words by which you find it again. Without TAG, shows the tags
of the sweep and of its trials. `list`, `report`, `show` and the page show them; --db-copy and merge
take them along. They change no result and no digest, and work while a run trains the sweep.

Examples
  hpsearch tag paper baseline
  hpsearch tag odd --trial 12
  hpsearch tag odd --trial 12 --remove
  hpsearch list --tag paper

Exit codes: 0 done; 1 the database cannot be read or written; 2 the sweep or the trial does not
exist, or a tag is invalid.
)";

int tag_command(const Invocation& invocation) {
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const auto trial = remarked_trial(*queries, sweep, invocation);
  const bool remove = invocation.options.count("remove") > 0;
  if (invocation.operands.empty() && (remove || trial)) {
    throw UsageError("'tag' needs a tag with these options: hpsearch tag TAG...");
  }
  std::for_each(invocation.operands.begin(), invocation.operands.end(), require_tag);
  if (!invocation.operands.empty()) {
    const auto store = storage::open_store(invocation.database, tool_version());
    if (remove) {
      store->remove_tags(sweep.sweep_id, trial, invocation.operands);
    } else {
      store->add_tags(sweep.sweep_id, trial, invocation.operands);
    }
  }
  const storage::Remarks remarks = queries->remarks(sweep.sweep_id);
  if (invocation.options.count("json") > 0) {
    print_json(reports::json_line({{"format", reports::kJsonFormat},
                                   {"sweep", sweep.name},
                                   {"tags", reports::all_tags_json(remarks)}}));
  } else {
    print_text(all_text(sweep, remarks));
  }
  return kExitDone;
}

}  // namespace hpsearch::runner
