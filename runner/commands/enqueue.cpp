#include <algorithm>
#include <cstdio>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "nn/base/random.h"
#include "nn/settings/settings.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "runner/commands/answer.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/exit_code.h"
#include "runner/console/line_printer.h"
#include "runner/console/usage_error.h"
#include "runner/run/environment.h"
#include "runner/run/launch.h"
#include "runner/run/shard.h"
#include "runner/stored/stored_spec.h"
#include "runner/sweep_file/complete_params.h"
#include "runner/sweep_file/configuration.h"
#include "storage/backend.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

std::vector<WrittenConfiguration> read_configurations(const Invocation& invocation) {
  const bool file = invocation.options.count("file") > 0;
  if (file == !invocation.operands.empty()) {
    throw UsageError(
        file ? "'enqueue' takes KEY=VALUE arguments or --file, not both"
             : "'enqueue' needs KEY=VALUE arguments or --file; see hpsearch enqueue --help");
  }
  return file ? read_configuration_file(invocation.options["file"].as<std::string>())
              : std::vector{read_words(invocation.operands)};
}

// Creates trials in the sweep's current stage, numbered from the first free number.
class Enqueuer {
 public:
  Enqueuer(const search::SweepSpec& spec,
           const std::vector<storage::TrialRow>& trials,
           storage::Queries& queries,
           std::int64_t sweep_id)
      : spec_(spec) {
    for (const storage::TrialRow& trial : trials) {
      next_number_ = std::max(next_number_, trial.number + 1);
      stage_ = std::max(stage_, trial.stage);
    }
    for (const storage::StageRow& stage : queries.stages(sweep_id)) {
      if (stage.stage == stage_) {
        stage_epochs_ = stage.epochs;
      }
    }
  }

  storage::TrialStart make(const search::ParamSet& given, const std::string& where) {
    const std::uint64_t number = next_number_++;
    search::ParamSet params;
    try {
      params = enqueued_params(spec_, number, given);
    } catch (const UsageError& error) {
      throw UsageError(where + error.what());
    } catch (const nn::SettingError& error) {
      throw UsageError(where + error.what());
    }
    storage::TrialStart start = make_launch(spec_, number, std::move(params), stage_epochs_).start;
    start.stage = stage_;
    return start;
  }

  std::uint64_t next_number() const { return next_number_; }

 private:
  const search::SweepSpec& spec_;
  std::uint64_t next_number_ = 0;
  int stage_ = 0;
  std::optional<int> stage_epochs_;  // empty: the trials choose it
};

// "trial 60: dropout 0.25, learning_rate 0.01 (sampled)"
std::string trial_line(const storage::TrialStart& start, const search::ParamSet& given) {
  std::string text;
  for (const auto& [name, value] : start.params) {
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", reports::printable(name),
                        reports::short_text(value), given.contains(name) ? "" : " (sampled)");
  }
  return fmt::format("trial {}: {}\n", start.number, text);
}

// What is queued, in the order of the trials; `given` has the parameters that were named for each.
std::string queued_json(const storage::SweepRow& sweep,
                        const std::vector<storage::TrialStart>& trials,
                        const std::vector<search::ParamSet>& given,
                        std::int64_t run_cap) {
  nlohmann::ordered_json json{{"format", reports::kJsonFormat},
                              {"sweep", sweep.name},
                              {"run_cap", run_cap},
                              {"trials", nlohmann::ordered_json::array()}};
  for (std::size_t i = 0; i < trials.size(); ++i) {
    auto& trial = json["trials"].emplace_back(nlohmann::ordered_json{
        {"trial", trials[i].number},
        {"params", nn::parse_ordered_json(search::params_json(trials[i].params))},
        {"sampled", nlohmann::ordered_json::array()}});
    for (const auto& [name, value] : trials[i].params) {
      if (!given[i].contains(name)) {
        trial["sampled"].push_back(name);
      }
    }
  }
  return reports::json_line(json);
}

}  // namespace

void add_enqueue_options(po::options_description& options) {
  options.add_options()("file", po::value<std::string>()->value_name("FILE"),
                        "a CSV file: a header with parameter names, then one configuration per "
                        "line; empty cells are sampled");
  add_json_option(options);
}

const char kEnqueueHelp[] =
    R"(Adds a trial with these parameters; the next run trains it first. Parameters that you omit are
sampled, as in random search. A value may lie outside the range that the sweep file declares.

Examples
  hpsearch enqueue learning_rate=0.03 dropout=0.2 && hpsearch run sweep.yaml
  hpsearch enqueue --file configurations.csv

Exit codes: 0 done; 1 another process runs the sweep, or the database cannot be read or written;
2 the sweep does not exist, or a name, a value or the table is invalid; nothing was added then.
)";

int enqueue_command(const Invocation& invocation) {
  require_fields_of(
      invocation,
      R"({"format":1,"sweep":"","run_cap":0,"trials":[{"trial":0,"params":null,"sampled":[]}]})");
  const auto written = read_configurations(invocation);
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  require_runnable(sweep);
  if (const auto shard = stored_shard(*queries, sweep.sweep_id)) {
    throw UsageError(fmt::format(
        "{} has shard {} of sweep '{}', whose trials have their numbers already; write the "
        "configurations under 'enqueue' in the sweep file before the first run, or add them once "
        "the shards are merged",
        invocation.database.string(), to_text(*shard), sweep.name));
  }
  const auto store = storage::open_store(invocation.database, tool_version());
  store->interrupt_dead_sweeps();
  const storage::SweepLock lock(invocation.database, sweep.sweep_id, sweep.name);
  const search::SweepSpec spec = stored_spec(sweep);
  Enqueuer enqueuer(spec, store->trials(sweep.sweep_id), *queries, sweep.sweep_id);
  std::vector<std::string> notes;
  std::vector<storage::TrialStart> trials;
  std::vector<search::ParamSet> all_given;
  for (const WrittenConfiguration& configuration : written) {
    const search::ParamSet given = read_values(configuration, spec, notes);
    trials.push_back(enqueuer.make(given, configuration.where));
    all_given.push_back(given);
  }
  // All or none: every configuration was checked above.
  store->enqueue(sweep.sweep_id, trials);
  print_answer(invocation,
               in_form(
                   invocation,
                   [&] {
                     std::string lines;
                     for (std::size_t i = 0; i < trials.size(); ++i) {
                       lines += trial_line(trials[i], all_given[i]);
                     }
                     return lines;
                   },
                   [&] { return queued_json(sweep, trials, all_given, spec.limits.trials); }));
  LinePrinter printer(stderr);
  for (const std::string& note : notes) {
    printer.line("note: " + note);
  }
  const auto needed = static_cast<std::int64_t>(enqueuer.next_number());
  printer.line(
      needed > spec.limits.trials
          ? fmt::format(
                "queued for sweep '{}'; run_cap is {}; to train {}, write run_cap: {} in the sweep "
                "file and run it again",
                sweep.name, spec.limits.trials, trials.size() == 1 ? "it" : "them", needed)
          : fmt::format("queued for sweep '{}'; to train {}: {}", sweep.name,
                        trials.size() == 1 ? "it" : "them", run_command_text(invocation)));
  return kExitDone;
}

}  // namespace hpsearch::runner
