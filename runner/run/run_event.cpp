#include "runner/run/run_event.h"

#include <algorithm>
#include <iterator>

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

}  // namespace hpsearch::runner
