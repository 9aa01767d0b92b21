#include "search/points/box.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "search/points/box_view.h"
#include "search/space/quantiles.h"
#include "search/sweep/feasibility.h"
#include "search/sweep/standing.h"

namespace hpsearch::search {
namespace {

constexpr std::size_t kMinElite = 5;
constexpr double kUnimportant = 0.8;    // spread of the elite / spread of all trials
constexpr double kEdge = 0.05;          // near an edge: share of the box's width
constexpr double kOuter = 0.1;          // the outer part of the box at one edge,
constexpr double kCrowd = 0.4;          // and the share of the elite that makes it crowded
constexpr double kOutermost = 0.6;      // the same for the outermost value tried
constexpr double kSame = 1e-9;          // places closer than this are the same value
constexpr double kMargin = 0.25;        // added to the elite's spread on each side
constexpr double kExtension = 0.5;      // one widening, as a share of the written width
constexpr double kMaxExtension = 1.0;   // total widening on each side, likewise
constexpr std::size_t kFewSamples = 3;  // a category tried less often is not judged

// An interval of places: 0 is the lower end of the written range, 1 its upper end.
struct Interval {
  double low = 0.0;
  double high = 1.0;
  double width() const { return high - low; }
};

// The population standard deviation: only the ratio of two of them matters.
double spread_of(const std::vector<double>& xs) {
  double mean = 0.0;
  for (const double x : xs) {
    mean += x / static_cast<double>(xs.size());
  }
  double sum = 0.0;
  for (const double x : xs) {
    sum += (x - mean) * (x - mean);
  }
  return std::sqrt(sum / static_cast<double>(xs.size()));
}

// Decides about one numeric parameter of a stage. All places are relative to the written range, on
// its own scale.
class Axis {
 public:
  Axis(const BoxView& view,
       std::span<const Observation> stage,
       const std::vector<const Observation*>& elite,
       const SearchOptions& options)
      : view_(view),
        declared_(view.declared()),
        range_(std::get<Numeric>(declared_.distribution)),
        old_range_(view.box()),
        options_(options),
        total_(stage.size()) {
    old_ = {place_of(old_range_.low), place_of(old_range_.high)};
    // Users may enqueue values outside what is searched; those count as lying at its edge.
    const Interval bounds = searchable();
    auto number = [&](const Observation& trial) {
      const auto value = trial.params.find(declared_.name);
      return value == trial.params.end() ? std::nullopt : view.number(value->second);
    };
    auto place = [&](const Observation& trial) {
      const auto x = number(trial);
      const auto at = x ? unit_coordinate(declared_.distribution, *x) : std::nullopt;
      return at ? std::optional(std::clamp(*at, bounds.low, bounds.high)) : std::nullopt;
    };
    for (const Observation& trial : stage) {
      if (const auto at = place(trial)) {
        all_.push_back(*at);
      }
    }
    for (const Observation* trial : elite) {
      if (const auto at = place(*trial)) {
        if (elite_.empty()) {
          best_ = *at;
          best_number_ = number(*trial)->number();
        }
        elite_.push_back(*at);
      }
    }
  }

