#include "runner/run/held_sweep.h"

#include <utility>

#include <fmt/format.h>

#include "runner/console/usage_error.h"
#include "runner/run/data_notes.h"
#include "runner/run/environment.h"
#include "runner/run/first_trials.h"
#include "runner/run/lag_text.h"
#include "runner/run/run_event.h"
#include "runner/run/shard.h"
#include "runner/run/sweep_begin.h"
#include "runner/run/sweep_stages.h"
#include "runner/stored/sweep_identity.h"
#include "runner/stored/warm_start.h"
#include "runner/sweep_file/data_checks.h"
#include "runner/sweep_file/load_data.h"
#include "storage/backend.h"
#include "storage/error.h"

namespace hpsearch::runner {
namespace {

class SweepHolder {
 public:
  SweepHolder(const SweepFile& file,
              const RunRequest& request,
              const std::stop_token& interrupt,
              LinePrinter& printer)
      : file_(file), request_(request), interrupt_(interrupt), printer_(printer) {}

  std::optional<HeldSweep> hold() {
    load();
    require_shardable(held_.spec, request_.shard);
    if (request_.join) {
      require_sharable();
    }
    open();
    do {
      held_.joined.reset();
      held_.lock.reset();
      if (!take()) {
        return std::nullopt;
      }
      // Another process may have set it aside meanwhile.
    } while (!is_named());
    if (const auto changed = differences(held_.row, file_.tree, held_.data_json);
        !changed.empty()) {
      throw UsageError(changed_text(held_.row, request_.database, changed));
    }
    require_same_shard(*held_.store, held_.row, request_.shard);
    if (held_.joined && held_.joined->others_train()) {
      require_as_others_run_it();
    }
    queue_first_trials(held_.spec, held_.row.sweep_id, *held_.store);
    held_.earlier = earlier_observations(held_.store->earlier_trials(held_.row.sweep_id));
    for (const std::string& line : warm_start_lines(warm_)) {
      printer_.line(line);
    }
    return std::move(held_);
  }

 private:
  void load() {
    LoadedSweep loaded = load_data(file_);
    held_.spec = std::move(loaded.spec);
    held_.data = std::move(loaded.data);
    held_.data_json = data_json(held_.data);
    if (request_.repeated) {
      require_same_data(*request_.repeated, file_.tree, held_.data_json);
    }
    held_.config_hash = config_hash(file_.tree, held_.data_json);
    if (held_.data.dataset != nullptr) {
      print_data_notes(*held_.data.dataset, printer_);
    }
  }

  // Each process comes to each trial's parameters by itself.
  void require_sharable() const {
    if (!held_.spec.deterministic && needs_results(held_.spec)) {
      throw UsageError(
          "processes that share a sweep must all come to the same suggestions, and with 'parallel: "
          "{deterministic: false}' these depend on timing; remove that key, or run without --join");
    }
  }

  void open() {
    if (!storage::database_exists(request_.database)) {
      read_warm_start();  // a refused file makes no database
    }
    held_.store = storage::open_store(request_.database, tool_version());
    held_.store->interrupt_dead_sweeps();
    if (request_.existing == Existing::kSetAside || !held_.store->find_sweep(held_.spec.name)) {
      require_trials_in_stages(file_, held_.spec);
      read_warm_start();  // which the old sweep may be
    }
    if (request_.existing == Existing::kSetAside) {
      set_aside(*held_.store, request_.database, held_.spec.name, printer_);
    }
  }

  // For a sweep that is about to begin; once.
  void read_warm_start() {
    if (!warm_) {
      // A sweep that is repeated begins with what it began with.
      warm_ =
          request_.repeated
              ? planned_warm_start(file_, held_.spec, held_.data_json, request_.repeated->database)
              : runner::read_warm_start(file_, held_.spec, held_.data_json, request_.database);
    }
  }

  // False if the user stops it.
  bool take() {
    held_.row = held_.store->find_or_create_sweep(
        new_sweep(held_.spec, file_.config_yaml, held_.config_hash, held_.data_json, warm_,
                  request_.shard),
        new_stages(held_.spec), held_.spec.space);
    if (!request_.join) {
      held_.lock = std::make_unique<storage::SweepLock>(request_.database, held_.row.sweep_id,
                                                        held_.row.name);
      return true;
    }
    held_.joined = std::make_unique<JoinedRun>(
        storage::open_claims(request_.database, tool_version(), held_.row.sweep_id, held_.row.name),
        interrupt_, printer_);
    return held_.joined->wait_for_turn();
  }

  // Reads the sweep as it is now that nobody else changes it.
  bool is_named() {
    const auto now = held_.store->find_sweep(held_.row.name);
    const bool same = now && now->sweep_id == held_.row.sweep_id;
    held_.row = same ? *now : held_.row;
    return same;
  }

  void require_as_others_run_it() const {
    if (!same_limits(held_.row, file_.tree)) {
      throw UsageError(fmt::format(
          "sweep '{}' is being run with other limits (run_cap, stop, metric.target) than this file "
          "has; end those runs with hpsearch stop (nothing is lost) and start all of them with it",
          held_.row.name));
    }
    // On several hosts kinds of CPU may differ, where no trial follows from others' results: the
    // report says so.
    if (held_.joined->claims().has_lease() && !needs_results(held_.spec)) {
      return;
    }
    const auto before = run_fingerprints(*held_.store, held_.row.sweep_id);
    if (!before.empty() && before.back() != fingerprint()) {
      throw storage::StoreError(fmt::format(
          "sweep '{}' is being run on another CPU or by another build of this program, which may "
          "give other bits; start all processes of a sweep by the same program",
          held_.row.name));
    }
  }

  const SweepFile& file_;
  const RunRequest& request_;
  const std::stop_token& interrupt_;
  LinePrinter& printer_;
  std::optional<WarmStart> warm_;  // of a sweep that begins
  HeldSweep held_;
};

}  // namespace

std::optional<HeldSweep> hold_sweep(const SweepFile& file,
                                    const RunRequest& request,
                                    const std::stop_token& interrupt,
                                    LinePrinter& printer) {
  return SweepHolder(file, request, interrupt, printer).hold();
}

}  // namespace hpsearch::runner
