#include "reports/findings/importance_report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

using Json = nlohmann::ordered_json;

// "over 40 trials of 20 epochs; the best are 5": what the figures are computed from.
std::string over_which(const SweepData& data, const RankedTrials& trials) {
  const std::size_t bad = trials.order.size() - trials.complete;
  std::string text = fmt::format("over {} trials", trials.order.size());
  if (data.stages.size() > 1) {
    text += fmt::format(" of stage {}", trials.stage);
  }
  if (trials.epochs > 0) {
    text += fmt::format(" of {} epochs", trials.epochs);
  }
  text += fmt::format("; the best are {}", trials.top);
  if (trials.tied > 0) {
    text += fmt::format(", as the next {} tie", trials.tied);
  }
  if (bad > 0) {
    text += fmt::format("; {} that {} pruned, diverged or failed count{} as the worst", bad,
                        bad == 1 ? "was" : "were", bad == 1 ? "s" : "");
  }
  return text;
}

// Why there is no importance: too few trials, none complete, or all tied.
std::string why_not(const RankedTrials& trials) {
  if (trials.order.size() < kMinImportanceTrials) {
    return fmt::format("importance: {} trials are too few; it takes {}", trials.order.size(),
                       kMinImportanceTrials);
  }
  return trials.complete == 0 ? "importance: no trial is complete"
                              : "importance: all trials are equally good, so no parameter matters";
}

std::string range_text(const SearchedParameter& parameter, const MarginalBin& bin) {
  if (bin.choice) {
    return short_text(*bin.choice);
  }
  if (parameter.integer) {
    // Bins of integers end halfway between two of them.
    const double first = std::ceil(bin.low);
    const double last = bin.high == parameter.high ? bin.high : std::ceil(bin.high) - 1.0;
    return first >= last ? short_number(first)
                         : fmt::format("{} to {}", short_number(first), short_number(last));
  }
  return bin.low == bin.high
             ? short_number(bin.low)
             : fmt::format("{} to {}", short_number(bin.low), short_number(bin.high));
}

std::string marginal_text(const SweepData& data,
                          const SearchedParameter& parameter,
                          const Marginal& marginal,
                          std::size_t width,
                          Glyphs glyphs) {
  std::vector<TableColumn> columns{{printable(parameter.name), Align::kLeft},
                                   {"trials"},
                                   {"best"},
                                   {"median " + printable(data.sweep.metric)},
                                   {"of the best", Align::kLeft},
                                   {"quartiles"}};
  // Bars are relative to the densest bin, as only the shape matters.
  double densest = 0.0;
  for (const MarginalBin& bin : marginal.bins) {
    densest = std::max(densest, bin.top_density);
  }
  constexpr std::size_t kBar = 12;
  for (const MarginalBin& bin : marginal.bins) {
    columns[0].cells.push_back(range_text(parameter, bin));
    columns[1].cells.push_back(std::to_string(bin.trials));
    columns[2].cells.push_back(std::to_string(bin.top));
    columns[3].cells.push_back(short_number(bin.median));
    columns[4].cells.push_back(bar(bin.top_density / densest, kBar, glyphs));
    columns[5].cells.push_back(bin.complete == 0
                                   ? "-"
                                   : fmt::format("{} {}", short_number(bin.quartile_low),
                                                 short_number(bin.quartile_high)));
  }
  std::string text = format_table(columns, width);
  if (marginal.inactive > 0) {
    text += wrapped(fmt::format("({} trial{} have it)\n", marginal.inactive,
                                marginal.inactive == 1 ? " does not" : "s do not"),
                    width);
  }
  return text;
}

}  // namespace

ImportanceReport importance_report(const SweepData& data) {
  ImportanceReport report{ranked_trials(data), {}, {}};
  report.importances = importances(data, report.trials);
  report.marginals = marginals(data, report.trials);
  return report;
}

