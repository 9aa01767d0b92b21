#include "runner/check/preview.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"
#include "runner/check/estimate.h"
#include "runner/check/pruning_preview.h"
#include "runner/console/line_printer.h"
#include "runner/run/history.h"
#include "runner/run/lag_text.h"
#include "runner/run/shard.h"
#include "runner/run/sweep_stages.h"
#include "runner/sweep_file/complete_params.h"
#include "search/samplers/choose.h"
#include "search/samplers/sampler.h"

namespace hpsearch::runner {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kShownTrials = 10;

std::vector<search::Stage> planned_stages(const search::SweepSpec& spec) {
  return current_stages(spec, new_stages(spec), {}, {});
}

struct NextTrial {
  std::uint64_t number = 0;
  search::ParamSet params;
};

// Of a shard that has begun `begun` of its trials. What the file enqueues has the first numbers.
std::vector<std::uint64_t> next_numbers(const search::SweepSpec& spec,
                                        const storage::Shard& shard,
                                        std::uint64_t end,
                                        std::uint64_t begun) {
  std::vector<std::uint64_t> numbers;
  std::uint64_t skipped = 0;
  for (std::uint64_t number = shard.index; number < end && numbers.size() < kShownTrials;
       number += shard.count) {
    if (number >= spec.enqueue.size() && skipped++ >= begun) {
      numbers.push_back(number);
    }
  }
  return numbers;
}

// The next trials of the stage, as far as they are shown and depend on no result.
std::vector<NextTrial> next_trials(const search::SweepSpec& spec,
                                   const std::optional<WarmStart>& warm,
                                   std::uint64_t begun,
                                   const std::optional<storage::Shard>& shard = {}) {
  const auto stages = planned_stages(spec);
  const search::SamplerInfo& method = *search::find_sampler(spec.method);
  const auto sampler =
      method.make({spec.space,
                   spec.seed,
                   spec.search,
                   stages,
                   {},
                   spec.lag(),
                   spec.constraints,
                   warm ? warm->results.used : std::vector<search::Observation>{}});
  auto count =
      static_cast<std::uint64_t>(stages.empty() ? spec.limits.trials : stages.front().trials);
  count = std::min(count, sampler->size().value_or(count));
  const bool lagged = method.learns == search::Learns::kTrials;
  if (lagged) {  // later suggestions depend on results
    count = std::min(count, spec.lag());
  }
  // A method that learns from the trials before needs their results.
  const bool foreseeable = begun == 0 || method.learns == search::Learns::kNothing;
  const std::uint64_t end = foreseeable ? std::min(count, begun + kShownTrials) : begun;
  const search::Rules rules{spec.space, spec.constraints, spec.seed, {}};  // may repeat
  std::vector<NextTrial> trials;
  if (shard) {
    const std::uint64_t enqueued = spec.enqueue.size();
    for (const std::uint64_t number : next_numbers(spec, *shard, count, begun)) {
      trials.push_back(
          {number, search::choose(*sampler, rules, number - enqueued, search::Known{})->params});
    }
    return trials;
  }
  History history;
  for (std::uint64_t position = begun; position < end; ++position) {
    const auto known = lagged ? history.known_with_lag(position, spec.lag()) : search::Known{};
    auto suggestion = search::choose(*sampler, rules, position, known);
    trials.push_back({position, std::move(suggestion->params)});
    history.add_begun(position, 0, trials.back().params);
  }
  return trials;
}

std::string epochs_text(const search::SweepSpec& spec) {
  const auto epochs = planned_epochs(spec);
  return epochs ? fmt::format("{:.0f} in total", *epochs) : "chosen by each trial";
}

// "repeats: the best 3 trials with 3 seeds each: 6 more trainings, at most 120 epochs".
std::string repeats_text(const search::SweepSpec& spec) {
  if (spec.repeats.seeds == 0) {
    return "";
  }
  const RepeatCost cost = repeat_cost(spec);
  return fmt::format("repeats: the best {} with {} seeds each: {} more training{}{}\n",
                     cost.trials == 1 ? "trial" : fmt::format("{} trials", cost.trials),
                     spec.repeats.seeds, cost.trainings, cost.trainings == 1 ? "" : "s",
                     cost.epochs ? fmt::format(", at most {:.0f} epochs", *cost.epochs) : "");
}

std::string limits_text(const search::StopLimits& limits) {
  std::string text = fmt::format("{} trial{}", limits.trials, limits.trials == 1 ? "" : "s");
  if (limits.epochs) {
    text += fmt::format(", {} epochs", *limits.epochs);
  }
  if (limits.seconds) {
    text += ", " + reports::duration_text(*limits.seconds);
  }
  if (limits.target) {
    text += fmt::format(", target {}", reports::short_number(*limits.target));
  }
  if (limits.no_improvement) {
    text += fmt::format(", {} in a row without improvement", *limits.no_improvement);
  }
  if (limits.failures) {
    text += fmt::format(", {} failure{}", *limits.failures, *limits.failures == 1 ? "" : "s");
  }
  return text;
}

std::string distribution_text(const search::Distribution& distribution) {
  if (const auto* fixed = std::get_if<search::Fixed>(&distribution)) {
    return fmt::format("{} (fixed)", nn::to_text(fixed->value));
  }
  if (const auto* choice = std::get_if<search::Categorical>(&distribution)) {
    std::string text = fmt::format("one of {}", nn::to_text(nn::Value(choice->values)));
    if (!choice->probabilities.empty()) {
      text += fmt::format(" with probabilities {}", fmt::join(choice->probabilities, ", "));
    }
    return choice->ordered ? text + ", in this order" : text;
  }
  if (const auto* normal = std::get_if<search::Normal>(&distribution)) {
    // Quantiles tell more than mu and sigma, most of all for log_normal.
    const auto at = [&](double unit) {
      return reports::short_text(search::value_at(distribution, unit));
    };
    return fmt::format(
        "{} with mu {} and sigma {}: half of the values from {} to {}, 98 % from {} to {}",
        normal->logarithmic ? "log_normal" : "normal", reports::short_number(normal->mu),
        reports::short_number(normal->sigma), at(0.25), at(0.75), at(0.01), at(0.99));
  }
  if (const auto* beta = std::get_if<search::Beta>(&distribution)) {
    return fmt::format("beta with a {} and b {}, in [0, 1]: half of the values from {} to {}",
                       reports::short_number(beta->a), reports::short_number(beta->b),
                       reports::short_text(search::value_at(distribution, 0.25)),
                       reports::short_text(search::value_at(distribution, 0.75)));
  }
  const auto& range = std::get<search::Numeric>(distribution);
  std::string text =
      fmt::format("{} to {}, {}", reports::short_number(range.low),
                  reports::short_number(range.high), range.logarithmic ? "log scale" : "linear");
  if (range.step != 0.0) {
    text += range.step == 1.0 ? ", whole numbers"
                              : fmt::format(", multiples of {}", reports::short_number(range.step));
  }
  return text;
}

}  // namespace

