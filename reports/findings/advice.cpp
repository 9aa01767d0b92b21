#include "reports/findings/advice.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/findings/advice_rules.h"
#include "reports/findings/noise.h"
#include "reports/sweep/trial_course.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {

AdviceInput read_advice_input(storage::Queries& queries, const SweepData& data) {
  AdviceInput input{data};
  if (!data.ranked.empty()) {
    const storage::TrialRow& best = data.trials[data.ranked.front()].row;
    input.borders = border_warnings(data.stages, best.params_json, data.written_space);
    const TrialCourse course = read_course(queries, best);
    input.best_epochs = course.epochs;
    if (folds_of(data.sweep.data_json) > 0) {
      input.best_folds = queries.replicate_values(best.trial_id);
      const auto ensemble = queries.ensemble(data.sweep.sweep_id);
      input.averages_trials = ensemble && ensemble->kind == "trials";
      for (std::size_t i = 0; i < std::min(kBest, data.ranked.size()); ++i) {
        const storage::TrialRow& trial = data.trials[data.ranked[i]].row;
        input.trainings.push_back(queries.replicates(trial.trial_id));
      }
    }
    input.pruning = pruning_gain(queries, data);
    for (const storage::MetricRow& row : course.metrics) {
      if (row.name == "initial_loss" && row.epoch == 0) {
        input.initial_loss = row.value;
      }
    }
  }
  return input;
}

std::vector<Advice> advice(const AdviceInput& input) {
  const SweepData& data = input.data;
  std::vector<Advice> result;
  if (data.ranked.empty()) {
    advise_divergence(data, result);
    advise_nearly_all_diverged(data, result);
    return result;
  }
  for (const BorderWarning& border : input.borders) {
    result.push_back(
        {"border", border.parameter, fmt::format("{} {}", border.remedy, border.parameter),
         fmt::format("the best value {} lies {}", short_text(border.value), border.place),
         border.yaml});
  }
  advise_divergence(data, result);
  advise_nearly_all_diverged(data, result);
  advise_epochs(input, result);
  advise_fit(input, result);
  advise_ranges(data, input.importance != nullptr ? *input.importance : ranked_importance(data),
                result);
  advise_effort(data, result);
  advise_folds(input, result);
  advise_pruning(input, result);
  // One change per parameter: the first rule that concerns it wins.
  std::vector<Advice> kept;
  for (Advice& one : result) {
    const bool twice =
        !one.parameter.empty() && std::any_of(kept.begin(), kept.end(), [&](const Advice& other) {
          return other.parameter == one.parameter;
        });
    if (!twice) {
      kept.push_back(std::move(one));
    }
  }
  return kept;
}

std::string advice_text(const std::vector<Advice>& advice, std::size_t most, std::size_t width) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, advice.size()); ++i) {
    const Advice& one = advice[i];
    text += wrapped(fmt::format("advice: {}: {}\n", printable(one.text), printable(one.evidence)),
                    width);
    if (!one.yaml.empty()) {
      text += fmt::format("  {}\n", printable(one.yaml));  // unwrapped, so that it can be copied
    }
  }
  return text;
}

}  // namespace hpsearch::reports
