#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "nn/base/json.h"
#include "reports/findings/compare_trials.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(const std::optional<nn::Value>& value) {
  return value ? short_text(*value) : "-";
}

// "0.95 [0.94, 0.96]": the mean of the replicates with its 95 % interval.
std::string spread(const std::vector<double>& replicates) {
  const Interval interval = bootstrap(Figure::kMean, replicates);
  return fmt::format("{} [{}, {}]", short_number(interval.estimate), short_number(interval.low),
                     short_number(interval.high));
}

// One column per trial; settings that are equal in both are left out.
std::vector<TableColumn> figures(const TrialComparison& c) {
  std::vector<TableColumn> columns{{"", Align::kLeft},
                                   {fmt::format("trial {}", c.a.trial.number)},
                                   {fmt::format("trial {}", c.b.trial.number)}};
  auto add = [&](const std::string& what, const std::string& a, const std::string& b) {
    columns[0].cells.push_back(what);
    columns[1].cells.push_back(a);
    columns[2].cells.push_back(b);
  };
  auto of_both = [&](const std::string& what, auto text) {
    add(what, text(c.a.trial), text(c.b.trial));
  };
  of_both(printable(c.sweep.metric),
          [](const storage::TrialRow& t) { return t.value ? short_number(*t.value) : "-"; });
  if (c.replicates_a.size() >= 2 || c.replicates_b.size() >= 2) {
    add("mean of replicates [95 %]", spread(c.replicates_a), spread(c.replicates_b));
  }
  of_both("state",
          [](const storage::TrialRow& t) { return std::string(search::to_text(t.state)); });
  of_both("best epoch", [](const storage::TrialRow& t) {
    return t.best_epoch ? std::to_string(*t.best_epoch) : "-";
  });
  of_both("epochs", [](const storage::TrialRow& t) { return std::to_string(t.epochs_done); });
  of_both("seconds", [](const storage::TrialRow& t) {
    return t.seconds ? fmt::format("{:.2f}", *t.seconds) : "-";
  });
  for (const SettingDifference& setting : c.settings) {
    add(printable(setting.name), value_text(setting.a), value_text(setting.b));
  }
  return columns;
}

// One sentence: which trial is better, by how much, and whether that exceeds the noise. Epochs are
// mentioned if they differ, since longer training alone can explain a difference.
std::string verdict_text(const TrialComparison& c) {
  if (!c.verdict) {
    return "one trial has no value, so there is nothing to compare";
  }
  const auto& v = *c.verdict;
  std::string text = v.difference == 0.0
                         ? "both have the same value"
                         : fmt::format("trial {} is better by {}",
                                       v.a_better ? c.a.trial.number : c.b.trial.number,
                                       short_number(std::abs(v.difference)));
  if (c.a.trial.epochs_done != c.b.trial.epochs_done) {
    text += fmt::format(" ({} and {} epochs)", c.a.trial.epochs_done, c.b.trial.epochs_done);
  }
  if (v.from_replicates) {
    text += fmt::format(" on average over {} and {} replicates [{}, {}], p {} (Mann-Whitney)",
                        c.replicates_a.size(), c.replicates_b.size(), short_number(v.interval.low),
                        short_number(v.interval.high), short_number(v.ranks.p));
  }
  if (!v.within_noise) {
    return text + "; it is unknown how much of that is noise";
  }
  text += *v.within_noise ? "; that is within the noise: two standard errors are "
                          : "; that is beyond the noise: two standard errors are ";
  text += short_number(2.0 * v.error);
  if (v.from_replicates) {
    return text + " over the replicates";
  }
  return text + (c.noise_a.source == Noise::Source::kRows
                     ? fmt::format(" on {} validation rows", c.noise_a.rows)
                     : " from epoch to epoch, and other rows or seeds would add to it");
}