std::string plan_text(const search::SweepSpec& spec) {
  std::string text = fmt::format("{}: {} search, {} {}\n", reports::printable(spec.name),
                                 spec.method, search::to_text(spec.metric.goal), spec.metric.name);
  text += fmt::format("limits: {}\n", limits_text(spec.limits));
  for (const storage::StageRow& stage : new_stages(spec)) {
    if (!spec.search.stages.empty()) {
      text += fmt::format("stage {}: {} trials of {} epochs\n", stage.stage, stage.trials,
                          stage.epochs.value_or(0));
    }
  }
  text += fmt::format("epochs: {}\n", epochs_text(spec)) + repeats_text(spec) + pruning_text(spec);
  const bool plain = spec.constraints.empty() && !search::has_conditions(spec.space);
  const search::Rules rules{spec.space, spec.constraints, spec.seed};
  const auto points = plain ? std::nullopt : search::count_points(rules);
  const auto size =
      points ? std::optional(static_cast<double>(*points)) : search::space_size(spec.space);
  text += size ? fmt::format("space: {:.0f} different configuration{}\n", *size,
                             *size == 1.0 ? "" : "s")
               : std::string("space: continuous\n");
  for (const search::Parameter& parameter : spec.space) {
    if (!parameter.leader.empty()) {
      nn::ValueList values;
      for (const search::Parameter::Row& row : parameter.rows) {
        values.push_back(row.own);
      }
      text += fmt::format("  {}: {}, together with {}\n", reports::printable(parameter.name),
                          reports::printable(nn::to_text(nn::Value(values))),
                          reports::printable(parameter.leader));
      continue;
    }
    const std::string when = parameter.when ? ", when " + parameter.when->text() : "";
    text += fmt::format("  {}: {}\n", reports::printable(parameter.name),
                        reports::printable(distribution_text(parameter.distribution) + when));
  }
  for (const search::Expression& constraint : spec.constraints) {
    text += fmt::format("constraint: {}\n", reports::printable(constraint.text()));
  }
  if (!spec.constraints.empty()) {
    constexpr int kDraws = 10'000;
    text += fmt::format("constraints: satisfied by {:.2g} % of {} samples\n",
                        100.0 * search::feasible_share(rules, kDraws), kDraws);
  }
  for (const search::ResultConstraint& constraint : spec.result_constraints) {
    text += fmt::format(
        "constraint on results: {}{}\n", reports::printable(constraint.expression.text()),
        spec.program ? reports::printable(fmt::format(", of what the program reports as {}",
                                                      fmt::join(constraint.results, " and ")))
                     : "");
  }
  if (!spec.result_constraints.empty()) {
    text +=
        "constraints on results: judged once a trial has ended; those that violate them rank "
        "last\n";
  }
  if (spec.policy.timeout_seconds && !spec.program) {
    text +=
        "trial_timeout: depends on the machine and its load: a trial that it ends elsewhere "
        "may complete here\n";
  }
  if (depends_on_time(spec)) {
    text +=
        "seconds: depend on the machine and its load, so that another run may rank trials "
        "differently, and its digest may differ\n";
  }
  return text;
}

