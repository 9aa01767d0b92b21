#include "reports/page/page_trials.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/sweep/event_text.h"
#include "reports/text/json_text.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Interns strings: each distinct text is stored once, and trials refer to it by index; -1: none.
class Texts {
 public:
  int index(const std::optional<std::string>& text) {
    if (!text || text->empty()) {
      return -1;
    }
    const auto found = std::find(texts_.begin(), texts_.end(), *text);
    if (found == texts_.end()) {
      texts_.push_back(*text);
      return static_cast<int>(texts_.size()) - 1;
    }
    return static_cast<int>(found - texts_.begin());
  }
  std::string json() const { return nn::json_text(nlohmann::json(texts_)); }

 private:
  std::vector<std::string> texts_;
};

// Builds the object of columns.
class Columns {
 public:
  explicit Columns(const std::vector<TrialData>& trials) : trials_(trials) {}

  // `number(trial)` returns a double; NaN becomes null.
  template <class Number>
  void add(const char* name, Number number, int digits = 5) {
    begin(name);
    append_array(json_, trials_, [&](std::string& json, const TrialData& trial) {
      append_number(json, number(trial), digits);
    });
  }
  void add_text(const char* name, const std::string& value) {
    begin(name);
    json_ += value;
  }
  std::string json() const { return json_ + "}"; }

 private:
  void begin(const char* name) {
    json_ += json_.empty() ? "{" : ",";
    json_ += fmt::format("\"{}\":", name);
  }

  const std::vector<TrialData>& trials_;
  std::string json_;
};

constexpr int kExact = 17;  // digits that read back to the same number

// The parameter's value; for a choice its index.
double param_number(const SearchedParameter& parameter, const TrialData& trial) {
  const auto found = trial.params.find(parameter.name);
  if (found == trial.params.end()) {
    return kNone;
  }
  if (parameter.numeric) {
    return found->second.is_number() ? found->second.number() : kNone;
  }
  const auto choice = std::find(parameter.choices.begin(), parameter.choices.end(), found->second);
  return choice == parameter.choices.end()
             ? kNone
             : static_cast<double>(choice - parameter.choices.begin());
}

// Parses "2026-01-31T10:03:20.000Z"; empty if it is not a time.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_time(std::string_view text) {
  auto number = [&](std::size_t at, std::size_t digits) {
    int value = -1;
    if (at + digits <= text.size()) {
      std::from_chars(text.data() + at, text.data() + at + digits, value);
    }
    return value;
  };
  const std::chrono::year_month_day day(std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2))));
  const int milliseconds = number(20, 3);
  if (!day.ok() || number(11, 2) < 0 || number(14, 2) < 0 || number(17, 2) < 0) {
    return std::nullopt;
  }
  return std::chrono::sys_days(day) + std::chrono::hours(number(11, 2)) +
         std::chrono::minutes(number(14, 2)) + std::chrono::seconds(number(17, 2)) +
         std::chrono::milliseconds(std::max(0, milliseconds));
}

}  // namespace

double seconds_between(std::string_view from, std::string_view to) {
  const auto begin = parse_time(from);
  const auto end = parse_time(to);
  return begin && end ? std::chrono::duration<double>(*end - *begin).count() : kNone;
}

std::string page_trials(const SweepData& data,
                        const std::map<std::int64_t, nn::EpochRecord>& best_epochs) {
  Columns columns(data.trials);
  Texts workers;
  Texts reasons;
  Texts states;
  Texts origins;
  auto since = [&](const std::optional<std::string>& time) {
    return time ? seconds_between(data.sweep.created_at, *time) : kNone;
  };
  auto at_best = [&](const TrialData& trial, double nn::EpochRecord::*field) {
    const auto found = best_epochs.find(trial.row.trial_id);
    return found == best_epochs.end() ? kNone : found->second.*field;
  };
  auto whole = [](auto value) { return static_cast<double>(value); };
  columns.add(
      "number", [&](const TrialData& t) { return whole(t.row.number); }, kExact);
  columns.add("state", [&](const TrialData& t) {
    return whole(states.index(std::string(search::to_text(t.row.state))));
  });
  columns.add(
      "value", [](const TrialData& t) { return t.row.value.value_or(kNone); }, 7);
  columns.add("stage", [&](const TrialData& t) { return whole(t.row.stage); });
  columns.add(
      "epochs", [&](const TrialData& t) { return whole(t.row.epochs); }, kExact);
  columns.add(
      "epochs_done", [&](const TrialData& t) { return whole(t.row.epochs_done); }, kExact);
  columns.add(
      "best_epoch",
      [&](const TrialData& t) { return t.row.best_epoch ? whole(*t.row.best_epoch) : kNone; },
      kExact);
  columns.add("seconds", [](const TrialData& t) { return t.row.seconds.value_or(kNone); });
  columns.add(
      "start", [&](const TrialData& t) { return since(t.row.started_at); }, 9);
  columns.add(
      "end", [&](const TrialData& t) { return since(t.row.finished_at); }, 9);
  columns.add("worker", [&](const TrialData& t) { return whole(workers.index(t.row.worker)); });
  columns.add("origin", [&](const TrialData& t) {
    return whole(origins.index(std::string(to_text(t.row.origin))));
  });
  columns.add("reason", [&](const TrialData& t) {
    return whole(
        reasons.index(t.row.reason ? std::optional(reason_text(*t.row.reason)) : std::nullopt));
  });
  // At the best epoch: the values that the trial is ranked by.
  for (const char* name : {"train_loss", "val_loss", "train_accuracy", "val_accuracy"}) {
    columns.add(name, [&, field = nn::find_epoch_column(name)->field](const TrialData& t) {
      return at_best(t, field);
    });
  }
  std::string params;
  append_array(params, data.parameters, [&](std::string& json, const SearchedParameter& parameter) {
    append_array(json, data.trials, [&](std::string& text, const TrialData& trial) {
      append_number(text, param_number(parameter, trial));
    });
  });
  columns.add_text("params", params);
  columns.add_text("workers", workers.json());
  columns.add_text("reasons", reasons.json());
  columns.add_text("states", states.json());
  columns.add_text("origins", origins.json());
  return columns.json();
}

}  // namespace hpsearch::reports