  AxisChange decide(Numeric& box) {
    if (elite_.empty() || old_.width() <= 0.0) {
      return change("kept", "there is nothing to narrow");
    }
    // The rules of box.h in their order. Edges come first: a good trial there says that the range
    // itself is wrong, which no statistic of the spread can show.
    const int edge = crowded_edge();
    const bool at_declared =
        (edge < 0 && old_.low <= 1e-9) || (edge > 0 && old_.high >= 1.0 - 1e-9);
    if (edge != 0 && at_declared && options_.expand == Expand::kAuto && widen(edge, box)) {
      return change("widened",
                    fmt::format("the best trial lies at the {} edge, {}, of the written range",
                                edge_name(edge), view_.text(edge_value(edge))));
    }
    if (edge != 0 && !at_declared) {
      set(box, fitted({best_ - old_.width() / 2, best_ + old_.width() / 2}));
      return change("shifted", fmt::format("the best trial lies at the {} edge, {}, of the box",
                                           edge_name(edge), view_.text(edge_value(edge))));
    }
    if (2 * elite_.size() > total_) {
      return change("kept",
                    fmt::format("{} trials are too few to tell where the good values lie", total_));
    }
    if (spread_of(elite_) >= kUnimportant * spread_of(all_)) {
      return change("kept", fmt::format("the best {} of {} trials are spread as widely as all of "
                                        "them, so it matters little here",
                                        elite_.size(), total_));
    }
    set(box, fitted(shrunk()));
    const auto [least, most] = std::minmax_element(elite_.begin(), elite_.end());
    std::string reason = fmt::format(
        "the best {} of {} trials lie between {} and {}", elite_.size(), total_,
        view_.text(number_at_place(range_, *least)), view_.text(number_at_place(range_, *most)));
    if (edge != 0 && options_.expand == Expand::kWarn) {
      reason += fmt::format(", at the {} edge of the written range", edge_name(edge));
    }
    return change("shrunk", reason);
  }

 private:
  double place_of(double number) const {
    return *unit_coordinate(declared_.distribution, nn::Value(number));
  }
  AxisChange change(std::string action, std::string reason) const {
    return {declared_.name, std::move(action), std::move(reason)};
  }
  static const char* edge_name(int edge) { return edge < 0 ? "lower" : "upper"; }
  double edge_value(int edge) const { return edge < 0 ? old_range_.low : old_range_.high; }

  // -1: the best trials crowd at the lower edge of the box; 1: at the upper one; 0: at neither.
  int crowded_edge() const {
    const double w = old_.width();
    auto share = [&](auto is_outer) {
      return static_cast<double>(std::count_if(elite_.begin(), elite_.end(), is_outer)) /
             static_cast<double>(elite_.size());
    };
    const double from_low = best_ - old_.low;
    const double from_high = old_.high - best_;
    if (std::min(from_low, from_high) <= kEdge * w) {
      return from_low <= from_high ? -1 : 1;
    }
    // Grid points never come near an edge, so the outermost value stands in for it.
    const auto [least, most] = std::minmax_element(all_.begin(), all_.end());
    if (share([&](double x) { return x <= *least + kSame; }) >= kOutermost && *least < *most) {
      return -1;
    }
    if (share([&](double x) { return x >= *most - kSame; }) >= kOutermost && *least < *most) {
      return 1;
    }
    const double low = share([&](double x) { return x <= old_.low + kOuter * w; });
    const double high = share([&](double x) { return x >= old_.high - kOuter * w; });
    return std::max(low, high) < kCrowd ? 0 : low >= high ? -1 : 1;
  }

  Interval shrunk() const {
    const std::vector<double> ascending = sorted(elite_);
    // Quantiles rather than extremes: one outlier among the elite must not set the width.
    const double spread = quantile(ascending, 0.9) - quantile(ascending, 0.1);
    const double w = old_.width();
    const double width = std::clamp(spread * (1.0 + 2.0 * kMargin),
                                    options_.shrink * options_.shrink * w, options_.shrink * w);
    double weights = 0.0;
    double middle = 0.0;
    for (std::size_t i = 0; i < elite_.size(); ++i) {
      // Linear rank weights: the best trial counts most.
      const auto weight = static_cast<double>(elite_.size() - i);
      weights += weight;
      middle += weight * elite_[i];
    }
    middle /= weights;
    return {middle - width / 2, middle + width / 2};
  }

  // The written range, extended by any widening so far.
  Interval searchable() const { return {std::min(0.0, old_.low), std::max(1.0, old_.high)}; }