// Keys are stable: scripts read them.
Json trial_json(const TrialCurves& trial, const std::vector<double>& replicates) {
  const storage::TrialRow& row = trial.trial;
  return {{"trial", row.number},
          {"state", search::to_text(row.state)},
          {"value", or_null(row.value)},
          {"best_epoch", or_null(row.best_epoch)},
          {"epochs_done", row.epochs_done},
          {"seconds", or_null(row.seconds)},
          {"replicates", replicates},
          {"params", nn::parse_ordered_json(row.params_json)}};
}

}  // namespace

std::string comparison_text(const TrialComparison& c, std::size_t width, Glyphs glyphs) {
  std::string text = wrapped(fmt::format("trials {} and {} of {}\n\n", c.a.trial.number,
                                         c.b.trial.number, printable(c.sweep.name)),
                             width);
  text += format_table(figures(c), width);
  if (c.settings.empty()) {
    text += wrapped("their settings are the same\n", width);
  }
  text += wrapped(verdict_text(c) + "\n\n", width);
  return text + curves_text(c.sweep, {c.a, c.b}, width, glyphs);
}

std::string comparison_json(const TrialComparison& c) {
  Json json{{"format", kJsonFormat},
            {"sweep", c.sweep.name},
            {"metric", c.sweep.metric},
            {"goal", c.sweep.goal},
            {"trials", {trial_json(c.a, c.replicates_a), trial_json(c.b, c.replicates_b)}},
            {"settings", Json::array()},
            {"comparison", nullptr}};
  auto value = [](const TrialCurves& trial, const std::string& name) {
    const Json params = nn::parse_ordered_json(trial.trial.params_json);
    return params.contains(name) ? params[name] : Json(nullptr);
  };
  for (const SettingDifference& setting : c.settings) {
    json["settings"].push_back(
        {{"name", setting.name}, {"values", {value(c.a, setting.name), value(c.b, setting.name)}}});
  }
  if (c.verdict) {
    const auto& v = *c.verdict;
    // The noise is null where nothing is known of it: 0 would claim certainty.
    json["comparison"] = {
        {"difference", finite(v.difference)},
        {"better", v.difference == 0.0 ? Json(nullptr)
                                       : Json(v.a_better ? c.a.trial.number : c.b.trial.number)},
        {"standard_error", v.within_noise ? finite(v.error) : Json(nullptr)},
        {"error_from", !v.within_noise                            ? Json(nullptr)
                       : v.from_replicates                        ? Json("replicates")
                       : c.noise_a.source == Noise::Source::kRows ? Json("validation_rows")
                                                                  : Json("epochs")},
        {"within_noise", or_null(v.within_noise)},
        {"interval", {finite(v.interval.low), finite(v.interval.high)}},
        {"p", v.from_replicates ? finite(v.ranks.p) : Json(nullptr)}};
  }
  return json_line(json);
}

// For programs: full precision, and no verdict.
TextTable comparison_table(const TrialComparison& c) {
  TextTable table{{"property", fmt::format("trial {}", c.a.trial.number),
                   fmt::format("trial {}", c.b.trial.number)},
                  {}};
  auto number = [](const std::optional<double>& value) { return value ? full_number(*value) : ""; };
  auto setting = [](const std::optional<nn::Value>& value) {
    return value ? nn::to_text(*value) : "";
  };
  const storage::TrialRow& a = c.a.trial;
  const storage::TrialRow& b = c.b.trial;
  table.rows.push_back({c.sweep.metric, number(a.value), number(b.value)});
  table.rows.push_back(
      {"state", std::string(search::to_text(a.state)), std::string(search::to_text(b.state))});
  auto epoch = [](const std::optional<int>& best) { return best ? std::to_string(*best) : ""; };
  table.rows.push_back({"best_epoch", epoch(a.best_epoch), epoch(b.best_epoch)});
  table.rows.push_back(
      {"epochs_done", std::to_string(a.epochs_done), std::to_string(b.epochs_done)});
  table.rows.push_back({"seconds", number(a.seconds), number(b.seconds)});
  for (const SettingDifference& one : c.settings) {
    table.rows.push_back({one.name, setting(one.a), setting(one.b)});
  }
  return table;
}

}  // namespace hpsearch::reports
