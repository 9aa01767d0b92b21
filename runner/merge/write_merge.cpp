#include "runner/merge/write_merge.h"

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "nn/files/whole_file.h"
#include "runner/run/artifact_place.h"
#include "runner/run/kept_weights.h"
#include "runner/run/noted_file.h"
#include "runner/stored/stored_spec.h"
#include "storage/artifacts.h"
#include "storage/backend.h"
#include "storage/error.h"
#include "storage/events.h"
#include "storage/sweep_copy.h"
#include "storage/utc_now.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;

// The events about a sweep as a whole: each comes together once.
class SweepLog {
 public:
  void add(const storage::LogRow& event) {
    known_.insert(key(event));
    if (const auto stage = storage::StageStarted::from_row(event.event)) {
      stages_.insert(stage->stage);
    }
    if (const auto merged = storage::Merged::from_row(event.event)) {
      seconds_[{merged->created_at, merged->shard ? to_text(*merged->shard) : ""}] =
          merged->active_seconds;
    }
    warm_ = warm_ || event.event.kind == storage::WarmStarted::kKind;
  }

  // Whether the merged sweep lacks this event; it has it then.
  bool takes(const storage::LogRow& event) {
    if (event.trial) {
      return true;
    }
    const auto stage = storage::StageStarted::from_row(event.event);
    const bool wanted = event.event.kind != storage::Sharded::kKind &&
                        !known_.contains(key(event)) &&
                        !(stage && stages_.contains(stage->stage)) &&
                        !(warm_ && event.event.kind == storage::WarmStarted::kKind);
    if (wanted) {
      add(event);
    }
    return wanted;
  }

  // Of the seconds that a part has trained, those that earlier merges have not brought.
  double new_seconds(const MergePart& part) const {
    const auto found =
        seconds_.find({part.sweep.created_at, part.shard ? to_text(*part.shard) : ""});
    return part.sweep.active_seconds - (found == seconds_.end() ? 0.0 : found->second);
  }

 private:
  static std::string key(const storage::LogRow& event) {
    return event.at + "\n" + event.event.kind + "\n" + event.event.detail_json;
  }

  std::set<std::string> known_;
  std::set<int> stages_;
  std::map<std::pair<std::string, std::string>, double> seconds_;  // by source
  bool warm_ = false;
};

SweepLog read_log(storage::Store& store, const MergeGroup& group) {
  SweepLog log;
  if (group.target) {
    const auto queries = storage::open_queries(store.path());
    for (const storage::LogRow& event : queries->log(group.target->sweep_id)) {
      if (!event.trial) {
        log.add(event);
      }
    }
  }
  return log;
}

void add_event(storage::RowWriter& writer, std::int64_t sweep_id, const storage::EventRow& event) {
  writer.into(storage::kEventsTable, {"at", "sweep_id", "kind", "detail_json"});
  const std::array<storage::Cell, 4> cells{storage::utc_now(), sweep_id, event.kind,
                                           event.detail_json};
  writer.insert(cells);
}

void write_group(storage::RowWriter& writer,
                 const fs::path& target,
                 const MergeGroup& group,
                 SweepLog log,
                 LinePrinter& printer) {
  std::optional<std::int64_t> sweep_id;
  if (group.target) {
    sweep_id = group.target->sweep_id;
  }
  for (const std::int64_t trial_id : group.replaced) {
    writer.remove_trial(trial_id);
  }
  const bool any = std::any_of(group.parts.begin(), group.parts.end(),
                               [](const MergePart& part) { return !part.trials.empty(); });
  for (const MergePart& part : group.parts) {
    if (part.trials.empty() && (any || sweep_id)) {
      continue;
    }
    storage::CopyWishes wishes{group.name, stored_spec(part.sweep).space, sweep_id, part.trials};
    wishes.takes_event = [&](const storage::LogRow& event) { return log.takes(event); };
    if (!group.unites()) {
      wishes.place_artifact = [&](std::int64_t copy, std::int64_t, const auto& artifact) {
        return copy_artifact(part.source->path(), artifact, target, copy, printer);
      };
    }
    const double seconds = log.new_seconds(part);
    const storage::CopiedSweep copied =
        copy_sweep(part.source->queries(), part.sweep, writer, wishes);
    if (group.unites()) {
      writer.reopen(copied.sweep_id, part.sweep.created_at, sweep_id ? seconds : 0.0);
    }
    sweep_id = copied.sweep_id;
    const storage::Merged merged{part.source->path().string(), part.sweep.created_at, part.shard,
                                 copied.trials, part.sweep.active_seconds};
    log.add({"", std::nullopt, merged.to_row()});  // a further part may be of the same source
    add_event(writer, *sweep_id, merged.to_row());
  }
}

