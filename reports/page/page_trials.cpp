#include "reports/page/page_trials.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/sweep/event_text.h"
#include "reports/text/json_text.h"
#include "reports/text/json_values.h"

namespace hpsearch::reports {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

constexpr std::array kAtBest{"train_loss", "val_loss", "train_accuracy", "val_accuracy"};

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

int PageTrials::Texts::index(const std::optional<std::string>& text) {
  if (!text || text->empty()) {
    return -1;
  }
  const auto found = std::find(texts.begin(), texts.end(), *text);
  if (found == texts.end()) {
    texts.push_back(*text);
    return static_cast<int>(texts.size()) - 1;
  }
  return static_cast<int>(found - texts.begin());
}

// `number(trial)` returns a double; NaN becomes null.
template <class Number>
void PageTrials::add(std::span<const TrialData> trials,
                     const char* name,
                     Number number,
                     int digits) {
  std::string& text = columns_[next_].text;
  columns_[next_++].name = name;
  for (const TrialData& trial : trials) {
    append_number(text, number(trial), digits);
    text += ',';
  }
}

void PageTrials::append(const SweepData& data,
                        std::size_t first,
                        std::size_t end,
                        const storage::Queries::BestEpochs& best_epochs) {
  const auto trials = std::span(data.trials).subspan(first, end - first);
  columns_.resize(kColumns + data.parameters.size());
  next_ = 0;
  auto since = [&](const std::optional<std::string>& time) {
    return time ? seconds_between(data.sweep.created_at, *time) : kNone;
  };
  auto whole = [](auto value) { return static_cast<double>(value); };
  add(
      trials, "number", [&](const TrialData& t) { return whole(t.row.number); }, kExact);
  add(trials, "state", [&](const TrialData& t) {
    return whole(states_.index(std::string(search::to_text(t.row.state))));
  });
  add(
      trials, "value", [](const TrialData& t) { return t.row.value.value_or(kNone); }, 7);
  add(trials, "violation", [](const TrialData& t) { return t.row.violation; });
  add(trials, "stage", [&](const TrialData& t) { return whole(t.row.stage); });
  add(
      trials, "epochs", [&](const TrialData& t) { return whole(t.row.epochs); }, kExact);
  add(
      trials, "epochs_done", [&](const TrialData& t) { return whole(t.row.epochs_done); }, kExact);
  add(
      trials, "best_epoch",
      [&](const TrialData& t) { return t.row.best_epoch ? whole(*t.row.best_epoch) : kNone; },
      kExact);
  add(trials, "seconds", [](const TrialData& t) { return t.row.seconds.value_or(kNone); });
  add(
      trials, "start", [&](const TrialData& t) { return since(t.row.started_at); }, 9);
  add(
      trials, "end", [&](const TrialData& t) { return since(t.row.finished_at); }, 9);
  add(trials, "worker", [&](const TrialData& t) { return whole(workers_.index(t.row.worker)); });
  add(trials, "origin", [&](const TrialData& t) {
    return whole(origins_.index(std::string(to_text(t.row.origin))));
  });
  add(trials, "reason", [&](const TrialData& t) {
    return whole(
        reasons_.index(t.row.reason ? std::optional(reason_text(*t.row.reason)) : std::nullopt));
  });
  // At the best epoch: the values that the trial is ranked by.
  for (const char* name : kAtBest) {
    auto best = best_epochs.begin();  // both are in the order of the numbers
    add(trials, name, [&, field = nn::find_epoch_column(name)->field](const TrialData& t) {
      while (best != best_epochs.end() && best->first < t.row.number) {
        ++best;
      }
      return best != best_epochs.end() && best->first == t.row.number ? best->second.*field : kNone;
    });
  }
  for (const SearchedParameter& parameter : data.parameters) {
    add(trials, "", [&](const TrialData& t) { return param_number(parameter, t); });
  }
}

void PageTrials::update(const SweepData& data,
                        std::size_t first,
                        std::size_t settled,
                        const storage::Queries::BestEpochs& best_epochs) {
  if (first == 0) {
    *this = {};
  }
  for (Column& column : columns_) {
    column.text.resize(column.settled);
  }
  append(data, first, settled, best_epochs);
  for (Column& column : columns_) {
    column.settled = column.text.size();
  }
  append(data, settled, data.trials.size(), best_epochs);
}

std::string PageTrials::json() const {
  auto list = [](const Column& column) {
    return std::string_view(column.text)
        .substr(0, column.text.empty() ? 0 : column.text.size() - 1);
  };
  auto texts = [](const Texts& all) { return nn::json_text(nlohmann::json(all.texts)); };
  const std::size_t named = std::min(columns_.size(), kColumns);
  std::string json = "{";
  for (const Column& column : std::span(columns_).first(named)) {
    json += fmt::format("\"{}\":[{}],", column.name, list(column));
  }
  json += "\"params\":";
  append_array(json, std::span(columns_).subspan(named), [&](std::string& text, const Column& one) {
    text += fmt::format("[{}]", list(one));
  });
  return json + fmt::format(",\"workers\":{},\"reasons\":{},\"states\":{},\"origins\":{}}}",
                            texts(workers_), texts(reasons_), texts(states_), texts(origins_));
}

}  // namespace hpsearch::reports
