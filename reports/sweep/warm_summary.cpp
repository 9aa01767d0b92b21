#include "reports/sweep/warm_summary.h"

#include <fmt/format.h>

#include "reports/text/printable.h"
#include "storage/events.h"

namespace hpsearch::reports {

std::optional<WarmSummary> read_warm_summary(storage::Queries& queries, std::int64_t sweep_id) {
  const auto events = storage::events_of<storage::WarmStarted>(queries, sweep_id);
  if (events.empty()) {
    return std::nullopt;
  }
  const storage::WarmStarted& warm = events.front();
  return WarmSummary{warm.database, warm.sweep, static_cast<std::int64_t>(warm.trials),
                     static_cast<std::int64_t>(warm.used), warm.space_json};
}

std::string to_text(const WarmSummary& warm) {
  return printable(fmt::format("began with {} result{} of '{}' ({})", warm.used,
                               warm.used == 1 ? "" : "s", warm.sweep, warm.database));
}

}  // namespace hpsearch::reports