  // Shifts an interval into what may be searched, and over the best trial; clips it if it is
  // longer.
  Interval fitted(Interval wanted) const {
    const Interval bounds = searchable();
    const double width = std::min(wanted.width(), bounds.width());
    double low = std::clamp(wanted.low, bounds.low, bounds.high - width);
    low = std::clamp(low, best_ - width, best_);
    low = std::clamp(low, bounds.low, bounds.high - width);
    return {low, low + width};
  }

  // Moves the edge out by half the written width, and the opposite end along with it. Returns false
  // if the limits or earlier widenings leave no room.
  bool widen(int edge, Numeric& box) {
    const Interval limits{limit_place(declared_.limit_low, -kMaxExtension),
                          limit_place(declared_.limit_high, 1.0 + kMaxExtension)};
    const double moved = edge < 0 ? old_.low - std::max(old_.low - kExtension, limits.low)
                                  : std::min(old_.high + kExtension, limits.high) - old_.high;
    if (moved <= 1e-9) {
      return false;
    }
    const Interval wider = edge < 0
                               ? Interval{old_.low - moved, std::max(old_.high - moved, best_)}
                               : Interval{std::min(old_.low + moved, best_), old_.high + moved};
    set(box, wider);
    return true;
  }

  // The place of a limit; `none` if the limit lies farther out or is not on the scale at all.
  double limit_place(double limit, double none) const {
    const auto place = std::isfinite(limit)
                           ? unit_coordinate(declared_.distribution, nn::Value(limit))
                           : std::nullopt;
    return !place ? none : none < 0.0 ? std::max(none, *place) : std::min(none, *place);
  }

  void set(Numeric& box, Interval places) const {
    // Use the written ends exactly, without rounding; only a widened box goes past them.
    auto is = [](double place, double end) { return std::abs(place - end) <= 1e-12; };
    Numeric exact = range_;
    exact.step = 0.0;
    Numeric wanted = range_;
    wanted.low = is(places.low, 0.0) ? range_.low : number_at_place(exact, places.low);
    wanted.high = is(places.high, 1.0) ? range_.high : number_at_place(exact, places.high);
    wanted.low = std::max(wanted.low, declared_.limit_low);
    wanted.high = std::min(wanted.high, declared_.limit_high);
    // Rounding must not push the best trial out. A best trial beyond the box itself stays outside.
    const double best = std::clamp(best_number_, std::min(range_.low, old_range_.low),
                                   std::max(range_.high, old_range_.high));
    wanted.low = std::min(wanted.low, best);
    wanted.high = std::max(wanted.high, best);
    if (range_.step > 0.0) {
      // A log scale cannot reach 0, whatever the limits say.
      wanted.low = range_.logarithmic ? std::max(wanted.low, range_.step) : wanted.low;
      if (!has_values(wanted)) {
        return;  // too narrow for any multiple: keep the old box
      }
      const double first = first_value(wanted);
      const double last = last_value(wanted);
      wanted.low = first;
      wanted.high = last;
    }
    box.low = wanted.low;
    box.high = wanted.high;
  }

