// Advice for a sweep of which nearly all trials diverged: too few are left to compare with.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "reports/findings/advice_rules.h"
#include "reports/text/numbers.h"

namespace hpsearch::reports {
namespace {

constexpr std::size_t kFewestDiverged = 5;
constexpr double kChance = 0.05;
// Rates below this diverge for other reasons: data, initial weights, momentum, penalties.
constexpr double kCautiousRate = 1e-4;
// No network with normalised inputs needs a larger rate.
constexpr double kLargestRate = 1.0;

// The values that one parameter had in the trials.
struct Values {
  std::vector<double> diverged;
  std::vector<double> complete;
};

Values values_of(const SweepData& data, const std::string& name) {
  Values values;
  for (const TrialData& trial : data.trials) {
    const double x = number_of(trial, name);
    if (trial.row.state == search::TrialState::kDiverged && std::isfinite(x)) {
      values.diverged.push_back(x);
    } else if (trial.complete() && std::isfinite(x)) {
      values.complete.push_back(x);
    }
  }
  return values;
}

double smallest(const std::vector<double>& values) {
  return values.empty() ? std::numeric_limits<double>::infinity()
                        : *std::min_element(values.begin(), values.end());
}
double largest(const std::vector<double>& values) {
  return values.empty() ? -std::numeric_limits<double>::infinity()
                        : *std::max_element(values.begin(), values.end());
}

// How often chance puts `few` of `all` trials below all others: 1 / C(all, few).
double chance_of_separation(std::size_t few, std::size_t all) {
  const auto log_factorial = [](std::size_t n) {
    return std::lgamma(static_cast<double>(n) + 1.0);
  };
  return std::exp(log_factorial(few) + log_factorial(all - few) - log_factorial(all));
}

struct Culprit {
  const SearchedParameter* parameter = nullptr;
  bool upper = true;  // it diverges above some value, not below
  double p = 1.0;
};

// The parameter that separates the diverged trials from the others; none if it may be chance.
Culprit find_culprit(const SweepData& data) {
  Culprit best;
  std::size_t tests = 0;
  for (const SearchedParameter& parameter : data.parameters) {
    if (!parameter.numeric || parameter.name == "seed") {
      continue;
    }
    tests += 2;
    const Values values = values_of(data, parameter.name);
    if (values.complete.empty() || values.diverged.empty()) {
      continue;
    }
    const bool upper = largest(values.complete) < smallest(values.diverged);
    const bool lower = smallest(values.complete) > largest(values.diverged);
    const double p = chance_of_separation(values.complete.size(),
                                          values.complete.size() + values.diverged.size());
    if ((upper || lower) && p < best.p) {
      best = {&parameter, upper, p};
    }
  }
  return best.p * static_cast<double>(tests) <= kChance ? best : Culprit{};
}

Advice without_name(std::size_t diverged, std::size_t all, bool explained) {
  return {
      "divergence", "", "find settings that train before searching further",
      fmt::format("{} of {} trials diverged{}; the range test of `hpsearch check FILE --sanity` "
                  "shows which learning rates train",
                  diverged, all, explained ? "" : ", and no parameter alone explains it"),
      ""};
}

// The range of a rate below the lowest that diverged, on a log scale.
std::string lower_rates(const SearchedParameter& rate, double lowest, double largest_good) {
  const double high = lowest > kLargestRate && !(largest_good > kLargestRate)
                          ? kLargestRate
                          : end_before(rate, lowest, largest_good, true);
  // Four decades below the edge; if trials are complete, two below their largest rate.
  const double low =
      std::isfinite(largest_good) ? std::min(largest_good, high) / 100.0 : high / 1e4;
  return fmt::format("learning_rate: {{min: {}, max: {}, scale: log}}",
                     rounded_outwards(low, false), high);
}

}  // namespace

void advise_nearly_all_diverged(const SweepData& data, std::vector<Advice>& result) {
  std::size_t diverged = 0;
  std::size_t all = 0;
  for (const TrialData& trial : data.trials) {
    diverged += trial.row.state == search::TrialState::kDiverged ? 1U : 0U;
    all += search::is_finished(trial.row.state) ? 1U : 0U;
  }
  const bool explained = std::any_of(result.begin(), result.end(),
                                     [](const Advice& one) { return one.kind == "divergence"; });
  if (explained || diverged < kFewestDiverged || diverged * 10 < all * 8) {
    return;
  }
  const Culprit culprit = find_culprit(data);
  if (culprit.parameter != nullptr && culprit.parameter->name != "learning_rate") {
    const SearchedParameter& parameter = *culprit.parameter;
    const Values values = values_of(data, parameter.name);
    const double edge = culprit.upper ? smallest(values.diverged) : largest(values.diverged);
    const double good = culprit.upper ? largest(values.complete) : smallest(values.complete);
    result.push_back(exclude_advice(
        parameter, edge, end_before(parameter, edge, good, culprit.upper), culprit.upper,
        fmt::format("all {} trials at {} or {} diverged, none of the other {}",
                    values.diverged.size(), short_number(edge), culprit.upper ? "above" : "below",
                    values.complete.size())));
    return;
  }
  const auto rate = std::find_if(data.parameters.begin(), data.parameters.end(),
                                 [](const auto& p) { return p.name == "learning_rate"; });
  const Values rates = values_of(data, "learning_rate");
  const double lowest = smallest(rates.diverged);
  const bool separated = largest(rates.complete) < lowest;
  if (rate == data.parameters.end() || !separated || !(lowest > kCautiousRate) ||
      rate->step > 0.0) {
    result.push_back(without_name(diverged, all, culprit.parameter != nullptr));
    return;
  }
  const std::string others =
      rates.complete.empty()
          ? fmt::format("also with the lowest learning_rate tried, {}", short_number(lowest))
      : rates.complete.size() == 1
          ? fmt::format("and the only one that did not has the lowest learning_rate, {}",
                        short_number(rates.complete.front()))
          : fmt::format("and the {} that did not have the lowest learning_rates, up to {}",
                        rates.complete.size(), short_number(largest(rates.complete)));
  result.push_back({"divergence", "learning_rate", "lower the range of learning_rate",
                    fmt::format("{} of {} trials diverged, {}; the range test of `hpsearch check "
                                "FILE --sanity` shows which rates train",
                                diverged, all, others),
                    lower_rates(*rate, lowest, largest(rates.complete))});
}

}  // namespace hpsearch::reports
