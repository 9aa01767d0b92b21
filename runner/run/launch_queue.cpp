#include "runner/run/launch_queue.h"

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
      stored_(parts.stored),
      plan_(plan),
      suggester_(parts.spec,
                 parts.sampler,
                 parts.learns,
                 parts.stages,
                 parts.begun,
                 parts.recorder,
                 parts.earlier),
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
      return with_rule(make_launch_again(spec_, row, stored_.at(row.number)));
    }
    ++next_unfinished_;
  }
  if (plan_.next_number >= plan_.end_number() || !may_begin(plan_.next_number)) {
    return std::nullopt;
  }
  auto launch = suggester_.suggest(plan_.next_number, plan_.history);
  waits_for_results_ = suggester_.waits_for_results();
  if (suggester_.used_up()) {
    plan_.used_up = plan_.next_number;
  }
  if (!launch) {
    return std::nullopt;
  }
  ++plan_.next_number;
  return with_rule(*std::move(launch));
}

// The trial that is waited for has begun, or it is an unfinished one, which begin first and in
// their order: the first trial that has not ended never waits.
bool LaunchQueue::may_begin(std::uint64_t number) {
  waits_for_results_ = !pruners_.empty() && spec_.deterministic &&
                       !plan_.history.ready_with_lag(number, spec_.lag());
  return !waits_for_results_;
}

Launch LaunchQueue::with_rule(Launch launch) {
  if (!pruners_.empty()) {
    const search::Known known = spec_.deterministic
                                    ? plan_.history.ended_with_lag(launch.task.number, spec_.lag())
                                    : plan_.history.known_now();
    launch.task.prune = pruners_.rules(known,
                                       {.trial = launch.task.number,
                                        .stage = launch.start.stage,
                                        .epochs = known_epochs(spec_, launch)},
                                       launch.task.folds);
  }
  return launch;
}

}  // namespace hpsearch::runner