  const BoxView& view_;
  const Parameter& declared_;
  const Numeric& range_;
  Numeric old_range_;
  const SearchOptions& options_;
  std::size_t total_;
  Interval old_;
  std::vector<double> all_;
  std::vector<double> elite_;  // best trial first
  double best_ = 0.0;          // place of the best trial
  double best_number_ = 0.0;   // its value
};

// Drops the probabilities of removed values and renormalises the rest.
void keep_probabilities(Categorical& box, const std::vector<nn::Value>& kept) {
  std::vector<double> probabilities;
  double sum = 0.0;
  for (std::size_t i = 0; i < box.values.size(); ++i) {
    if (std::find(kept.begin(), kept.end(), box.values[i]) != kept.end()) {
      probabilities.push_back(box.probabilities[i]);
      sum += box.probabilities[i];
    }
  }
  for (double& p : probabilities) {
    p /= sum;
  }
  box.probabilities = std::move(probabilities);
}

AxisChange narrow_categories(const std::string& name,
                             Categorical& box,
                             std::span<const Observation> stage,
                             const std::vector<const Observation*>& elite) {
  auto has = [&](const Observation& trial, const nn::Value& value) {
    const auto it = trial.params.find(name);
    return it != trial.params.end() && it->second == value;
  };
  std::vector<nn::Value> kept;
  std::string gone;
  for (const nn::Value& value : box.values) {
    const bool good = std::any_of(elite.begin(), elite.end(),
                                  [&](const Observation* trial) { return has(*trial, value); });
    const auto tried = static_cast<std::size_t>(std::count_if(
        stage.begin(), stage.end(), [&](const Observation& trial) { return has(trial, value); }));
    if (good || tried < kFewSamples) {
      kept.push_back(value);
    } else {
      gone += (gone.empty() ? "" : ", ") + nn::to_text(value);
    }
  }
  if (gone.empty()) {
    return {name, "kept", "every choice is among the best or has hardly been tried"};
  }
  if (!box.probabilities.empty()) {
    keep_probabilities(box, kept);
  }
  box.values = std::move(kept);
  return {name, "narrowed", fmt::format("none of the best {} trials has {}", elite.size(), gone)};
}

std::vector<const Observation*> best_of(std::span<const Observation> trials,
                                        const SearchOptions& options) {
  std::vector<const Observation*> elite = ranked(trials);
  const auto share = static_cast<std::size_t>(
      std::ceil(options.elite * static_cast<double>(trials.size()) - 1e-9));
  elite.resize(std::min(elite.size(), std::max(kMinElite, share)));
  return elite;
}

}  // namespace

std::vector<const Observation*> ranked(std::span<const Observation> trials) {
  std::vector<const Observation*> result;
  for (const Observation& trial : trials) {
    if (trial.state == TrialState::kComplete && trial.score) {
      result.push_back(&trial);
    }
  }
  const auto standing = [](const Observation* trial) {
    return Standing{trial->state,  trial->stage, trial->score,
                    trial->number, false,        violation_of(trial->margins)};
  };
  std::sort(result.begin(), result.end(), [&](const Observation* a, const Observation* b) {
    return better(standing(a), standing(b));
  });
  return result;
}

NextBox next_box(const Space& declared,
                 const Space& box,
                 std::span<const Observation> stage,
                 const SearchOptions& options) {
  NextBox next{box, {}};
  const std::vector<const Observation*> elite = best_of(stage, options);
  for (std::size_t i = 0; i < box.size(); ++i) {
    Distribution& distribution = next.space[i].distribution;
    if (std::holds_alternative<Fixed>(distribution)) {
      continue;
    }
    // A conditional parameter is judged by the trials that have it.
    std::vector<Observation> having;
    if (box[i].when) {
      std::copy_if(stage.begin(), stage.end(), std::back_inserter(having),
                   [&](const Observation& t) { return t.params.contains(box[i].name); });
    }
    const std::span<const Observation> trials = box[i].when ? having : stage;
    const auto best = box[i].when ? best_of(trials, options) : elite;
    if (best.empty()) {
      next.changes.push_back({box[i].name, "kept",
                              elite.empty() ? "the previous stage has no complete trial"
                                            : "no complete trial of the previous stage has it"});
    } else if (BoxView::exists(distribution)) {
      const BoxView view(declared[i], distribution);
      Numeric range = view.box();
      next.changes.push_back(Axis(view, trials, best, options).decide(range));
      distribution = view.distribution(range);
    } else if (std::holds_alternative<Beta>(distribution)) {
      next.changes.push_back({box[i].name, "kept", "a beta distribution has no narrower one"});
    } else {
      next.changes.push_back(
          narrow_categories(box[i].name, std::get<Categorical>(distribution), trials, best));
    }
  }
  return next;
}

}  // namespace hpsearch::search
