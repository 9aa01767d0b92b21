#include "runner/run/run_event.h"

#include <nlohmann/json.hpp>

#include "nn/base/json.h"

namespace hpsearch::runner {

std::string run_event_json(const std::string& fingerprint,
                           int workers,
                           std::int64_t run_cap,
                           bool greedy) {
  nlohmann::ordered_json event{
      {"fingerprint", fingerprint}, {"workers", workers}, {"run_cap", run_cap}};
  if (greedy) {
    event["deterministic"] = false;
  }
  return nn::json_text(event);
}

std::vector<std::string> run_fingerprints(const std::vector<storage::EventRow>& runs) {
  std::vector<std::string> fingerprints;
  for (const storage::EventRow& run : runs) {
    const auto json = nn::parse_json(run.detail_json);
    fingerprints.push_back(json.is_object() ? json.value("fingerprint", "") : "");
  }
  return fingerprints;
}

}  // namespace hpsearch::runner
