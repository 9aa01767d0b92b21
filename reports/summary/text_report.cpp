#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>

#include "reports/findings/noise.h"
#include "reports/summary/closest_call.h"
#include "reports/summary/ensemble_report.h"
#include "reports/summary/sweep_report.h"
#include "reports/sweep/remark_text.h"
#include "reports/sweep/sweep_list.h"
#include "reports/text/numbers.h"
#include "reports/text/paint.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

std::string state_text(const SweepReport& report) {
  const std::string_view state = to_text(report.sweep.state);
  return painted(paint_of_state(state), state);
}

bool is_complete(const SweepReport& report) {
  return report.sweep.state == storage::SweepState::kComplete;
}

// "40 of 50 complete, 3 diverged; interrupted". Counts of 0 are left out.
std::string counts_text(const SweepReport& report) {
  const storage::SummaryRow& s = report.summary;
  // A trial and the promoted ones that go on with it count as one.
  std::string text = fmt::format("{} of {} complete", s.complete,
                                 std::max(report.planned_trials, s.trials - report.continued));
  auto add = [&](std::int64_t n, const char* what) {
    if (n > 0) {
      text += fmt::format(", {} {}", n, what);
    }
  };
  add(s.pruned - report.continued, "pruned");
  add(s.diverged, "diverged");
  add(s.failed, "failed");
  const auto& reason = report.sweep.stop_reason;
  if (report.shard) {
    return fmt::format("{}; shard {} of the sweep{}", text, to_text(*report.shard),
                       is_trained_shard(report.sweep) ? ": hpsearch merge puts the shards together"
                                                      : fmt::format(", {}", state_text(report)));
  }
  if (!is_complete(report)) {
    return reason == storage::StopReason::kCall
               ? fmt::format("{}; interrupted, as the last call was limited by --trials", text)
               : fmt::format("{}; {}", text, state_text(report));
  }
  if (!reason || *reason == storage::StopReason::kRunCap) {
    return text;
  }
  return fmt::format("{}; ended by {}", text,
                     *reason == storage::StopReason::kSpace ? "the last point" : to_text(*reason));
}

// Only parameters that vary get a column.
std::vector<TableColumn> leaderboard_columns(const SweepReport& report) {
  std::vector<TableColumn> columns{
      {"rank"}, {"trial"}, {report.sweep.metric}, {"epoch"}, {"seconds"}};
  const bool violations =
      std::any_of(report.top.begin(), report.top.end(),
                  [](const storage::LeaderboardRow& row) { return row.violation > 0.0; });
  for (const std::string& name : report.searched) {
    columns.push_back({printable(name)});
  }
  for (const storage::LeaderboardRow& row : report.top) {
    const search::ParamSet params = search::parse_params_json(row.params_json);
    columns[0].cells.push_back(std::to_string(row.rank));
    columns[1].cells.push_back(std::to_string(row.trial));
    columns[2].cells.push_back(short_number(row.value));
    columns[2].paints.push_back(row.rank == 1 ? Paint::kBest : Paint::kNone);
    columns[3].cells.push_back(row.best_epoch == 0 ? "-" : std::to_string(row.best_epoch));
    columns[4].cells.push_back(fmt::format("{:.2f}", row.seconds));
    for (std::size_t i = 0; i < report.searched.size(); ++i) {
      const auto it = params.find(report.searched[i]);
      columns[5 + i].cells.push_back(it == params.end() ? "" : short_text(it->second));
    }
  }
  if (violations) {
    TableColumn column{"constraints", Align::kLeft};
    for (const storage::LeaderboardRow& row : report.top) {
      column.cells.emplace_back(row.violation > 0.0 ? "violated" : "");
    }
    columns.insert(columns.begin() + 3, std::move(column));  // beside the value
  }
  TableColumn tags{"tags", Align::kLeft};
  bool any = false;
  for (const storage::LeaderboardRow& row : report.top) {
    tags.cells.push_back(tags_text(report.remarks.tags_of(row.trial)));
    any = any || !tags.cells.back().empty();
  }
  if (any) {
    columns.insert(columns.begin() + 2, std::move(tags));  // beside the number
  }
  return columns;
}

// True if the metric fits on the headline's single line. The sweep's own metric always does; --json
// has all of them.
bool in_headline(const SweepReport& report, std::string_view name) {
  constexpr std::array<std::string_view, 3> kOfClasses{"auc", "balanced_accuracy", "f1"};
  const bool regression =
      std::any_of(report.test_metrics.begin(), report.test_metrics.end(),
                  [](const storage::MetricRow& metric) { return metric.name == "test_rmse"; });
  const bool further = std::find(kOfClasses.begin(), kOfClasses.end(), name) != kOfClasses.end() ||
                       (regression && name == "loss");
  return !further || report.sweep.metric == fmt::format("val_{}", name);
}

