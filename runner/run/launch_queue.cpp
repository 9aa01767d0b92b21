#include "runner/run/launch_queue.h"

#include <algorithm>
#include <utility>

namespace hpsearch::runner {
namespace {

// Of a program only what a parameter tells; else 0.
int known_epochs(const search::SweepSpec& spec, const Launch& launch) {
  return spec.program ? launch.start.epochs : launch.task.epochs;
}

}  // namespace

LaunchQueue::LaunchQueue(const DriverParts& parts, Plan& plan)
    : spec_(parts.spec),
      trials_(parts.trials),
      stored_(parts.stored),
      plan_(plan),
      suggester_(parts.spec, parts.sampler, parts.learns, parts.stages, parts.begun, parts.earlier),
      pruners_(parts.spec) {}

std::optional<Launch> LaunchQueue::next() {
  waits_for_results_ = false;
  while (next_unfinished_ < plan_.unfinished.size()) {
    const storage::TrialRow& row = plan_.unfinished[next_unfinished_];
    if (row.number < plan_.end_number()) {
      if (!may_begin(row.number)) {
        return std::nullopt;
      }
      ++next_unfinished_;
      Launch launch = make_launch_again(spec_, row, stored_.at(row.number));
      if (plan_.promotes) {
        plan_.promotions.complete(launch);
      }
      return with_rule(std::move(launch));
    }
    ++next_unfinished_;
  }
  auto launch = next_new();
  while (launch && !plan_.begins_here(launch->task.number)) {
    launch = next_new();  // of another shard: it only counts among those that have been tried
  }
  return launch ? std::optional(with_rule(*std::move(launch))) : std::nullopt;
}

std::optional<Launch> LaunchQueue::next_new() {
  for (auto row = plan_.later_rows.find(plan_.next_number); row != plan_.later_rows.end();
       row = plan_.later_rows.find(plan_.next_number)) {
    plan_.history.add_tried(row->second.first, row->second.second);
    ++plan_.next_number;
  }
  const bool no_new_ones = plan_.next_number >= plan_.end_number();
  if ((no_new_ones && !plan_.may_promote()) || !may_begin(plan_.next_number)) {
    return std::nullopt;
  }
  if (plan_.promotes) {
    auto launch = promoted(no_new_ones);
    if (launch || no_new_ones || waits_for_results_) {
      return launch;
    }
  }
  auto launch = suggester_.suggest(plan_.next_number, plan_.history);
  waits_for_results_ = suggester_.waits_for_results();
  if (suggester_.ended_stage()) {
    return next_new();  // promotions come first
  }
  if (suggester_.used_up()) {
    plan_.used_up = plan_.next_number;
    return plan_.promotes ? next_new() : std::nullopt;
  }
  plan_.next_number += launch ? 1U : 0U;
  return launch;
}

// A promotion comes before a new trial. By the rule of the lag it follows from the trials up to
// t - W. Where the next new trial needs the results of more, as at the beginning of a stage, or
// where there are no new ones any more, it follows from all that those are.
std::optional<Launch> LaunchQueue::promoted(bool no_new_ones) {
  const std::uint64_t number = plan_.next_number;
  search::Known known = spec_.deterministic ? plan_.history.ended_with_lag(number, spec_.lag())
                                            : plan_.history.known_now();
  auto promotion = pruners_.promotion(known, plan_.promotions.gone_on());
  if (!promotion && (no_new_ones || suggester_.begins_stage(number, plan_.history))) {
    if (!plan_.history.all_ended(number)) {
      waits_for_results_ = true;
      return std::nullopt;
    }
    promotion = pruners_.promotion(plan_.history.all_before(number), plan_.promotions.gone_on());
    drained_ = no_new_ones && !promotion;
  }
  if (!promotion) {
    return std::nullopt;
  }
  Launch launch = plan_.promotions.launch(spec_, number, *promotion);
  plan_.history.add_enqueued(number);
  plan_.rules.allow_one_more();
  plan_.used_up = plan_.used_up ? std::optional(*plan_.used_up + 1) : std::nullopt;
  ++plan_.next_number;
  return launch;
}

// The trial that is waited for has begun, or it is an unfinished one, which begin first and in
// their order: the first trial that has not ended never waits.
bool LaunchQueue::may_begin(std::uint64_t number) {
  waits_for_results_ = !pruners_.empty() && spec_.deterministic &&
                       !plan_.history.ready_with_lag(number, spec_.lag());
  return !waits_for_results_;
}

Launch LaunchQueue::with_rule(Launch launch) {
  const auto asked = search::result_names(launch.task.constraints);
  if (std::find(asked.begin(), asked.end(), search::kParametersResult) != asked.end()) {
    launch.task.parameters = trials_.parameters(launch.task);
  }
  if (plan_.promotes) {
    plan_.promotions.begun(launch.start);
  }
  if (!pruners_.empty()) {
    const search::Known known = spec_.deterministic
                                    ? plan_.history.ended_with_lag(launch.task.number, spec_.lag())
                                    : plan_.history.known_now();
    launch.task.prune =
        pruners_.rules(known,
                       {.trial = launch.task.number,
                        .stage = launch.start.stage,
                        .epochs = known_epochs(spec_, launch),
                        .rung = plan_.promotes ? plan_.promotions.rung(launch.task.number) : 0},
                       launch.task.folds);
  }
  return launch;
}

}  // namespace hpsearch::runner
