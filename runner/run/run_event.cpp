#include "runner/run/run_event.h"

#include <algorithm>
#include <iterator>

#include "runner/run/environment.h"
#include "runner/run/lag_text.h"
#include "storage/events.h"
#include "storage/shard_events.h"

namespace hpsearch::runner {

std::vector<std::string> run_fingerprints(storage::Reader& reader, std::int64_t sweep_id) {
  std::vector<std::string> fingerprints;
  for (const auto& run : reader.events(sweep_id, std::string(storage::RunStarted::kKind))) {
    const auto started = storage::RunStarted::from_row(run);
    fingerprints.push_back(started ? started->fingerprint : "");
  }
  return fingerprints;
}

EarlierRuns compare_runs(storage::Reader& reader, std::int64_t sweep_id, const std::string& here) {
  const auto before = run_fingerprints(reader, sweep_id);
  const bool all = std::count(before.begin(), before.end(), here) == std::ssize(before);
  const bool merged = !storage::events_of<storage::Merged>(reader, sweep_id).empty();
  return {all, merged ? all : before.empty() || before.back() == here};
}

storage::RunStarted run_started(const search::SweepSpec& spec, int workers, JoinedRun* joined) {
  storage::RunStarted event{fingerprint(), workers, spec.limits.trials, is_deterministic(spec)};
  if (joined != nullptr) {
    const std::string worker = joined->claims().worker(host_name(), 0);
    event.process = worker.substr(0, worker.rfind('.'));
  }
  return event;
}

}  // namespace hpsearch::runner