// "accuracy 0.9777, loss 0.07425"
std::string test_text(const SweepReport& report) {
  std::string text;
  for (const storage::MetricRow& metric : report.test_metrics) {
    const std::string name = metric.name.substr(std::string_view("test_").size());
    if (in_headline(report, name)) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, short_number(metric.value));
    }
  }
  return text;
}

// "; pruning saved 120 more (38 %), and the best trial was at worst ..."; empty if it saved none.
std::string saved_text(const SweepReport& report) {
  const auto saved = static_cast<double>(report.saved_epochs);
  return report.saved_epochs == 0
             ? ""
             : fmt::format(
                   "; pruning saved {} more ({:.0f} %){}", report.saved_epochs,
                   100.0 * saved / (saved + static_cast<double>(report.summary.epochs)),
                   report.closest_call ? "; " + closest_call_text(*report.closest_call) : "");
}

// Of the constraints on results.
std::string violations_text(const SweepReport& report) {
  const storage::SummaryRow& s = report.summary;
  if (s.violating == 0) {
    return "";
  }
  const bool best_violates = !report.top.empty() && report.top.front().violation > 0.0;
  return s.violating == s.complete
             ? "constraints: no complete trial satisfies all of them; the best is the one that "
               "violates them least\n"
         : best_violates
             ? "constraints: no trial of the last stage satisfies all of them; the best is the one "
               "that violates them least\n"
             : fmt::format("constraints: {} of {} complete trials violate{} them and rank last\n",
                           s.violating, s.complete, s.violating == 1 ? "s" : "");
}

// Why another run of the same file may give another digest.
std::string digest_note(const SweepReport& report) {
  return report.reproducible ? ""
         : report.program
             ? " (outside the promise to be reproducible: it is a program's)"
             : " (not reproducible: parallel.deterministic is false, or a constraint asks for "
               "seconds, so that results depended on timing)";
}

// Where the best value comes from: "at epoch 7", or the spread of its folds.
std::string where_text(const SweepReport& report) {
  if (report.best_folds.size() < 2) {
    return fmt::format("at epoch {}", report.top.front().best_epoch);
  }
  const Noise noise = noise_of_folds(report.best_folds);
  return fmt::format("(mean of {}, standard error {})", trainings_text(noise.rows, report.in_folds),
                     short_number(noise.deviation));
}

// The values of one metric in all replicates: "0.91, 0.92".
std::string of_replicates(const SweepReport& report, const std::string& metric) {
  std::string text;
  for (const auto& replicate : report.test_of_replicates) {
    for (const storage::MetricRow& row : replicate) {
      if (row.name == metric) {
        text += (text.empty() ? "" : ", ") + fmt::format("{}", row.value);
      }
    }
  }
  return text;
}

}  // namespace

std::string headline(const SweepReport& report) {
  const std::string& metric = report.sweep.metric;
  std::string text = fmt::format(
      "{}: {} search, {}\n", printable(report.sweep.name), report.sweep.method,
      metric.empty() ? "no metric" : fmt::format("{} {}", report.sweep.goal, printable(metric)));
  text += remark_lines(report.remarks, {});
  if (report.warm) {
    text += fmt::format("warm start: {}\n", to_text(*report.warm));
  }
  text +=
      fmt::format("trials: {}\nepochs: {} in {}{}\n", counts_text(report), report.summary.epochs,
                  duration_text(report.sweep.active_seconds), saved_text(report));
  text += violations_text(report);
  if (metric.empty()) {
    text += "best: none, as the sweep has no metric; `hpsearch export` has all trials\n";
  } else if (report.top.empty()) {
    text += is_complete(report) ? "best: none, no trial is complete\n"
                                : "best: no trial is complete yet\n";
  } else {
    const storage::LeaderboardRow& best = report.top.front();
    text += fmt::format("best: trial {}, {} {} {}\n", best.trial, report.sweep.metric,
                        painted(Paint::kBest, short_number(best.value)), where_text(report));
  }
  if (report.duel) {
    text += fmt::format("lead: {}\n", to_text(*report.duel));
  }
  if (report.ensemble) {
    text += ensemble_text(*report.ensemble, report.sweep.metric);
  }
  if (!report.test_metrics.empty()) {
    text += fmt::format("test: {}{}\n", test_text(report),
                        report.ensemble                     ? " (of the ensemble)"
                        : report.test_of_replicates.empty() ? ""
                                                            : " (mean of the replicates)");
  } else if (!is_complete(report) && !report.program) {
    text += report.shard ? "test: computed for the best trial once all shards are merged\n"
                         : "test: computed for the best trial when the sweep ends\n";
  }
  if (report.explanation) {
    const std::string baseline = baseline_text(*report.explanation, report.sweep.metric);
    text += baseline.empty() ? "" : fmt::format("baseline: {}\n", baseline);
  }
  if (report.weights) {
    text += fmt::format("weights: {}\n", printable(report.weights->path));
  }
  for (const BorderWarning& border : report.borders) {
    text += fmt::format("border: {}\n", to_text(border));
  }
  if (report.machines.size() > 1) {
    text += fmt::format("machines: {}\n", printable(to_text(report.machines)));
  }
  return text + fmt::format("digest: {}{}\n", report.digest, digest_note(report));
}