std::string importance_text(const SweepData& data,
                            const ImportanceReport& report,
                            std::size_t width,
                            Glyphs glyphs) {
  if (report.importances.empty()) {
    return wrapped(why_not(report.trials) + "\n", width);
  }
  std::string text =
      wrapped(fmt::format("importance: which parameters decide whether a trial of {} is among the "
                          "best (PED-ANOVA), {}\n\n",
                          printable(data.sweep.name), over_which(data, report.trials)),
              width);
  std::vector<TableColumn> columns{
      {"parameter", Align::kLeft}, {"share"}, {"p"}, {"", Align::kLeft}};
  std::size_t widest = columns[0].title.size();
  for (const Importance& importance : report.importances) {
    widest = std::max(widest, display_width(printable(importance.parameter)));
  }
  // Columns to the left of the bar: the name, " 100%", " 0.123" and the gaps.
  const std::size_t taken = widest + 2 + 5 + 2 + 5 + 2;
  const std::size_t bar_width = width > taken + 4 ? std::min<std::size_t>(width - taken, 40) : 4;
  for (const Importance& importance : report.importances) {
    columns[0].cells.push_back(printable(importance.parameter));
    columns[1].cells.push_back(fmt::format("{:.0f}%", 100.0 * importance.share));
    columns[2].cells.push_back(fmt::format("{:.3f}", importance.p));
    columns[3].cells.push_back(bar(importance.share, bar_width, glyphs));
  }
  text += format_table(columns, width);
  text += wrapped(
      "p: how often a random choice of as many trials looks at least as important; above 0.05 the "
      "share may be chance\n",
      width);
  for (const Importance& importance : report.importances) {
    for (std::size_t i = 0; i < report.marginals.size(); ++i) {
      if (report.marginals[i].parameter == importance.parameter) {
        text += "\n" + marginal_text(data, data.parameters[i], report.marginals[i], width, glyphs);
      }
    }
  }
  return text;
}

std::string importance_json(const SweepData& data, const ImportanceReport& report) {
  Json json{{"format", kJsonFormat},
            {"sweep", data.sweep.name},
            {"metric", data.sweep.metric},
            {"goal", data.sweep.goal}};
  Json importance{{"stage", report.trials.stage},       {"trials", report.trials.order.size()},
                  {"complete", report.trials.complete}, {"best", report.trials.top},
                  {"parameters", Json::array()},        {"marginals", Json::array()}};
  for (const Importance& one : report.importances) {
    importance["parameters"].push_back({{"parameter", one.parameter},
                                        {"share", one.share},
                                        {"raw", one.raw},
                                        {"p", one.p},
                                        {"trials", one.trials}});
  }
  for (std::size_t i = 0; i < report.marginals.size(); ++i) {
    const Marginal& marginal = report.marginals[i];
    Json bins = Json::array();
    for (const MarginalBin& bin : marginal.bins) {
      Json one = Json::object();
      if (bin.choice) {
        // As text, since choices may be of different types.
        one["choice"] = nn::to_text(*bin.choice);
      } else {
        one["low"] = finite(bin.low);
        one["high"] = finite(bin.high);
      }
      one["trials"] = bin.trials;
      one["complete"] = bin.complete;
      one["best"] = bin.top;
      one["density"] = finite(bin.density);
      one["best_density"] = finite(bin.top_density);
      one["mean"] = finite(bin.mean);
      one["quartile_low"] = finite(bin.quartile_low);
      one["median"] = finite(bin.median);
      one["quartile_high"] = finite(bin.quartile_high);
      bins.push_back(std::move(one));
    }
    importance["marginals"].push_back(
        {{"parameter", marginal.parameter}, {"inactive", marginal.inactive}, {"bins", bins}});
  }
  json["importance"] = std::move(importance);
  return json_line(json);
}

TextTable importance_table(const ImportanceReport& report) {
  TextTable table{{"parameter", "share", "raw", "p", "trials"}, {}};
  for (const Importance& one : report.importances) {
    table.rows.push_back({one.parameter, full_number(one.share), full_number(one.raw),
                          full_number(one.p), std::to_string(one.trials)});
  }
  return table;
}

}  // namespace hpsearch::reports
