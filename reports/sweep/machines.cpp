#include "reports/sweep/machines.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "storage/events.h"

namespace hpsearch::reports {
namespace {

// "host/7" of "host/7.0", as RunStarted::process has it.
std::string process_of(const std::string& worker) {
  return worker.substr(0, worker.rfind('.'));
}

}  // namespace

std::vector<MachineKind> read_machines(storage::Queries& queries, std::int64_t sweep_id) {
  const auto runs = storage::events_of<storage::RunStarted>(queries, sweep_id);
  std::set<std::string> all;
  std::map<std::string, std::string> by_process;
  std::string last;  // of a process alone
  for (const auto& run : runs) {
    all.insert(run.fingerprint);
    if (run.process.empty()) {
      last = run.fingerprint;
    } else {
      by_process.insert_or_assign(run.process, run.fingerprint);
    }
  }
  if (all.size() < 2) {
    return {};
  }
  std::map<std::string, std::int64_t> trials;
  queries.for_each_trial(sweep_id, [&](const storage::TrialRow& trial) {
    if (!search::is_finished(trial.state) || !trial.worker) {
      return;
    }
    const auto known = by_process.find(process_of(*trial.worker));
    ++trials[known == by_process.end() ? last : known->second];
  });
  trials.erase("");  // nobody knows
  std::vector<MachineKind> kinds;
  for (const auto& [fingerprint, count] : trials) {
    kinds.push_back({fingerprint, count});
  }
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const auto& a, const auto& b) { return a.trials > b.trials; });
  return kinds;
}

std::string to_text(const std::vector<MachineKind>& machines) {
  std::string text =
      fmt::format("{} kinds of CPU or build, which may give other bits: ", machines.size());
  for (std::size_t i = 0; i < machines.size(); ++i) {
    text += fmt::format("{}{}{} on {}", i == 0 ? "" : ", ", machines[i].trials,
                        i == 0 ? " trials" : "", machines[i].fingerprint);
  }
  return text;
}

}  // namespace hpsearch::reports
