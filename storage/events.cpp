#include "storage/events.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "storage/checkpoint_events.h"
#include "storage/precision_event.h"
#include "storage/repeat_event.h"

namespace hpsearch::storage {
namespace {

using Json = nlohmann::ordered_json;

EventRow row_of(std::string_view kind, const Json& detail) {
  return {std::string(kind), nn::json_text(detail)};
}

// False where the value is of another type or does not fit.
bool read(const Json& json, std::string& into) {
  if (json.is_string()) {
    into = json.get<std::string>();
  }
  return json.is_string();
}
bool read(const Json& json, bool& into) {
  if (json.is_boolean()) {
    into = json.get<bool>();
  }
  return json.is_boolean();
}
bool read(const Json& json, double& into) {
  if (json.is_number()) {
    into = json.get<double>();
  }
  return json.is_number();
}
template <std::integral Integer>
bool read(const Json& json, Integer& into) {
  const auto take = [&](auto number) {
    const bool fits = std::in_range<Integer>(number);
    into = fits ? static_cast<Integer>(number) : into;
    return fits;
  };
  return json.is_number_unsigned()  ? take(json.get<std::uint64_t>())
         : json.is_number_integer() ? take(json.get<std::int64_t>())
                                    : false;
}
// An object of texts, in its order.
bool read(const Json& json, std::vector<std::pair<std::string, std::string>>& into) {
  into.clear();
  for (const auto& [name, value] : json.items()) {
    if (!read(value, into.emplace_back(name, "").second)) {
      return false;
    }
  }
  return json.is_object();
}
bool read(const Json& json, WarmStarted::Unused& into);
bool read(const Json& json, search::AxisChange& into);
template <class Item>
bool read(const Json& json, std::vector<Item>& into) {
  if (!json.is_array()) {
    return false;
  }
  into.clear();
  for (const Json& item : json) {
    Item value{};
    if (!read(item, value)) {
      return false;
    }
    into.push_back(std::move(value));
  }
  return true;
}
template <class Value>
bool read(const Json& json, std::optional<Value>& into) {
  return read(json, into.emplace());
}

// The members of an object, and whether all that was asked of them was there.
class Members {
 public:
  explicit Members(const Json& object) : object_(object), good_(object.is_object()) {}

  template <class Value>
  Members& required(const char* key, Value& into) {
    const auto member = good_ ? object_.find(key) : object_.end();
    good_ = good_ && member != object_.end() && read(*member, into);
    return *this;
  }
  // Leaves `into` as it is where the member is missing or null.
  template <class Value>
  Members& optional(const char* key, Value& into) {
    if (good_ && object_.contains(key) && !object_[key].is_null()) {
      good_ = read(object_[key], into);
    }
    return *this;
  }
  // The member as JSON; leaves `into` as it is where the member is missing.
  Members& text(const char* key, std::string& into) {
    if (good_ && object_.contains(key)) {
      into = nn::json_text(object_[key]);
    }
    return *this;
  }
  bool good() const { return good_; }

