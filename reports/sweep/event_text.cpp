#include "reports/sweep/event_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/text/printable.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::json;

// A member of an event's detail as text; `absent` if it is missing.
std::string member(const Json& detail, const char* key, std::string absent = "?") {
  if (!detail.is_object() || !detail.contains(key) || detail[key].is_null()) {
    return absent;
  }
  return detail[key].is_string() ? detail[key].get<std::string>() : nn::json_text(detail[key]);
}

std::string seconds_member(const Json& detail, const char* key) {
  const bool number = detail.is_object() && detail.contains(key) && detail[key].is_number();
  return number ? fmt::format("{:.1f}", detail[key].get<double>()) : "?";
}

// "trial 4", "trials 4, 7 and 12", "trials 0, 1, 2, 3, 4, 5, 6, 7 and 92 more".
std::string trials_text(const std::vector<std::uint64_t>& trials) {
  constexpr std::size_t kShown = 8;
  std::string text = trials.size() == 1 ? "trial " : "trials ";
  const std::size_t shown = trials.size() <= kShown + 1 ? trials.size() : kShown;
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == trials.size();
    text += fmt::format("{}{}", i == 0 ? "" : last ? " and " : ", ", trials[i]);
  }
  return shown < trials.size() ? text + fmt::format(" and {} more", trials.size() - shown) : text;
}

// "suggested by tpe from 12 results and 45 of an earlier sweep, with trials 10 and 11 pending;
// candidates 24"
std::string suggestion_text(const Json& detail) {
  std::string text =
      fmt::format("suggested by {} from {} result{}", member(detail, "method"),
                  member(detail, "results"), member(detail, "results") == "1" ? "" : "s");
  if (!detail.is_object()) {
    return text;
  }
  if (const std::string earlier = member(detail, "earlier", ""); !earlier.empty()) {
    text += fmt::format(" and {} of an earlier sweep", earlier);
  }
  if (const auto pending = detail.find("pending");
      pending != detail.end() && pending->is_array() && !pending->empty()) {
    std::vector<std::uint64_t> trials;
    for (const Json& number : *pending) {
      if (number.is_number_unsigned()) {
        trials.push_back(number.get<std::uint64_t>());
      }
    }
    text += fmt::format(", with {} pending", trials_text(trials));
  }
  if (const auto why = detail.find("why"); why != detail.end() && why->is_object()) {
    for (const auto& [name, value] : why->items()) {
      text += fmt::format("; {} {}", name, member(*why, name.c_str()));
    }
  }
  return text;
}

// "began with 45 of 60 results of 'old' (old.db); not used: 4 failed, 11 unfinished; momentum was
// searched there and is 0.9 here"
std::string warm_text(const Json& detail) {
  std::string text =
      fmt::format("began with {} of {} trials of '{}' ({})", member(detail, "used"),
                  member(detail, "trials"), member(detail, "sweep"), member(detail, "database"));
  if (!detail.is_object()) {
    return text;
  }
  const char* before = "; not used: ";
  for (const Json& part : detail.value("not_used", Json::array())) {
    text += fmt::format("{}{} {}", std::exchange(before, ", "), member(part, "trials"),
                        member(part, "why"));
  }
  for (const Json& difference : detail.value("differences", Json::array())) {
    text += "; " + (difference.is_string() ? difference.get<std::string>() : "?");
  }
  return text;
}

std::string words(const storage::EventRow& event) {
  const Json detail = nn::parse_json(event.detail_json);
  if (event.kind == "run_started") {
    return fmt::format("a run began: {} workers, run_cap {}{}", member(detail, "workers"),
                       member(detail, "run_cap"),
                       member(detail, "deterministic") == "false" ? ", not deterministic" : "");
  }
  if (event.kind == "warm_started") {
    return warm_text(detail);
  }
  if (event.kind == "suggested") {
    return suggestion_text(detail);
  }
  if (event.kind == "workers_waited") {
    return fmt::format("workers waited {} s of their {} s for results to learn from",
                       seconds_member(detail, "waited_seconds"),
                       seconds_member(detail, "worker_seconds"));
  }
  if (event.kind == "run_ended") {
    const std::string reason = member(detail, "reason", "");
    return fmt::format("the run ended: {}{}", member(detail, "state"),
                       reason.empty() ? "" : ", " + reason_text(reason));
  }
  if (event.kind == "stage_started") {
    return fmt::format("stage {} began: {} trials of {} epochs", member(detail, "stage"),
                       member(detail, "trials"), member(detail, "epochs"));
  }
  if (event.kind == "resumed") {
    return fmt::format("begun again, attempt {}", member(detail, "attempt"));
  }
  if (event.kind == "beyond_stop") {
    return fmt::format("set aside beyond the sweep's stop; was {}", member(detail, "state"));
  }
  if (event.kind == "retried") {
    return fmt::format("put back to be trained again; had failed: {}", member(detail, "reason"));
  }
  if (event.kind == "enqueued") {
    return "enqueued by hand";
  }
  if (event.kind == "test_metric_of_other_weights") {
    return "its test metric is that of weights trained on another CPU or by another build";
  }
  return event.detail_json.empty() || event.detail_json == "{}"
             ? event.kind
             : fmt::format("{} {}", event.kind, event.detail_json);
}

}  // namespace

std::string event_text(const storage::EventRow& event) {
  return printable(words(event));
}

std::string reason_text(std::string_view reason) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords{{
      {"signal", "ended by a signal"},
      {"killed", "its process was killed"},
      {"beyond_stop", "its number lies beyond the sweep's stop"},
      {"run_cap", "all trials of run_cap are done"},
      {"space", "all points of the space are tried"},
      {"target", "the target is reached"},
      {"epochs", "the epochs of the stop rule are trained"},
      {"time", "the time is up"},
  }};
  const auto* found = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const auto& word) { return word.first == reason; });
  return printable(found == kWords.end() ? reason : found->second);
}

std::string time_text(std::string_view time) {
  std::string text(time.substr(0, std::string_view("2026-01-31T23:59:59").size()));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return printable(text);
}

std::string log_text(const std::vector<storage::LogRow>& log) {
  std::string text;
  for (std::size_t i = 0; i < log.size();) {
    const std::string said = event_text(log[i].event);
    std::vector<std::uint64_t> trials;
    std::size_t next = i;
    while (next < log.size() && log[next].trial.has_value() == log[i].trial.has_value() &&
           (next == i || (log[next].trial && event_text(log[next].event) == said))) {
      if (log[next].trial) {
        trials.push_back(*log[next].trial);
      }
      ++next;
    }
    text += fmt::format("  {}  {}{}\n", time_text(log[i].at),
                        trials.empty() ? "" : trials_text(trials) + ": ", said);
    i = next;
  }
  return text;
}

}  // namespace hpsearch::reports
