#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/findings/compare_sweeps.h"
#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// One column per sweep. Figures that need comparable values are left out where there are none.
std::vector<TableColumn> figures(const SweepComparison& c) {
  std::vector<TableColumn> columns{
      {"", Align::kLeft}, {printable(c.a.sweep.name)}, {printable(c.b.sweep.name)}};
  auto add = [&](const std::string& what, auto text) {
    columns[0].cells.push_back(what);
    columns[1].cells.push_back(text(c.a));
    columns[2].cells.push_back(text(c.b));
  };
  add("method", [](const SweepFigures& f) { return printable(f.sweep.method); });
  add("metric", [](const SweepFigures& f) { return printable(f.sweep.metric); });
  add("best", [](const SweepFigures& f) { return f.best ? short_number(*f.best->value) : "-"; });
  add("median", [](const SweepFigures& f) { return short_number(f.median); });
  add("quartiles", [](const SweepFigures& f) {
    return fmt::format("{} {}", short_number(f.quartile_low), short_number(f.quartile_high));
  });
  add("trials", [](const SweepFigures& f) { return std::to_string(f.trials); });
  add("diverged or failed", [](const SweepFigures& f) { return std::to_string(f.bad); });
  add("epochs", [](const SweepFigures& f) { return std::to_string(f.epochs); });
  add("training seconds", [](const SweepFigures& f) { return fmt::format("{:.1f}", f.seconds); });
  if (c.comparable) {
    add(fmt::format("found by trial {}", c.equal_trials),
        [](const SweepFigures& f) { return short_number(f.found_at_trials); });
    add(fmt::format("expected best of {} draw{}", c.equal_trials, c.equal_trials == 1 ? "" : "s"),
        [](const SweepFigures& f) { return short_number(f.expected_at_trials); });
    add(fmt::format("expected best for {} epochs", c.equal_epochs),
        [](const SweepFigures& f) { return short_number(f.expected_at_epochs); });
  }
  return columns;
}

// trials_to_match() in words: how much luck the best of `name` stands for.
std::string matched_text(const std::string& name,
                         const std::string& other,
                         const std::optional<std::size_t>& trials) {
  return trials
             ? fmt::format("it would take about {} random trial{} of {} to match the best of {}\n",
                           *trials, *trials == 1 ? "" : "s", other, name)
             : fmt::format(
                   "no number of random trials of {} is expected to match the best "
                   "of {}\n",
                   other, name);
}

// What the figures mean, in sentences. Without comparable values there is nothing to conclude.
std::string verdict_text(const SweepComparison& c) {
  const std::string a = printable(c.a.sweep.name);
  const std::string b = printable(c.b.sweep.name);
  if (!c.comparable) {
    return "the sweeps optimise different metrics, so their values cannot be compared\n";
  }
  if (!c.a.best || !c.b.best) {
    return "one sweep has no complete trial, so there is nothing to compare\n";
  }
  std::string text = fmt::format(
      "a trial of {} is better than one of {} with probability {} (Mann-Whitney p {}{})\n", a, b,
      short_number(c.ranks.superiority), short_number(c.ranks.p),
      c.ranks.p > 0.05 ? "; this may be chance" : "");
  text += fmt::format(
      "the best of {} beats {:.1f} % of the trials of {}; the best of {} beats {:.1f} % of "
      "those of {}\n",
      a, 100.0 * c.beaten_by_a, b, b, 100.0 * c.beaten_by_b, a);
  text += matched_text(a, b, c.to_match_a) + matched_text(b, a, c.to_match_b);
  return text +
         "draws: that many trials drawn at random from those that compete (the last stage); for a "
         "method that learns from its trials, the row \"found by trial\" is more telling\n";
}

// Keys are stable: scripts read them.
Json sweep_json(const SweepFigures& f) {
  return {{"sweep", f.sweep.name},
          {"method", f.sweep.method},
          {"metric", f.sweep.metric},
          {"goal", f.sweep.goal},
          {"best", f.best ? Json{{"trial", f.best->number}, {"value", or_null(f.best->value)}}
                          : Json(nullptr)},
          {"trials", f.trials},
          {"complete", f.complete},
          {"bad", f.bad},
          {"epochs", f.epochs},
          {"seconds", f.seconds},
          {"compared", f.compared},
          {"quartile_low", finite(f.quartile_low)},
          {"median", finite(f.median)},
          {"quartile_high", finite(f.quartile_high)},
          {"found_at_trials", finite(f.found_at_trials)},
          {"expected_at_trials", finite(f.expected_at_trials)},
          {"expected_at_epochs", finite(f.expected_at_epochs)},
          {"trials_at_epochs", f.trials_at_epochs}};
}

}  // namespace