// The weights of the best trial, where one of the parts has kept them: what spares the run that
// ends the sweep a training. Not part of the transaction, as it may be missing.
void take_candidate(storage::Store& store,
                    const fs::path& target,
                    const MergeGroup& group,
                    LinePrinter& printer) {
  const auto sweep = store.find_sweep(group.name);
  const auto best = storage::open_queries(store.path())->best(group.name);
  for (const MergePart& part : group.parts) {
    if (!best) {
      return;
    }
    const auto there = part.source->queries().trial(part.sweep.sweep_id, best->trial);
    if (!there || !part.trials.contains(there->trial_id)) {
      continue;
    }
    for (storage::ArtifactRow artifact : part.source->queries().artifacts(there->trial_id)) {
      if (artifact.name != kCandidateArtifact) {
        continue;
      }
      if (const auto path = copy_artifact(part.source->path(), artifact, target,
                                          sweep.value().sweep_id, printer)) {
        artifact.path = *path;
        store.put_artifact(best->trial_id, artifact);
      }
    }
  }
}

}  // namespace

std::optional<std::string> copy_artifact(const fs::path& source,
                                         const storage::ArtifactRow& artifact,
                                         const fs::path& target,
                                         std::int64_t sweep_id,
                                         LinePrinter& printer) {
  const auto from = storage::stored_artifact(source, artifact.path);
  if (!from || !is_as_noted(*from, artifact.bytes, artifact.sha256)) {
    printer.line(fmt::format("{}: the file {} is {}, so the copy has none", source.string(),
                             artifact.path, from ? "not the one that was stored" : "missing"));
    return std::nullopt;
  }
  const ArtifactPlace place = make_artifact_place(target, sweep_id, from->filename().string());
  std::ifstream stream(*from, std::ios::binary);
  nn::WholeFile file(place.file);
  std::vector<char> block(1 << 16);
  while (stream) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    file.write(std::as_bytes(std::span(block).first(static_cast<std::size_t>(stream.gcount()))));
  }
  file.finish(nn::Existing::kReplaced);
  if (file.checksum().sha256 != artifact.sha256) {
    throw storage::StoreError(
        fmt::format("{}: changed while it was copied; run the same command again", from->string()));
  }
  return place.path;
}

void write_merge(storage::Store& store,
                 const fs::path& target,
                 const std::vector<MergeGroup>& groups,
                 LinePrinter& printer) {
  std::vector<SweepLog> logs;
  for (const MergeGroup& group : groups) {
    logs.push_back(read_log(store, group));
  }
  row_target(store).import([&](storage::RowWriter& writer) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (groups[i].changes()) {
        write_group(writer, target, groups[i], logs[i], printer);
      }
    }
  });
  for (const MergeGroup& group : groups) {
    if (!group.changes() || !group.unites()) {
      continue;
    }
    try {
      take_candidate(store, target, group, printer);
    } catch (const std::exception& error) {  // the merge itself is written
      printer.line(
          fmt::format("the weights of the best trial are not copied ({}); the run that ends the "
                      "sweep trains it "
                      "again",
                      error.what()));
    }
  }
}

}  // namespace hpsearch::runner
