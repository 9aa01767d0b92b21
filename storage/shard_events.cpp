#include "storage/shard_events.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"

namespace hpsearch::storage {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::uint64_t> whole(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_number_unsigned()
             ? std::optional(found->get<std::uint64_t>())
             : std::nullopt;
}

std::optional<std::string> text(const Json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() && found->is_string()
             ? std::optional(found->get<std::string>())
             : std::nullopt;
}

std::optional<Shard> shard_of(const Json& object) {
  const auto index = whole(object, "shard");
  const auto count = whole(object, "shards");
  return index && count && *index < *count ? std::optional(Shard{*index, *count}) : std::nullopt;
}

}  // namespace

std::string to_text(const Shard& shard) {
  return fmt::format("{}/{}", shard.index, shard.count);
}

EventRow Sharded::to_row() const {
  return {std::string(kKind), nn::json_text(Json{{"shard", shard.index}, {"shards", shard.count}})};
}

std::optional<Sharded> Sharded::from_row(const EventRow& row) {
  if (row.kind != kKind) {
    return std::nullopt;
  }
  const auto shard = shard_of(nn::parse_ordered_json(row.detail_json));
  return shard ? std::optional(Sharded{*shard}) : std::nullopt;
}

EventRow Merged::to_row() const {
  Json json{{"source", source}, {"created_at", created_at}};
  if (shard) {
    json["shard"] = shard->index;
    json["shards"] = shard->count;
  }
  json["trials"] = trials;
  json["active_seconds"] = active_seconds;
  return {std::string(kKind), nn::json_text(json)};
}

std::optional<Merged> Merged::from_row(const EventRow& row) {
  if (row.kind != kKind) {
    return std::nullopt;
  }
  const Json json = nn::parse_ordered_json(row.detail_json);
  const auto source = text(json, "source");
  const auto created_at = text(json, "created_at");
  const auto trials = whole(json, "trials");
  if (!source || !created_at || !trials || !json.contains("active_seconds") ||
      !json["active_seconds"].is_number()) {
    return std::nullopt;
  }
  return Merged{*source, *created_at, shard_of(json), *trials,
                json["active_seconds"].get<double>()};
}

}  // namespace hpsearch::storage
