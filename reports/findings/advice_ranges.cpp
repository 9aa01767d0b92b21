#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "reports/findings/advice_rules.h"
#include "reports/text/numbers.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kMinTrials = 40;  // a tenth of them, or five, are the best

std::string number(const SearchedParameter& parameter, double x) {
  return parameter.integer ? fmt::format("{}", std::llround(x)) : fmt::format("{}", x);
}

double value_at(const SearchedParameter& parameter, double place) {
  return parameter.logarithmic ? parameter.low * std::pow(parameter.high / parameter.low, place)
                               : parameter.low + place * (parameter.high - parameter.low);
}

// Looks for a value beyond which trials diverge: above it if `upper`, else below it.
void add_divergence(const SweepData& data,
                    const SearchedParameter& parameter,
                    bool upper,
                    std::vector<Advice>& result) {
  // Value and whether it diverged. Values are negated if `upper`, so that the end in question sorts
  // first.
  std::vector<std::pair<double, bool>> trials;
  std::size_t all_bad = 0;
  for (const TrialData& trial : data.trials) {
    const double x = number_of(trial, parameter.name);
    const bool bad = trial.row.state == search::TrialState::kDiverged;
    if (std::isfinite(x) && (bad || trial.complete())) {
      trials.emplace_back(upper ? -x : x, bad);
      all_bad += bad ? 1U : 0U;
    }
  }
  if (trials.size() < 20) {
    return;
  }
  std::sort(trials.begin(), trials.end());
  std::size_t bad = 0;
  std::optional<std::size_t> cut;  // number of trials beyond the cut
  std::size_t bad_beyond = 0;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    bad += trials[i].second ? 1U : 0U;
    const std::size_t beyond = i + 1;
    // A cut must fall between two different values.
    const bool between = i + 1 < trials.size() && trials[i + 1].first > trials[i].first;
    const std::size_t within = trials.size() - beyond;
    if (between && trials[i].second && beyond >= 5 && bad * 10 >= beyond * 8 &&
        bad * 10 >= all_bad * 8 && (all_bad - bad) * 10 <= within) {
      cut = beyond;
      bad_beyond = bad;
    }
  }
  if (!cut) {
    return;
  }
  const double edge = upper ? -trials[*cut - 1].first : trials[*cut - 1].first;
  const double best = data.ranked.empty()
                          ? std::nan("")
                          : number_of(data.trials[data.ranked.front()], parameter.name);
  const double end = end_before(parameter, edge, best, upper);
  // The advice must change the range, and must not cut off the best trial.
  if (!(end > parameter.written_low && end < parameter.written_high) ||
      (upper ? best >= end : best <= end)) {
    return;
  }
  const std::string few =
      all_bad == bad_beyond ? "none" : fmt::format("only {}", all_bad - bad_beyond);
  result.push_back(exclude_advice(
      parameter, edge, end, upper,
      fmt::format("{} of {} trials at {} or {} diverged, {} of the other {}", bad_beyond, *cut,
                  short_number(edge), upper ? "above" : "below", few, trials.size() - *cut)));
}

void add_narrow(const SweepData& data,
                const RankedTrials& trials,
                const SearchedParameter& parameter,
                std::vector<Advice>& result) {
  std::vector<double> places;
  for (std::size_t rank = 0; rank < trials.top; ++rank) {
    const double x = number_of(data.trials[trials.order[rank]], parameter.name);
    if (std::isfinite(x)) {
      places.push_back(parameter.place(x));
    }
  }
  const bool has_range = std::isfinite(parameter.written_low);  // a normal parameter has none
  if (places.size() < 5 || parameter.step > 0.0 || !has_range) {
    return;
  }
  const auto [first, last] = std::minmax_element(places.begin(), places.end());
  if (*last - *first > 0.25) {
    return;
  }
  // Leave a tenth of the range on either side of the best trials.
  const double room = 0.1;
  const double best = parameter.place(number_of(data.trials[data.ranked.front()], parameter.name));
  const double low = std::max(0.0, std::min(*first, best) - room);
  const double high = std::min(1.0, std::max(*last, best) + room);
  if (!(high - low < 0.6)) {
    return;  // not worth a change
  }
  result.push_back(
      {"narrow", parameter.name, fmt::format("narrow {}", parameter.name),
       fmt::format("the best {} of {} trials lie between {} and {}, {:.0f} % of the range",
                   places.size(), trials.order.size(), short_number(value_at(parameter, *first)),
                   short_number(value_at(parameter, *last)), 100.0 * (*last - *first)),
       range_line(parameter,
                  low > 0.0 ? std::optional(rounded_outwards(value_at(parameter, low), false))
                            : std::nullopt,
                  high < 1.0 ? std::optional(rounded_outwards(value_at(parameter, high), true))
                             : std::nullopt)});
}

}  // namespace