std::string comparison_text(const SweepComparison& c, std::size_t width) {
  std::string text = wrapped(
      fmt::format("sweeps {} and {}\n\n", printable(c.a.sweep.name), printable(c.b.sweep.name)),
      width);
  text += format_table(figures(c), width) + wrapped(verdict_text(c), width);
  if (c.config.empty()) {
    return text + wrapped("\ntheir sweep files do not differ\n", width);
  }
  std::vector<TableColumn> columns{{"difference", Align::kLeft},
                                   {printable(c.a.sweep.name), Align::kLeft},
                                   {printable(c.b.sweep.name), Align::kLeft}};
  for (const ConfigDifference& difference : c.config) {
    columns[0].cells.push_back(printable(difference.path));
    columns[1].cells.push_back(difference.a.empty() ? "-" : printable(difference.a));
    columns[2].cells.push_back(difference.b.empty() ? "-" : printable(difference.b));
  }
  return text + "\n" + format_table(columns, width);
}

// Arrays of two hold the figures of the first and of the second sweep.
std::string comparison_json(const SweepComparison& c) {
  Json json{{"format", kJsonFormat},          {"sweeps", {sweep_json(c.a), sweep_json(c.b)}},
            {"equal_trials", c.equal_trials}, {"equal_epochs", c.equal_epochs},
            {"comparison", nullptr},          {"config", Json::array()}};
  if (c.comparable && c.a.best && c.b.best) {
    json["comparison"] = {{"superiority", c.ranks.superiority},
                          {"u", c.ranks.u},
                          {"p", c.ranks.p},
                          {"exact", c.ranks.exact},
                          {"beaten_by_best", {c.beaten_by_a, c.beaten_by_b}},
                          {"trials_to_match", {or_null(c.to_match_a), or_null(c.to_match_b)}}};
  }
  // An absent setting is null, which differs from an empty string in YAML.
  auto text = [](const std::string& yaml) { return yaml.empty() ? Json(nullptr) : Json(yaml); };
  for (const ConfigDifference& difference : c.config) {
    json["config"].push_back(
        {{"path", difference.path}, {"values", {text(difference.a), text(difference.b)}}});
  }
  return json_line(json);
}

// For programs: full precision, the keys of the JSON as property names, and no verdict.
TextTable comparison_table(const SweepComparison& c) {
  TextTable table{{"property", c.a.sweep.name, c.b.sweep.name}, {}};
  auto add = [&](const std::string& what, auto text) {
    table.rows.push_back({what, text(c.a), text(c.b)});
  };
  add("method", [](const SweepFigures& f) { return f.sweep.method; });
  add("metric", [](const SweepFigures& f) { return f.sweep.metric; });
  add("best", [](const SweepFigures& f) { return f.best ? full_number(*f.best->value) : ""; });
  add("quartile_low", [](const SweepFigures& f) { return full_number(f.quartile_low); });
  add("median", [](const SweepFigures& f) { return full_number(f.median); });
  add("quartile_high", [](const SweepFigures& f) { return full_number(f.quartile_high); });
  add("trials", [](const SweepFigures& f) { return std::to_string(f.trials); });
  add("complete", [](const SweepFigures& f) { return std::to_string(f.complete); });
  add("bad", [](const SweepFigures& f) { return std::to_string(f.bad); });
  add("epochs", [](const SweepFigures& f) { return std::to_string(f.epochs); });
  add("seconds", [](const SweepFigures& f) { return full_number(f.seconds); });
  add("found_at_trials", [](const SweepFigures& f) { return full_number(f.found_at_trials); });
  add("expected_at_trials",
      [](const SweepFigures& f) { return full_number(f.expected_at_trials); });
  add("expected_at_epochs",
      [](const SweepFigures& f) { return full_number(f.expected_at_epochs); });
  for (const ConfigDifference& difference : c.config) {
    table.rows.push_back({difference.path, difference.a, difference.b});
  }
  return table;
}

}  // namespace hpsearch::reports
