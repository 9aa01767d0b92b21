#include "reports/sweep/warm_summary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {

std::optional<WarmSummary> read_warm_summary(storage::Queries& queries, std::int64_t sweep_id) {
  const auto events = queries.events(sweep_id, "warm_started");
  if (events.empty()) {
    return std::nullopt;
  }
  const auto detail = nn::parse_json(events.front().detail_json);
  if (!detail.is_object()) {
    return std::nullopt;
  }
  return WarmSummary{detail.value("database", ""), detail.value("sweep", ""),
                     detail.value("trials", std::int64_t{0}), detail.value("used", std::int64_t{0}),
                     detail.contains("space") ? nn::json_text(detail["space"]) : ""};
}

std::string to_text(const WarmSummary& warm) {
  return printable(fmt::format("began with {} result{} of '{}' ({})", warm.used,
                               warm.used == 1 ? "" : "s", warm.sweep, warm.database));
}

}  // namespace hpsearch::reports
