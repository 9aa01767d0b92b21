#include "runner/run/run_event.h"

#include "storage/events.h"

namespace hpsearch::runner {

std::vector<std::string> run_fingerprints(const std::vector<storage::EventRow>& runs) {
  std::vector<std::string> fingerprints;
  for (const storage::EventRow& run : runs) {
    const auto started = storage::RunStarted::from_row(run);
    fingerprints.push_back(started ? started->fingerprint : "");
  }
  return fingerprints;
}

}  // namespace hpsearch::runner
