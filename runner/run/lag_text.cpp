#include "runner/run/lag_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "search/samplers/sampler.h"

namespace hpsearch::runner {

namespace {

bool learns(const search::SweepSpec& spec) {
  return search::find_sampler(spec.method)->learns == search::Learns::kTrials;
}

}  // namespace

bool needs_results(const search::SweepSpec& spec) {
  return learns(spec) || !spec.early_terminate.empty();
}

bool depends_on_time(const search::SweepSpec& spec) {
  const auto names = search::result_names(spec.result_constraints);
  return std::find(names.begin(), names.end(), search::kSecondsResult) != names.end();
}

bool is_deterministic(const search::SweepSpec& spec) {
  return (spec.deterministic || !needs_results(spec)) && !depends_on_time(spec);
}

int busy_workers(const search::SweepSpec& spec, int workers) {
  return needs_results(spec) && spec.deterministic ? std::min(workers, static_cast<int>(spec.lag()))
                                                   : workers;
}

std::string lag_note(const search::SweepSpec& spec, int workers) {
  const int busy = busy_workers(spec, workers);
  if (busy == workers) {
    return "";
  }
  const std::string who =
      learns(spec) ? fmt::format("method: {}", spec.method) : std::string("early_terminate");
  return fmt::format(
      "{} trains {} trial{} at a time, so that {} not depend on timing, and leaves {} of {} "
      "workers idle; to use them all, write parallel: {{workers: {}}}, which makes it a different "
      "sweep",
      who, busy, busy == 1 ? "" : "s", learns(spec) ? "its suggestions do" : "what it stops does",
      workers - busy, workers, workers);
}

std::string waited_text(const search::SweepSpec& spec,
                        int workers,
                        double waited_seconds,
                        double worker_seconds) {
  const std::string text =
      fmt::format("workers waited {:.1f} s, {:.0f} % of their time, for results to {}",
                  waited_seconds, 100.0 * waited_seconds / std::max(worker_seconds, 1e-9),
                  !spec.early_terminate.empty() && !learns(spec) ? "compare with" : "learn from");
  const std::string note = lag_note(spec, workers);
  return note.empty() ? text : text + "; " + note;
}

}  // namespace hpsearch::runner
