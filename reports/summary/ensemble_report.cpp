#include "reports/summary/ensemble_report.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/text/json_values.h"
#include "reports/text/numbers.h"
#include "reports/text/printable.h"
#include "reports/text/terminal_table.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kTrialsShown = 6;

// "val_rmse 0.68", with its interval where there is one: "val_loss 0.31 (0.29 to 0.33)".
std::string metric_text(const storage::EnsembleRow& ensemble, const std::string& name) {
  const auto value = ensemble_metric(ensemble, name);
  if (!value) {
    return "";
  }
  const auto low = ensemble_metric(ensemble, name + "_low");
  const auto high = ensemble_metric(ensemble, name + "_high");
  return fmt::format(
      "{} {}{}", printable(name), short_number(*value),
      low && high ? fmt::format(" ({} to {})", short_number(*low), short_number(*high)) : "");
}

// A gain is the mean of differences of losses: what is no more than their rounding shows as 0.
double shown_value(const storage::EnsembleRow& ensemble,
                   const storage::EnsembleRow::MetricValue& metric) {
  if (!metric.name.starts_with("gain")) {
    return metric.value;
  }
  const auto loss = std::find_if(ensemble.metrics.begin(), ensemble.metrics.end(),
                                 [](const auto& other) { return other.name == "val_loss"; });
  const double size = loss == ensemble.metrics.end() ? 0.0 : std::abs(loss->value);
  return std::abs(metric.value) <= 1e-12 * size ? 0.0 : metric.value;
}

}  // namespace

std::optional<double> ensemble_metric(const storage::EnsembleRow& ensemble,
                                      const std::string& name) {
  const auto found = std::find_if(ensemble.metrics.begin(), ensemble.metrics.end(),
                                  [&](const auto& metric) { return metric.name == name; });
  return found == ensemble.metrics.end() ? std::nullopt
                                         : std::optional(shown_value(ensemble, *found));
}

std::vector<EnsembleTrial> ensemble_trials(const storage::EnsembleRow& ensemble) {
  std::vector<EnsembleTrial> trials;
  for (const storage::EnsembleRow::Member& member : ensemble.members) {
    auto found = std::find_if(trials.begin(), trials.end(), [&](const EnsembleTrial& trial) {
      return trial.trial == member.trial;
    });
    if (found == trials.end()) {
      found = trials.insert(trials.end(), {member.trial, 0.0, 0});
    }
    found->share += member.weight;
    ++found->networks;
  }
  std::sort(trials.begin(), trials.end(), [](const EnsembleTrial& a, const EnsembleTrial& b) {
    return a.share != b.share ? a.share > b.share : a.trial < b.trial;
  });
  return trials;
}

std::string ensemble_text(const storage::EnsembleRow& ensemble, const std::string& metric) {
  const std::vector<EnsembleTrial> trials = ensemble_trials(ensemble);
  std::string text = fmt::format("ensemble: {} network{} of {} trial{}:", ensemble.members.size(),
                                 ensemble.members.size() == 1 ? "" : "s", trials.size(),
                                 trials.size() == 1 ? "" : "s");
  for (std::size_t i = 0; i < std::min(trials.size(), kTrialsShown); ++i) {
    text += fmt::format("{} {} ({:.0f} %)", i == 0 ? "" : ",", trials[i].trial,
                        100.0 * trials[i].share);
  }
  text += trials.size() > kTrialsShown ? ", ...\n" : "\n";
  std::string expected = metric_text(ensemble, "val_loss");
  if (metric != "val_loss") {
    const std::string own = metric_text(ensemble, metric);
    expected = own.empty() ? expected : own + ", " + expected;
  }
  if (!expected.empty()) {
    text += fmt::format(
        "expected: {} on {}\n", expected,
        ensemble.kind == "folds"
            ? fmt::format("{} rows, each unseen by one network", ensemble.rows)
            : fmt::format("the {} rows that chose it, so somewhat optimistic", ensemble.rows));
  }
  const auto gain = ensemble_metric(ensemble, "gain");
  const auto low = ensemble_metric(ensemble, "gain_low");
  const auto high = ensemble_metric(ensemble, "gain_high");
  if (gain && low && high && *high > *low) {  // equal: the best trial is the ensemble
    text += fmt::format(
        "gain: val_loss {} below the best trial's on the same rows (95 % interval {} to {}{})\n",
        short_number(*gain), short_number(*low), short_number(*high),
        *low > 0.0 ? "" : ", within the noise");
  }
  return text;
}

std::string ensemble_table(const storage::EnsembleRow& ensemble, std::size_t width) {
  std::vector<TableColumn> columns{{"member"}, {"trial"}, {"fold"}, {"epoch"}, {"weight"}};
  for (std::size_t i = 0; i < ensemble.members.size(); ++i) {
    const storage::EnsembleRow::Member& member = ensemble.members[i];
    columns[0].cells.push_back(std::to_string(i));
    columns[1].cells.push_back(std::to_string(member.trial));
    columns[2].cells.push_back(std::to_string(member.fold));
    columns[3].cells.push_back(std::to_string(member.epoch));
    columns[4].cells.push_back(fmt::format("{:.3f}", member.weight));
  }
  return format_table(columns, width);
}

nlohmann::ordered_json ensemble_json(const storage::EnsembleRow& ensemble) {
  using Json = nlohmann::ordered_json;
  Json trials = Json::array();
  for (const EnsembleTrial& trial : ensemble_trials(ensemble)) {
    trials.push_back(
        {{"trial", trial.trial}, {"share", trial.share}, {"networks", trial.networks}});
  }
  Json members = Json::array();
  for (const storage::EnsembleRow::Member& member : ensemble.members) {
    members.push_back({{"trial", member.trial},
                       {"fold", member.fold},
                       {"epoch", member.epoch},
                       {"weight", member.weight}});
  }
  Json metrics = Json::object();
  for (const storage::EnsembleRow::MetricValue& metric : ensemble.metrics) {
    metrics[metric.name] = finite(shown_value(ensemble, metric));
  }
  return {{"kind", ensemble.kind},
          {"rows", ensemble.rows},
          {"trials", trials},
          {"members", members},
          {"metrics", metrics}};
}

}  // namespace hpsearch::reports
