#include "storage/judged_event.h"

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"

namespace hpsearch::storage {
namespace {

using Json = nlohmann::ordered_json;

// JSON has no infinities.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::optional<search::Judgement> read(const Json& item) {
  if (!item.is_object() || !item.contains("pruner") || !item["pruner"].is_string() ||
      !item.contains("rung") || !item["rung"].is_number_integer() || !item.contains("pruned") ||
      !item["pruned"].is_boolean()) {
    return std::nullopt;
  }
  const auto real = [&](const char* key) {
    return item.contains(key) && item[key].is_number() ? std::optional(item[key].get<double>())
                                                       : std::nullopt;
  };
  const auto whole = [&](const char* key) {
    return item.contains(key) && item[key].is_number_integer() ? item[key].get<std::int64_t>() : 0;
  };
  search::Judgement judgement{.pruned = item["pruned"].get<bool>(),
                              .pruner = item["pruner"].get<std::string>(),
                              .iteration = item["rung"].get<std::int64_t>(),
                              .value = real("value").value_or(std::nan("")),
                              .threshold = real("threshold"),
                              .rank = whole("rank"),
                              .of = whole("of")};
  judgement.fold = static_cast<int>(whole("fold"));
  judgement.paused = item.contains("paused");
  return judgement;
}

}  // namespace

EventRow Judged::to_row() const {
  Json items = Json::array();
  for (const search::Judgement& one : judgements) {
    Json item{{"pruner", one.pruner}, {"rung", one.iteration}, {"value", number(one.value)}};
    if (one.threshold) {
      item["threshold"] = number(*one.threshold);
    }
    if (one.rank > 0) {
      item["rank"] = one.rank;
      item["of"] = one.of;
    }
    if (one.fold > 0) {
      item["fold"] = one.fold;
    }
    item["pruned"] = one.pruned;
    if (one.paused) {
      item["paused"] = true;
    }
    items.push_back(std::move(item));
  }
  return {std::string(kKind), nn::json_text(Json{{"judgements", std::move(items)}})};
}

std::optional<Judged> Judged::from_row(const EventRow& row) {
  if (row.kind != kKind) {
    return std::nullopt;
  }
  const Json detail = nn::parse_ordered_json(row.detail_json);
  if (!detail.is_object() || !detail.contains("judgements") || !detail["judgements"].is_array()) {
    return std::nullopt;
  }
  Judged event;
  for (const Json& item : detail["judgements"]) {
    auto judgement = read(item);
    if (!judgement) {
      return std::nullopt;
    }
    event.judgements.push_back(*std::move(judgement));
  }
  return event;
}

EventRow Promoted::to_row() const {
  return {std::string(kKind), nn::json_text(Json{{"parent", parent}, {"why", why}})};
}

std::optional<Promoted> Promoted::from_row(const EventRow& row) {
  if (row.kind != kKind) {
    return std::nullopt;
  }
  const Json detail = nn::parse_ordered_json(row.detail_json);
  if (!detail.is_object() || !detail.contains("parent") || !detail["parent"].is_number_unsigned() ||
      !detail.contains("why") || !detail["why"].is_string()) {
    return std::nullopt;
  }
  return Promoted{detail["parent"].get<std::uint64_t>(), detail["why"].get<std::string>()};
}

}  // namespace hpsearch::storage
