#include "runner/run/run_event.h"

#include "storage/events.h"

namespace hpsearch::runner {

std::vector<std::string> run_fingerprints(storage::Reader& reader, std::int64_t sweep_id) {
  std::vector<std::string> fingerprints;
  for (const auto& run : reader.events(sweep_id, std::string(storage::RunStarted::kKind))) {
    const auto started = storage::RunStarted::from_row(run);
    fingerprints.push_back(started ? started->fingerprint : "");
  }
  return fingerprints;
}

}  // namespace hpsearch::runner
