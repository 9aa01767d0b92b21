#include "runner/run/lag_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "search/samplers/sampler.h"

namespace hpsearch::runner {

int busy_workers(const search::SweepSpec& spec, int workers) {
  const bool waits =
      search::find_sampler(spec.method)->learns == search::Learns::kTrials && spec.deterministic;
  return waits ? std::min(workers, static_cast<int>(spec.lag())) : workers;
}

std::string lag_note(const search::SweepSpec& spec, int workers) {
  const int busy = busy_workers(spec, workers);
  if (busy == workers) {
    return "";
  }
  return fmt::format(
      "method: {} trains {} trial{} at a time, so that its suggestions do not depend on timing, "
      "and leaves {} of {} workers idle; to use them all, write parallel: {{workers: {}}}, which "
      "makes it a different sweep",
      spec.method, busy, busy == 1 ? "" : "s", workers - busy, workers, workers);
}

std::string waited_text(const search::SweepSpec& spec,
                        int workers,
                        double waited_seconds,
                        double worker_seconds) {
  const std::string text =
      fmt::format("workers waited {:.1f} s, {:.0f} % of their time, for results to learn from",
                  waited_seconds, 100.0 * waited_seconds / std::max(worker_seconds, 1e-9));
  const std::string note = lag_note(spec, workers);
  return note.empty() ? text : text + "; " + note;
}

}  // namespace hpsearch::runner