 private:
  const Json& object_;
  bool good_;
};

bool read(const Json& json, WarmStarted::Unused& into) {
  return Members(json).required("why", into.why).required("trials", into.trials).good();
}
bool read(const Json& json, search::AxisChange& into) {
  return Members(json)
      .required("parameter", into.parameter)
      .required("action", into.action)
      .required("reason", into.reason)
      .good();
}

// The event that `read_members` makes of the row's detail.
template <class Event, class ReadMembers>
std::optional<Event> event_of(const EventRow& row, ReadMembers read_members) {
  if (row.kind != Event::kKind) {
    return std::nullopt;
  }
  const Json detail = nn::parse_ordered_json(row.detail_json);
  Members members(detail);
  Event event{};
  read_members(members, event);
  return members.good() ? std::optional(std::move(event)) : std::nullopt;
}

template <class Event>
std::optional<Event> event_without_detail(const EventRow& row) {
  return event_of<Event>(row, [](Members&, Event&) {});
}

// The end of a run for which there is no StopReason.
constexpr std::string_view kError = "error";

}  // namespace

EventRow RunStarted::to_row() const {
  Json detail{{"fingerprint", fingerprint}, {"workers", workers}, {"run_cap", run_cap}};
  if (!deterministic) {
    detail["deterministic"] = false;
  }
  if (!process.empty()) {
    detail["process"] = process;
  }
  return row_of(kKind, detail);
}

std::optional<RunStarted> RunStarted::from_row(const EventRow& row) {
  return event_of<RunStarted>(row, [](Members& members, RunStarted& event) {
    members.optional("fingerprint", event.fingerprint)
        .required("workers", event.workers)
        .required("run_cap", event.run_cap)
        .optional("deterministic", event.deterministic)
        .optional("process", event.process);
  });
}

EventRow RunEnded::to_row() const {
  return row_of(kKind, {{"reason", reason ? storage::to_text(*reason) : kError},
                        {"state", storage::to_text(state)}});
}

std::optional<RunEnded> RunEnded::from_row(const EventRow& row) {
  std::string state_text;
  std::string reason_text;
  auto event = event_of<RunEnded>(row, [&](Members& members, RunEnded&) {
    members.required("state", state_text).required("reason", reason_text);
  });
  const auto known = sweep_state(state_text);
  if (!event || !known) {
    return std::nullopt;
  }
  event->state = *known;
  if (reason_text != kError) {
    event->reason = stop_reason(reason_text).value_or(StopReason::kUnknown);
  }
  return event;
}

EventRow WarmStarted::to_row() const {
  Json unused = Json::array();
  for (const Unused& part : not_used) {
    unused.push_back({{"why", part.why}, {"trials", part.trials}});
  }
  Json detail{{"database", database},      {"path", path}, {"sweep", sweep},
              {"trials", trials},          {"used", used}, {"not_used", std::move(unused)},
              {"differences", differences}};
  if (!space_json.empty()) {
    detail["space"] = nn::parse_ordered_json(space_json);
  }
  return row_of(kKind, detail);
}

std::optional<WarmStarted> WarmStarted::from_row(const EventRow& row) {
  return event_of<WarmStarted>(row, [](Members& members, WarmStarted& warm) {
    members.required("database", warm.database)
        .optional("path", warm.path)
        .required("sweep", warm.sweep)
        .required("trials", warm.trials)
        .required("used", warm.used)
        .optional("not_used", warm.not_used)
        .optional("differences", warm.differences)
        .text("space", warm.space_json);
  });
}

EventRow StageStarted::to_row() const {
  Json detail{{"stage", stage}, {"trials", trials}, {"points", points}};
  if (epochs) {
    detail["epochs"] = *epochs;
  }
  detail["carried"] = carried;
  detail["axes"] = Json::array();
  for (const search::AxisChange& change : changes) {
    detail["axes"].push_back(
        {{"parameter", change.parameter}, {"action", change.action}, {"reason", change.reason}});
  }
  return row_of(kKind, detail);
}

std::optional<StageStarted> StageStarted::from_row(const EventRow& row) {
  return event_of<StageStarted>(row, [](Members& members, StageStarted& event) {
    members.required("stage", event.stage)
        .required("trials", event.trials)
        .optional("points", event.points)
        .optional("epochs", event.epochs)
        .optional("carried", event.carried)
        .optional("axes", event.changes);
  });
}

EventRow Suggested::to_row() const {
  Json facts = Json::object();
  for (const auto& [name, value] : why) {
    facts[name] = value;
  }
  Json detail{{"method", method}, {"results", results}};
  if (earlier > 0) {
    detail["earlier"] = earlier;
  }
  detail["pending"] = pending;
  detail["why"] = std::move(facts);
  return row_of(kKind, detail);
}

std::optional<Suggested> Suggested::from_row(const EventRow& row) {
  return event_of<Suggested>(row, [](Members& members, Suggested& suggested) {
    members.required("method", suggested.method)
        .required("results", suggested.results)
        .optional("earlier", suggested.earlier)
        .optional("pending", suggested.pending)
        .optional("why", suggested.why);
  });
}

EventRow WorkersWaited::to_row() const {
  return row_of(
      kKind,
      {{"waited_seconds", waited_seconds}, {"worker_seconds", worker_seconds}, {"lag", lag}});
}

std::optional<WorkersWaited> WorkersWaited::from_row(const EventRow& row) {
  return event_of<WorkersWaited>(row, [](Members& members, WorkersWaited& event) {
    members.required("waited_seconds", event.waited_seconds)
        .required("worker_seconds", event.worker_seconds)
        .optional("lag", event.lag);
  });
}

EventRow Resumed::to_row() const {
  return row_of(kKind, {{"attempt", attempt}});
}

std::optional<Resumed> Resumed::from_row(const EventRow& row) {
  return event_of<Resumed>(
      row, [](Members& members, Resumed& event) { members.required("attempt", event.attempt); });
}

EventRow Repeated::to_row() const {
  return row_of(kKind, {{"seeds", seeds}});
}

std::optional<Repeated> Repeated::from_row(const EventRow& row) {
  return event_of<Repeated>(
      row, [](Members& members, Repeated& event) { members.required("seeds", event.seeds); });
}

EventRow Enqueued::to_row() const {
  return row_of(kKind, Json::object());
}

std::optional<Enqueued> Enqueued::from_row(const EventRow& row) {
  return event_without_detail<Enqueued>(row);
}

EventRow Retried::to_row() const {
  return row_of(kKind, {{"reason", reason}, {"attempt", attempt}});
}

std::optional<Retried> Retried::from_row(const EventRow& row) {
  return event_of<Retried>(row, [](Members& members, Retried& event) {
    members.required("reason", event.reason).optional("attempt", event.attempt);
  });
}

EventRow Pruned::to_row() const {
  return row_of(kKind, {{"epoch", epoch}, {"reason", reason}});
}

std::optional<Pruned> Pruned::from_row(const EventRow& row) {
  return event_of<Pruned>(row, [](Members& members, Pruned& event) {
    members.required("epoch", event.epoch).required("reason", event.reason);
  });
}

EventRow BeyondStop::to_row() const {
  return row_of(kKind, {{"state", search::to_text(state)},
                        {"reason", reason ? Json(*reason) : Json(nullptr)}});
}

std::optional<BeyondStop> BeyondStop::from_row(const EventRow& row) {
  std::string state_text;
  auto event = event_of<BeyondStop>(row, [&](Members& members, BeyondStop& cut) {
    members.required("state", state_text).optional("reason", cut.reason);
  });
  const auto known = search::trial_state(state_text);
  if (!event || !known) {
    return std::nullopt;
  }
  event->state = *known;
  return event;
}

EventRow PrecisionChosen::to_row() const {
  return row_of(kKind, {{"precision", precision}});
}

std::optional<PrecisionChosen> PrecisionChosen::from_row(const EventRow& row) {
  return event_of<PrecisionChosen>(row, [](Members& members, PrecisionChosen& event) {
    members.required("precision", event.precision);
  });
}

EventRow Continued::to_row() const {
  return row_of(kKind, {{"epoch", epoch}, {"replicate", replicate}});
}

std::optional<Continued> Continued::from_row(const EventRow& row) {
  return event_of<Continued>(row, [](Members& members, Continued& event) {
    members.required("epoch", event.epoch).required("replicate", event.replicate);
  });
}

EventRow CheckpointUnusable::to_row() const {
  return row_of(kKind, {{"reason", reason}, {"replicate", replicate}});
}

std::optional<CheckpointUnusable> CheckpointUnusable::from_row(const EventRow& row) {
  return event_of<CheckpointUnusable>(row, [](Members& members, CheckpointUnusable& event) {
    members.required("reason", event.reason).required("replicate", event.replicate);
  });
}

EventRow TestMetricOfOtherWeights::to_row() const {
  return row_of(kKind, Json::object());
}

std::optional<TestMetricOfOtherWeights> TestMetricOfOtherWeights::from_row(const EventRow& row) {
  return event_without_detail<TestMetricOfOtherWeights>(row);
}

}  // namespace hpsearch::storage
