// The events of a sweep's log: a type for each kind, and the only place that knows their JSON.
//
// to_row() gives the row that the database keeps. from_row() gives nothing for a row of another
// kind and for a detail that cannot be read: text that is no JSON object, a key of another type, or
// a key missing that every version has written. It never throws.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/points/box.h"
#include "search/sweep/trial.h"
#include "storage/reader.h"
#include "storage/records.h"

namespace hpsearch::storage {

// A run of the sweep begins, the first or a further one.
struct RunStarted {
  static constexpr std::string_view kKind = "run_started";
  std::string fingerprint;  // of the CPU and the build, on which a trial's bits depend
  int workers = 1;
  std::int64_t run_cap = 0;
  bool deterministic = true;  // false: suggestions depend on the threads' timing
  std::string process = {};   // of several: as trials.worker begins, "host/7"
  EventRow to_row() const;
  static std::optional<RunStarted> from_row(const EventRow& row);
};

struct RunEnded {
  static constexpr std::string_view kKind = "run_ended";
  SweepState state = SweepState::kComplete;
  std::optional<StopReason> reason;  // none: an error
  EventRow to_row() const;
  static std::optional<RunEnded> from_row(const EventRow& row);
};

// A sweep begins with the results of an earlier one.
struct WarmStarted {
  static constexpr std::string_view kKind = "warm_started";
  struct Unused {
    std::string why;  // reads on after a count
    std::uint64_t trials = 0;
  };
  std::string database;  // as the sweep file names it
  std::string path;      // where it was
  std::string sweep;
  std::uint64_t trials = 0;  // that the earlier sweep has
  std::uint64_t used = 0;    // of them
  std::vector<Unused> not_used = {};
  std::vector<std::string> differences = {};  // why the used ones are not fully comparable
  std::string space_json = {};                // the new sweep's space as written
  EventRow to_row() const;
  static std::optional<WarmStarted> from_row(const EventRow& row);
};

struct StageStarted {
  static constexpr std::string_view kKind = "stage_started";
  int stage = 0;
  std::int64_t trials = 0;
  std::string points = {};                       // how its points are chosen, for people
  std::optional<int> epochs = {};                // none: its trials choose them
  std::vector<std::uint64_t> carried = {};       // trials of the stage before that it repeats
  std::vector<search::AxisChange> changes = {};  // of the box since the stage before
  EventRow to_row() const;
  static std::optional<StageStarted> from_row(const EventRow& row);
};

// How a method came to suggest a trial.
struct Suggested {
  static constexpr std::string_view kKind = "suggested";
  std::string method;
  std::uint64_t results = 0;                                  // that it learned from
  std::uint64_t earlier = 0;                                  // results of an earlier sweep
  std::vector<std::uint64_t> pending = {};                    // trials that were being trained
  std::vector<std::pair<std::string, std::string>> why = {};  // the method's own facts
  EventRow to_row() const;
  static std::optional<Suggested> from_row(const EventRow& row);
};

// The price of suggestions that do not depend on the threads' timing, over one run.
struct WorkersWaited {
  static constexpr std::string_view kKind = "workers_waited";
  double waited_seconds = 0.0;
  double worker_seconds = 0.0;  // of all workers together
  std::uint64_t lag = 0;
  EventRow to_row() const;
  static std::optional<WorkersWaited> from_row(const EventRow& row);
};

// A trial begins again after an interruption.
struct Resumed {
  static constexpr std::string_view kKind = "resumed";
  int attempt = 1;
  EventRow to_row() const;
  static std::optional<Resumed> from_row(const EventRow& row);
};

// A person put the trial into the queue.
struct Enqueued {
  static constexpr std::string_view kKind = "enqueued";
  EventRow to_row() const;
  static std::optional<Enqueued> from_row(const EventRow& row);
};

// A person put an ended trial back into the queue.
struct Retried {
  static constexpr std::string_view kKind = "retried";
  std::string reason;  // why it had ended
  int attempt = 1;     // its last
  EventRow to_row() const;
  static std::optional<Retried> from_row(const EventRow& row);
};

// `early_terminate` has ended the trial.
struct Pruned {
  static constexpr std::string_view kKind = "pruned";
  int epoch = 0;       // its last
  std::string reason;  // for people
  EventRow to_row() const;
  static std::optional<Pruned> from_row(const EventRow& row);
};

// A limit cuts the trial off. What it was comes back with a raised limit.
struct BeyondStop {
  static constexpr std::string_view kKind = "beyond_stop";
  search::TrialState state = search::TrialState::kComplete;
  std::optional<std::string> reason = {};
  EventRow to_row() const;
  static std::optional<BeyondStop> from_row(const EventRow& row);
};

// The winner gave other bits when it was trained again, on another CPU or by another build.
struct TestMetricOfOtherWeights {
  static constexpr std::string_view kKind = "test_metric_of_other_weights";
  EventRow to_row() const;
  static std::optional<TestMetricOfOtherWeights> from_row(const EventRow& row);
};

template <class Event>
concept EventKind = requires(const Event& event, const EventRow& row) {
  { event.to_row() } -> std::same_as<EventRow>;
  { Event::from_row(row) } -> std::same_as<std::optional<Event>>;
};

// The sweep's events of one kind that can be read, oldest first.
template <EventKind Event>
std::vector<Event> events_of(Reader& reader, std::int64_t sweep_id) {
  std::vector<Event> events;
  for (const EventRow& row : reader.events(sweep_id, std::string(Event::kKind))) {
    if (auto event = Event::from_row(row)) {
      events.push_back(*std::move(event));
    }
  }
  return events;
}

}  // namespace hpsearch::storage