double rounded_outwards(double x, bool up) {
  if (x == 0.0) {
    return 0.0;
  }
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(x))) - 1.0);
  const double units = up ? std::ceil(x / unit - 1e-9) : std::floor(x / unit + 1e-9);
  // units * unit is not exactly the decimal number; read it back from its text.
  double clean = units * unit;
  const std::string text = fmt::format("{:.2g}", clean);
  std::from_chars(text.data(), text.data() + text.size(), clean);
  return clean;
}

double end_before(const SearchedParameter& parameter, double edge, double good, bool upper) {
  const double inwards = upper ? -1.0 : 1.0;
  if (parameter.integer || parameter.step > 0.0) {
    return edge + inwards * (parameter.integer ? std::max(1.0, parameter.step) : parameter.step);
  }
  // Comparisons with a missing `good` are false.
  const auto has_room = [&](double end) {
    return upper ? end < edge && !(end <= good) : end > edge && !(end >= good);
  };
  if (const double end = rounded_outwards(edge, !upper); has_room(end)) {
    return end;
  }
  const bool log = parameter.logarithmic && edge > 0.0;
  double end =
      log ? edge * (1.0 + 0.1 * inwards) : edge + 0.05 * inwards * (parameter.high - parameter.low);
  if (std::isfinite(good)) {
    end = log && good > 0.0 ? std::sqrt(good * edge) : 0.5 * (good + edge);
  }
  double rounded = end;
  const std::string text = fmt::format("{:.3g}", end);
  std::from_chars(text.data(), text.data() + text.size(), rounded);
  return has_room(rounded) ? rounded : end;
}

Advice exclude_advice(
    const SearchedParameter& parameter, double edge, double end, bool upper, std::string reason) {
  const bool leaves_out = upper ? end < edge : end > edge;
  const bool changes = end > parameter.written_low && end < parameter.written_high;
  return {"divergence", parameter.name,
          fmt::format("exclude the part of {} that diverges", parameter.name), std::move(reason),
          !leaves_out || !changes ? ""
          : upper                 ? range_line(parameter, std::nullopt, end)
                                  : range_line(parameter, end, std::nullopt)};
}

double number_of(const TrialData& trial, const std::string& name) {
  const auto found = trial.params.find(name);
  return found != trial.params.end() && found->second.is_number() ? found->second.number()
                                                                  : std::nan("");
}

std::string range_line(const SearchedParameter& parameter,
                       std::optional<double> low,
                       std::optional<double> high) {
  std::string yaml = fmt::format("{}: {{min: {}, max: {}", parameter.name,
                                 number(parameter, low.value_or(parameter.written_low)),
                                 number(parameter, high.value_or(parameter.written_high)));
  if (parameter.step != 0.0 && parameter.step != 1.0) {
    yaml +=
        fmt::format(", distribution: {}, q: {}",
                    parameter.logarithmic ? "q_log_uniform_values" : "q_uniform", parameter.step);
  } else if (parameter.logarithmic) {
    yaml += ", scale: log";
  }
  return yaml + "}";
}

void advise_divergence(const SweepData& data, std::vector<Advice>& result) {
  for (const SearchedParameter& parameter : data.parameters) {
    if (parameter.numeric && parameter.name != "seed") {
      add_divergence(data, parameter, true, result);
      add_divergence(data, parameter, false, result);
    }
  }
}

void advise_ranges(const SweepData& data,
                   const RankedImportance& ranked,
                   std::vector<Advice>& result) {
  const RankedTrials& trials = ranked.trials;
  if (trials.order.size() < kMinTrials) {
    return;
  }
  for (const Importance& importance : ranked.importances) {
    const auto parameter =
        std::find_if(data.parameters.begin(), data.parameters.end(),
                     [&](const auto& p) { return p.name == importance.parameter; });
    // A parameter that only some trials have is judged by too few of them.
    if (parameter->name == "seed" || importance.trials < trials.order.size()) {
      continue;
    }
    if (importance.p <= 0.05 && parameter->numeric) {
      add_narrow(data, trials, *parameter, result);
    } else if (importance.share < 0.05 && importance.p > 0.2) {
      const TrialData& best = data.trials[data.ranked.front()];
      const auto value = best.params.find(parameter->name);
      if (value == best.params.end() || !(parameter->numeric || parameter->choices.size() > 1) ||
          std::holds_alternative<nn::ValueList>(value->second)) {
        continue;
      }
      result.push_back(
          {"no_influence", parameter->name, fmt::format("fix {}", parameter->name),
           fmt::format("its importance over {} trials is {:.1f} %, no more than chance "
                       "gives (p {:.2f})",
                       trials.order.size(), 100.0 * importance.share, importance.p),
           fmt::format("{}: {}", parameter->name, nn::to_text(value->second))});
    }
  }
}

}  // namespace hpsearch::reports
