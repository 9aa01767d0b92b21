#include "runner/check/pruning_preview.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/text/printable.h"
#include "runner/run/sweep_stages.h"
#include "search/pruners/pruner.h"

namespace hpsearch::runner {
namespace {

// How many rungs are of interest where trials choose their own length, and how many fit on a line.
constexpr std::int64_t kManyEpochs = 1'000'000;
constexpr std::size_t kShown = 8;

// The epochs of the longest trials; empty where each trial chooses its own, or a program does.
std::optional<std::int64_t> longest(const search::SweepSpec& spec) {
  if (spec.program) {
    const auto& fidelity = spec.program->fidelity;
    return fidelity ? std::optional<std::int64_t>(fidelity->max) : std::nullopt;
  }
  std::int64_t epochs = 0;
  for (const storage::StageRow& stage : new_stages(spec)) {
    if (!stage.epochs) {
      return std::nullopt;
    }
    epochs = std::max<std::int64_t>(epochs, *stage.epochs);
  }
  return epochs;
}

std::vector<std::int64_t> rungs_within(const search::PrunerSpec& pruner,
                                       std::optional<std::int64_t> epochs) {
  return search::find_pruner(pruner.type)->rungs(pruner.options, epochs.value_or(kManyEpochs));
}

// The share of all epochs that the pruner saves at most; empty where it cannot be told.
std::optional<double> saved_share(const search::SweepSpec& spec,
                                  const search::PrunerSpec& pruner,
                                  const std::vector<std::int64_t>& rungs,
                                  std::optional<std::int64_t> epochs) {
  const auto trials = static_cast<double>(spec.limits.trials);
  if (!epochs || !spec.search.stages.empty() || rungs.empty() || trials < 1.0) {
    return std::nullopt;
  }
  const auto& info = *search::find_pruner(pruner.type);
  const double spared = std::min(
      trials, static_cast<double>(search::whole(pruner.options, "warmup_trials").value_or(0)));
  const double trained = info.trained != nullptr
                             ? info.trained(pruner.options, *epochs)
                             : static_cast<double>(rungs.front()) / static_cast<double>(*epochs);
  return (1.0 - spared / trials) * (1.0 - trained);
}

std::string pruner_text(const search::SweepSpec& spec, const search::PrunerSpec& pruner) {
  const auto& info = *search::find_pruner(pruner.type);
  const auto epochs = longest(spec);
  const auto rungs = rungs_within(pruner, epochs);
  const std::string watched =
      pruner.metric ? fmt::format(" of {}", reports::printable(pruner.metric->name)) : "";
  if (info.needs_folds) {
    return fmt::format("{}{}: {}", pruner.type, watched, info.terms(pruner.options));
  }
  if (rungs.empty()) {
    return fmt::format("{} has no rung before the last epoch, and stops no trial", pruner.type);
  }
  const auto shown = std::span(rungs).first(std::min(rungs.size(), kShown));
  std::string text =
      fmt::format("{}{} after {}{} epoch{}, where {}", pruner.type, watched, fmt::join(shown, ", "),
                  shown.size() < rungs.size() ? ", ..." : "",
                  rungs.size() == 1 && rungs[0] == 1 ? "" : "s", info.terms(pruner.options));
  if (const auto share = saved_share(spec, pruner, rungs, epochs)) {
    text += fmt::format("; saves {} {:.0f} % of the epochs",
                        info.trained != nullptr ? "about" : "at most", 100.0 * *share);
  }
  return text;
}

}  // namespace

std::string pruning_text(const search::SweepSpec& spec) {
  std::string text;
  for (const search::PrunerSpec& pruner : spec.early_terminate) {
    text += fmt::format("{}: {}\n", text.empty() ? "early_terminate" : "  also",
                        pruner_text(spec, pruner));
  }
  return text;
}

nlohmann::ordered_json pruning_json(const search::SweepSpec& spec) {
  if (spec.early_terminate.empty()) {
    return nullptr;
  }
  constexpr std::size_t kMost = 1000;
  std::set<std::int64_t> all;
  for (const search::PrunerSpec& pruner : spec.early_terminate) {
    const auto rungs = rungs_within(pruner, longest(spec));
    const auto first = std::span(rungs).first(std::min(rungs.size(), kMost));
    all.insert(first.begin(), first.end());
  }
  return all;
}

}  // namespace hpsearch::runner
