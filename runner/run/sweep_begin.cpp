#include "runner/run/sweep_begin.h"

#include <fmt/format.h>

#include "runner/run/checkpoints.h"
#include "runner/run/environment.h"
#include "storage/sweep_lock.h"

namespace hpsearch::runner {

storage::NewSweep new_sweep(const search::SweepSpec& spec,
                            const std::string& config_yaml,
                            const std::string& config_hash,
                            const std::string& data_json,
                            const std::optional<WarmStart>& warm,
                            const std::optional<storage::Shard>& shard) {
  storage::NewSweep sweep{
      spec.name,     spec.method, spec.metric.name, std::string(search::to_text(spec.metric.goal)),
      spec.seed,     config_yaml, config_hash,      data_json,
      tool_version()};
  if (warm) {
    sweep.earlier = earlier_rows(*warm);
    sweep.events.push_back(warm_start_event(*warm, spec.space));
  }
  if (shard) {
    sweep.events.push_back(storage::Sharded{*shard}.to_row());
  }
  return sweep;
}

void set_aside(storage::Store& store,
               const std::filesystem::path& database,
               const std::string& name,
               LinePrinter& printer) {
  if (const auto old = store.find_sweep(name)) {
    const storage::SweepLock lock(database, old->sweep_id, old->name);
    drop_checkpoints(store, {database, old->sweep_id, {}, {}});
    const std::string other = store.set_aside(*old);
    printer.line(fmt::format("the old sweep is now '{}'", other));
  }
}

}  // namespace hpsearch::runner