std::string preview(const search::SweepSpec& spec,
                    const std::optional<WarmStart>& warm,
                    std::uint64_t begun,
                    const std::optional<storage::Shard>& shard) {
  const auto trials = next_trials(spec, warm, begun, shard);
  std::vector<reports::TableColumn> columns{{"trial"}};
  for (const search::Parameter& parameter : spec.space) {
    columns.push_back({reports::printable(parameter.name)});
  }
  for (const auto& [number, params] : trials) {
    columns[0].cells.push_back(std::to_string(number));
    for (std::size_t p = 0; p < spec.space.size(); ++p) {
      const auto value = params.find(spec.space[p].name);
      columns[p + 1].cells.push_back(value == params.end() ? "-"
                                                           : reports::short_text(value->second));
    }
  }
  std::string text = plan_text(spec) + warm_start_text(warm);
  text += shard ? shard_text(*shard, spec.limits.trials) + "\n" : "";
  if (trials.empty()) {
    return text;
  }
  text += fmt::format("\nthe {} {} trials:\n", begun == 0 ? "first" : "next", trials.size());
  return text + reports::format_table(columns, terminal_width(stdout));
}

std::string preview_json(const search::SweepSpec& spec,
                         const std::optional<WarmStart>& warm,
                         std::uint64_t begun,
                         const std::optional<storage::Shard>& shard) {
  Json json{{"format", 1},
            {"sweep", spec.name},
            {"method", spec.method},
            {"metric", spec.metric.name},
            {"run_cap", spec.limits.trials},
            {"begun", begun},
            {"warm_start", nullptr},
            {"bands", pruning_json(spec)},
            {"stages", Json::array()},
            {"trials", Json::array()}};
  if (warm) {
    json["warm_start"] = nn::parse_ordered_json(warm_start_event(*warm, {}).detail_json);
    json["warm_start"].erase("space");
  }
  for (const storage::StageRow& stage : new_stages(spec)) {
    json["stages"].push_back({{"stage", stage.stage},
                              {"trials", stage.trials},
                              {"epochs", stage.epochs ? Json(*stage.epochs) : Json(nullptr)}});
  }
  for (const auto& [number, params] : next_trials(spec, warm, begun, shard)) {
    json["trials"].push_back(nn::parse_ordered_json(search::params_json(params)));
    if (shard) {
      json["numbers"].push_back(number);
    }
  }
  if (shard) {
    json["shard"] = {{"index", shard->index}, {"count", shard->count}};
  }
  return nn::json_text(json) + "\n";
}

search::ParamSet first_trial(const search::SweepSpec& spec) {
  if (!spec.enqueue.empty()) {
    return enqueued_params(spec, 0, spec.enqueue.front());
  }
  const auto trials = next_trials(spec, std::nullopt, 0);
  return trials.empty() ? search::ParamSet() : trials.front().params;
}

}  // namespace hpsearch::runner