std::string wrapped_headline(const SweepReport& report, std::size_t width) {
  const std::string whole = headline(report);
  std::string text;
  for (std::size_t at = 0; at < whole.size();) {
    const std::size_t end = std::min(whole.find('\n', at), whole.size() - 1) + 1;
    const std::string line = whole.substr(at, end - at);
    // Indented lines are YAML, to be copied.
    text += line.starts_with("  ") ? line : wrapped(line, width);
    at = end;
  }
  return text;
}

std::string text_report(const SweepReport& report, std::size_t width) {
  std::string text = wrapped_headline(report, width);
  // The headline already has the border warnings.
  std::vector<Advice> further;
  std::copy_if(report.advice.begin(), report.advice.end(), std::back_inserter(further),
               [](const Advice& one) { return one.kind != "border"; });
  constexpr std::size_t kMostAdvice = 3;
  text += advice_text(further, kMostAdvice, width);
  if (further.size() > kMostAdvice) {
    text +=
        wrapped(fmt::format("({} more: report --advice)\n", further.size() - kMostAdvice), width);
  }
  if (!report.top.empty()) {
    text += "\n" + format_table(leaderboard_columns(report), width);
  }
  if (report.ensemble) {
    text += "\n" + ensemble_table(*report.ensemble, width);
  }
  if (report.explanation) {
    constexpr std::size_t kMostColumns = 10;
    const std::string quality =
        quality_text(report.explanation->reliability, report.explanation->pairs);
    const std::string columns = columns_text(report.explanation->columns, kMostColumns, width);
    const std::string labels = labels_text(report.explanation->labels, width);
    text += quality.empty() ? "" : "\n" + wrapped(quality, width);
    text += labels.empty() ? "" : "\n" + labels;
    text += columns.empty() ? "" : "\n" + columns;
  }
  const std::string stages = stages_text(report.stages);
  return stages.empty() ? text : text + "\n" + wrapped(stages, width, 4);
}

std::string best_report(const SweepReport& report, const std::string& yaml) {
  const storage::LeaderboardRow& best = report.top.front();
  const std::string name = printable(report.sweep.name);
  auto line = [](std::string_view what, const std::string& value) {
    return fmt::format("# {:<15} {}\n", what, value);
  };
  std::string text = fmt::format("# The best of sweep {}: trial {} of {}.\n", name, best.trial,
                                 report.summary.trials);
  text += line(report.sweep.metric, report.best_folds.size() < 2
                                        ? fmt::format("{} at epoch {} of {}", best.value,
                                                      best.best_epoch, best.epochs_done)
                                        : fmt::format("{} {}", best.value, where_text(report)));
  if (best.deviation) {
    text += line("spread", fmt::format("standard deviation {} over {}", *best.deviation,
                                       trainings_text(best.replicates, report.in_folds)));
  }
  if (report.ensemble) {
    for (const EnsembleTrial& trial : ensemble_trials(*report.ensemble)) {
      text += line("ensemble",
                   fmt::format("trial {}: {} network{}, weight {}", trial.trial, trial.networks,
                               trial.networks == 1 ? "" : "s", trial.share));
    }
  }
  if (report.duel) {
    text += line("lead", to_text(*report.duel));
  }
  for (const storage::MetricRow& metric : report.test_metrics) {
    const std::string each = of_replicates(report, metric.name);
    text += line(metric.name,
                 fmt::format("{} {}", metric.value,
                             report.ensemble ? "of the ensemble"
                             : each.empty()  ? "at that epoch"
                                             : fmt::format("mean of the replicates: {}", each)));
  }
  if (report.test_metrics.empty() && !is_complete(report) && !report.program) {
    text += line("test", "not computed until the sweep ends");
  }
  if (report.weights) {
    text += line("weights", printable(report.weights->path));
  }
  text += line("digest", report.digest + digest_note(report));
  text += fmt::format("# As a sweep file, this text {}:\n#   {}\n",
                      report.program ? "runs the program with these values again"
                      : report.ensemble && report.ensemble->kind == "trials"
                          ? "reproduces the ensemble bit for bit"
                          : "reproduces the trial bit for bit",
                      printable(report.repeat));
  return text + yaml;
}

}  // namespace hpsearch::reports
