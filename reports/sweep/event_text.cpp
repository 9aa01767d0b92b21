#include "reports/sweep/event_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "storage/checkpoint_events.h"
#include "storage/events.h"
#include "storage/judged_event.h"
#include "storage/precision_event.h"
#include "storage/repeat_event.h"
#include "storage/shard_events.h"
#include "storage/violated_event.h"

namespace hpsearch::reports {
namespace {

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

std::string words(const storage::RunStarted& event) {
  return fmt::format("a run began: {} worker{}, run_cap {}{}", event.workers,
                     event.workers == 1 ? "" : "s", event.run_cap,
                     event.deterministic ? "" : ", not deterministic");
}

std::string words(const storage::Sharded& event) {
  return fmt::format("this database has shard {} of the sweep", to_text(event.shard));
}

std::string words(const storage::Merged& event) {
  return fmt::format("{} trial{} came from {}{}", event.trials, event.trials == 1 ? "" : "s",
                     event.source,
                     event.shard ? fmt::format(" (shard {})", to_text(*event.shard)) : "");
}

std::string words(const storage::RunEnded& event) {
  return fmt::format("the run ended: {}, {}", to_text(event.state),
                     event.reason ? reason_text(to_text(*event.reason)) : "error");
}

// "began with 45 of 60 results of 'old' (old.db); not used: 4 failed, 11 unfinished; momentum was
// searched there and is 0.9 here"
std::string words(const storage::WarmStarted& event) {
  std::string text = fmt::format("began with {} of {} trials of '{}' ({})", event.used,
                                 event.trials, event.sweep, event.database);
  const char* before = "; not used: ";
  for (const storage::WarmStarted::Unused& part : event.not_used) {
    text += fmt::format("{}{} {}", std::exchange(before, ", "), part.trials, part.why);
  }
  for (const std::string& difference : event.differences) {
    text += "; " + difference;
  }
  return text;
}

std::string words(const storage::StageStarted& event) {
  return fmt::format("stage {} began: {} trials{}", event.stage, event.trials,
                     event.epochs ? fmt::format(" of {} epochs", *event.epochs) : "");
}

// "suggested by tpe from 12 results and 45 of an earlier sweep, with trials 10 and 11 pending;
// candidates 24"
std::string words(const storage::Suggested& event) {
  std::string text = fmt::format("suggested by {} from {} result{}", event.method, event.results,
                                 event.results == 1 ? "" : "s");
  if (event.earlier > 0) {
    text += fmt::format(" and {} of an earlier sweep", event.earlier);
  }
  if (!event.pending.empty()) {
    text += fmt::format(", with {} pending", trials_text(event.pending));
  }
  auto facts = event.why;
  std::sort(facts.begin(), facts.end());
  for (const auto& [name, value] : facts) {
    text += fmt::format("; {} {}", name, value);
  }
  return text;
}

std::string words(const storage::WorkersWaited& event) {
  return fmt::format("workers waited {:.1f} s of their {:.1f} s for results of earlier trials",
                     event.waited_seconds, event.worker_seconds);
}

std::string words(const storage::Resumed& event) {
  return fmt::format("begun again, attempt {}", event.attempt);
}

std::string words(const storage::Repeated& event) {
  return fmt::format("repeated, {} seeds in all", event.seeds);
}

std::string words(const storage::Enqueued&) {
  return "enqueued";
}

std::string words(const storage::Retried& event) {
  return fmt::format("put back to be trained again; had failed: {}", event.reason);
}

std::string words(const storage::Pruned& event) {
  return fmt::format("pruned after epoch {}; {}", event.epoch, event.reason);
}

// "asha at epoch 3: 0.91, number 2 of 9, threshold 0.85: went on; at epoch 9: ..."
std::string words(const storage::Judged& event) {
  std::string text;
  const search::Judgement* before = nullptr;
  for (const search::Judgement& one : event.judgements) {
    const bool same = before != nullptr && before->pruner == one.pruner && before->fold == one.fold;
    text += before == nullptr ? "judged by " : "; ";
    text += same ? "" : one.pruner + (one.fold > 0 ? fmt::format(" in fold {}", one.fold) : "");
    text += fmt::format("{}at {}: {}", same ? "" : " ", one.iteration, short_number(one.value));
    if (one.rank > 0) {
      text += fmt::format(", number {} of {}", one.rank, one.of);
    }
    if (one.threshold) {
      text += ", threshold " + short_number(*one.threshold);
    }
    text += one.paused ? ": paused" : one.pruned ? ": ended" : ": went on";
    before = &one;
  }
  return text;
}

// "violates parameters < 50000; parameters 62210, val_auc 0.83"
std::string words(const storage::Violated& event) {
  std::string results;
  for (const auto& [name, value] : event.results) {
    results += fmt::format("{}{} {}", results.empty() ? "; " : ", ", name, short_number(value));
  }
  return fmt::format("violates {}{}", fmt::join(event.constraints, " and "), results);
}

std::string words(const storage::Promoted& event) {
  return fmt::format("goes on with trial {}; {}", event.parent, event.why);
}

std::string words(const storage::BeyondStop& event) {
  return fmt::format("set aside beyond the sweep's stop; was {}", search::to_text(event.state));
}

std::string words(const storage::Continued& event) {
  return fmt::format("went on from its saved state after epoch {}", event.epoch);
}

std::string words(const storage::CheckpointUnusable& event) {
  return fmt::format("began anew, without its saved state: {}", event.reason);
}

std::string words(const storage::PrecisionChosen& event) {
  return fmt::format("trained in {}, as 'precision: auto' became here", event.precision);
}

std::string words(const storage::TestMetricOfOtherWeights&) {
  return "its test metric is that of weights trained on another CPU or by another build";
}

// Of the first of these kinds as which the row can be read.
template <class... Events>
std::optional<std::string> words_of(const storage::EventRow& row) {
  std::optional<std::string> text;
  auto try_kind = [&]<class Event>(const std::optional<Event>& event) {
    if (event) {
      text = words(*event);
    }
    return event.has_value();
  };
  const bool known = (try_kind(Events::from_row(row)) || ...);
  return known ? text : std::nullopt;
}

std::optional<std::string> known_words(const storage::EventRow& row) {
  return words_of<
      storage::RunStarted, storage::RunEnded, storage::WarmStarted, storage::StageStarted,
      storage::Suggested, storage::WorkersWaited, storage::Resumed, storage::Enqueued,
      storage::Retried, storage::Judged, storage::Promoted, storage::Pruned, storage::BeyondStop,
      storage::Continued, storage::CheckpointUnusable, storage::PrecisionChosen, storage::Repeated,
      storage::Sharded, storage::Merged, storage::Violated, storage::TestMetricOfOtherWeights>(row);
}

std::string stored_words(const storage::EventRow& row) {
  return row.detail_json.empty() || row.detail_json == "{}"
             ? row.kind
             : fmt::format("{} {}", row.kind, row.detail_json);
}

}  // namespace

std::string event_text(const storage::EventRow& event) {
  const auto known = known_words(event);
  return printable(known ? *known : stored_words(event));
}

std::string reason_text(std::string_view reason) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kWords{{
      {"signal", "ended by a signal"},
      {"killed", "its process was killed"},
      {"copied", "it was being trained when it was copied"},
      {"beyond_stop", "its number lies beyond the sweep's stop"},
      {"run_cap", "all trials of run_cap are done"},
      {"space", "all points of the space are tried"},
      {"target", "the target is reached"},
      {"epochs", "the epochs of the stop rule are trained"},
      {"time", "the time is up"},
      {"failures", "the limit of failed trials is reached"},
      {"no_improvement", "the last trials brought no improvement"},
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
