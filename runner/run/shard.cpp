#include "runner/run/shard.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "runner/console/shell_word.h"
#include "runner/console/usage_error.h"
#include "search/samplers/sampler.h"
#include "storage/events.h"

namespace hpsearch::runner {
namespace {

constexpr std::uint64_t kMostShards = 1'000'000;

std::optional<std::uint64_t> read_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool read = error == std::errc() && stopped == text.data() + text.size() && !text.empty();
  return read ? std::optional(number) : std::nullopt;
}

// The first reason why the parts of the sweep would need each other; empty if there is none.
std::string reason_against(const search::SweepSpec& spec) {
  const search::Learns learns = search::find_sampler(spec.method)->learns;
  if (learns == search::Learns::kStages) {
    return fmt::format("each stage of 'method: {}' needs all results of the stage before",
                       spec.method);
  }
  if (learns == search::Learns::kTrials) {
    return fmt::format("'method: {}' learns from the results of all trials", spec.method);
  }
  if (!spec.early_terminate.empty()) {
    return "'early_terminate' judges trials by the results of others";
  }
  const search::StopLimits& limits = spec.limits;
  const char* rule = limits.target           ? "metric.target"
                     : limits.no_improvement ? "stop.no_improvement"
                     : limits.failures       ? "stop.failures"
                     : limits.epochs         ? "stop.epochs"
                     : limits.seconds        ? "stop.time"
                                             : nullptr;
  return rule == nullptr
             ? ""
             : fmt::format("'{}' ends the sweep by what all its trials together do", rule);
}

}  // namespace

storage::Shard parse_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto index = read_number(std::string_view(text).substr(0, slash));
  const auto count = slash == std::string::npos
                         ? std::nullopt
                         : read_number(std::string_view(text).substr(slash + 1));
  if (!index || !count || *count == 0 || *count > kMostShards || *index >= *count) {
    throw UsageError(
        fmt::format("--shard must be I/N, such as 0/4 to 3/4 for four parts; found '{}'", text));
  }
  return {*index, *count};
}

void require_shardable(const search::SweepSpec& spec, const std::optional<storage::Shard>& shard) {
  const std::string reason = shard ? reason_against(spec) : "";
  if (!reason.empty()) {
    throw UsageError(
        fmt::format("sweep '{}' cannot be split into shards: {}; use --join instead, with which "
                    "several processes share one database",
                    spec.name, reason));
  }
}

std::optional<storage::Shard> stored_shard(storage::Reader& reader, std::int64_t sweep_id) {
  const auto events = storage::events_of<storage::Sharded>(reader, sweep_id);
  return events.empty() ? std::nullopt : std::optional(events.back().shard);
}

void require_same_shard(storage::Reader& reader,
                        const storage::SweepRow& sweep,
                        const std::optional<storage::Shard>& shard) {
  const auto stored = stored_shard(reader, sweep.sweep_id);
  const std::string database = reader.path().string();
  if (stored == shard) {
    return;
  }
  if (!stored) {
    throw UsageError(fmt::format(
        "{} has sweep '{}' as a whole, not shard {} of it; give each shard a database of its own "
        "with --db, or go on without --shard",
        database, sweep.name, to_text(*shard)));
  }
  throw UsageError(
      fmt::format("{} has shard {} of sweep '{}'; go on with --shard {}, {}", database,
                  to_text(*stored), sweep.name, to_text(*stored),
                  shard ? "or choose another database with --db"
                        : fmt::format("or merge all shards first: hpsearch merge ALL.db {} ...",
                                      shell_word(database))));
}

std::string shard_text(const storage::Shard& shard, std::int64_t trials) {
  constexpr std::uint64_t kShown = 8;
  const auto end = static_cast<std::uint64_t>(trials);
  const std::uint64_t size = shard.size(end);
  std::string text = fmt::format("shard {}: {} of {} trials", to_text(shard), size, trials);
  for (std::uint64_t i = 0; i < std::min(size, kShown); ++i) {
    text += fmt::format("{}{}", i == 0 ? ": " : ", ", shard.index + i * shard.count);
  }
  return size > kShown ? text + ", ..." : text;
}

std::string merge_hint(const storage::Shard& shard, const std::filesystem::path& database) {
  return fmt::format(
      "shard {} is trained; once all {} are: hpsearch merge ALL.db {} and the others, then run the "
      "sweep file with --db ALL.db, which ends the sweep",
      to_text(shard), shard.count, shell_word(database.string()));
}

}  // namespace hpsearch::runner
