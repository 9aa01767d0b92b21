#include "runner/commands/model_choice.h"

#include <filesystem>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include "nn/files/data_error.h"
#include "reports/winner/winner_file.h"
#include "runner/commands/choose_sweep.h"
#include "runner/console/line_printer.h"
#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "runner/model/train_again.h"
#include "runner/stored/stored_spec.h"
#include "storage/backend.h"

namespace hpsearch::runner {
namespace {

namespace po = boost::program_options;

constexpr std::string_view kBest = "best";

}  // namespace

storage::TrialRow choose_trial(storage::Queries& queries,
                               const storage::SweepRow& sweep,
                               const Invocation& invocation) {
  const auto text = invocation.options["trial"].as<std::string>();
  if (text == kBest) {
    const auto best = queries.best(sweep.name);
    if (!best) {
      throw NoCompleteTrial(
          fmt::format("sweep '{0}' has no complete trial, so there is no network; to see why, run: "
                      "hpsearch show "
                      "--sweep {1}",
                      sweep.name, shell_word(sweep.name)));
    }
    return queries.trial(sweep.sweep_id, best->trial).value();
  }
  if (text.find_first_not_of("0123456789") != text.npos) {
    throw UsageError(fmt::format("--trial must be best or a trial's number; found '{}'", text));
  }
  const std::uint64_t number = trial_number(text);
  if (auto trial = queries.trial(sweep.sweep_id, number)) {
    return *std::move(trial);
  }
  throw UsageError(no_such_trial(queries, sweep, number));
}

void add_trial_options(po::options_description& options) {
  options.add_options()  //
      ("trial", po::value<std::string>()->value_name("N")->default_value(std::string(kBest)),
       "use this trial's network; any but the winner's is trained again first, since only the "
       "winner's weights are kept")  //
      ("model", po::value<std::string>()->value_name("FILE"),
       "a model file instead, such as best.safetensors; needs no database");
}

void add_model_options(po::options_description& options) {
  add_trial_options(options);
  options.add_options()  //
      ("precision", po::value<std::string>()->value_name("P"),
       "f32 or bf16 instead of what the model was trained in");
}

ChosenModel choose_model(const Invocation& invocation) {
  const po::variables_map& options = invocation.options;
  if (options.count("model") > 0) {
    if (invocation.sweep || !options["trial"].defaulted()) {
      throw UsageError("--model names the model already; leave --trial and --sweep out");
    }
    const auto file = options["model"].as<std::string>();
    return {nn::load_model(file), file};
  }
  const auto queries = storage::open_queries(invocation.database);
  const storage::SweepRow sweep = choose_sweep(*queries, invocation);
  const storage::TrialRow trial = choose_trial(*queries, sweep, invocation);
  const search::EnsembleSpec made = stored_spec(sweep).ensemble;
  const bool ensemble =
      queries->ensemble(sweep.sweep_id) && (made.trials > 0 || made.folds > 0 || made.refit);
  const bool best = options["trial"].as<std::string>() == kBest;
  const std::string name = ensemble && best
                               ? fmt::format("the ensemble of {}", sweep.name)
                               : fmt::format("trial {} of {}", trial.number, sweep.name);
  if (ensemble && !best) {  // the winner's file holds the ensemble
    LinePrinter printer(stderr);
    return {train_again(*queries, sweep, trial, printer), name};
  }
  if (const auto file = reports::trial_file(*queries, trial.trial_id, "weights")) {
    return {nn::load_model(*file), name};
  }
  LinePrinter printer(stderr);
  return {train_again(*queries, sweep, trial, printer), name};
}

const std::string& require_input(const Invocation& invocation) {
  const std::string& file = invocation.operands.front();
  if (file.empty()) {
    throw UsageError("the file's name is empty; name a table, or write - for stdin");
  }
  if (file != "-" && !std::filesystem::exists(file)) {
    throw nn::DataError(file, "there is no such file", "check the name and the folder");
  }
  return file;
}

std::optional<nn::Precision> choose_precision(const Invocation& invocation) {
  if (invocation.options.count("precision") == 0) {
    return std::nullopt;
  }
  const auto text = invocation.options["precision"].as<std::string>();
  if (text == "f32") {
    return nn::Precision::kF32;
  }
  if (text != "bf16") {
    throw UsageError(fmt::format("unknown precision '{}'; valid: f32, bf16", text));
  }
  return nn::Precision::kBf16;
}

}  // namespace hpsearch::runner
