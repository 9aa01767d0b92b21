
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runner/console/suggest.h"
#include "runner/sweep_file/key_tables.h"
#include "runner/sweep_file/program_choices.h"
#include "runner/sweep_file/program_value.h"
#include "runner/sweep_file/quantised.h"
#include "runner/sweep_file/wandb_distributions.h"
#include "runner/yaml/yaml_reader.h"

namespace hpsearch::runner {
namespace {

constexpr double kMaxExactInteger = 9007199254740992.0;  // 2^53
constexpr double kMaxGridValues = 1e6;
constexpr std::int64_t kMaxGridPoints = 10'000;

bool is_whole(const nn::Value& value) {
  return std::holds_alternative<std::int64_t>(value);
}

class DistributionReader {
 public:
  DistributionReader(const std::string& name,
                     const YamlNode& map,
                     bool grid,
                     bool zipped,
                     std::vector<Diagnostic>& diagnostics)
      : name_(name),
        node_(map),
        grid_(grid),
        zipped_(zipped),
        diagnostics_(diagnostics),
        map_(map, name, diagnostics, parameter_keys()) {}

  std::optional<search::Parameter> read() {
    search::Parameter parameter{name_, {}};
    const std::size_t before = diagnostics_.size();
    map_.take("when");  // read with the other conditions
    auto distribution = read_distribution();
    if (distribution && grid_) {
      read_grid(*distribution, parameter);
    }
    if (!distribution || diagnostics_.size() > before) {
      map_.take_rest();
      return std::nullopt;
    }
    parameter.distribution = *std::move(distribution);
    return parameter;
  }

 private:
  using Read = std::optional<search::Distribution>;

  Read read_distribution() {
    const YamlNode* written = map_.take("distribution");
    std::optional<std::string> kind;
    if (written != nullptr) {
      kind = read_name(*written, "distribution", wandb_distribution_names(), diagnostics_);
      if (!kind) {
        return std::nullopt;
      }
    }
    // By find(): null is a value, too.
    const YamlNode* value = node_.find("value");
    const YamlNode* values = node_.find("values");
    map_.take("value");
    map_.take("values");
    if (kind == "constant" || (!kind && value != nullptr)) {
      return constant(value, values);
    }
    if (kind == "categorical" || kind == "categorical_w_probabilities" ||
        (!kind && values != nullptr)) {
      return categorical(kind, value, values);
    }
    for (const char* key : {"value", "values"}) {
      if (node_.find(key) != nullptr) {
        error(key, fmt::format("'{}' does not go with distribution: {}", key, *kind));
      }
    }
    return kind ? numeric(wandb_distribution(*kind)) : by_bounds();
  }

  Read constant(const YamlNode* value, const YamlNode* values) {
    if (value == nullptr || values != nullptr) {
      error("value", fmt::format("'{}' is a constant and needs 'value' alone", name_));
      return std::nullopt;
    }
    return search::Fixed{program_value(*value)};
  }

  Read categorical(const std::optional<std::string>& kind,
                   const YamlNode* value,
                   const YamlNode* list) {
    if (value != nullptr) {
      error("value", fmt::format("'{}' has both 'value' and 'values'; keep one of them", name_));
      return std::nullopt;
    }
    if (list == nullptr || list->kind != YamlNode::Kind::kSequence || list->items.empty()) {
      error("values",
            fmt::format("'values' of '{}' must be a list with at least one value", name_));
      return std::nullopt;
    }
    search::Categorical all;
    for (const YamlNode& item : list->items) {
      all.values.push_back(program_value(item));
    }
    all.ordered = map_.boolean("ordered").value_or(false);
    const YamlNode* weights = map_.list("probabilities");
    if (weights != nullptr && !read_probabilities(*weights, name_, all, diagnostics_)) {
      return std::nullopt;
    }
    if (weights == nullptr && kind == "categorical_w_probabilities") {
      error("distribution", fmt::format("'{}' needs 'probabilities', one for each value", name_));
      return std::nullopt;
    }
    if (weights != nullptr && kind == "categorical") {
      error("distribution",
            fmt::format("'{}' has probabilities: its distribution is categorical_w_probabilities; "
                        "write that, or leave 'distribution' out",
                        name_));
      return std::nullopt;
    }
    if (weights != nullptr && grid_) {
      error("probabilities", "a grid takes each value once; leave 'probabilities' out");
      return std::nullopt;
    }
    return zipped_ ? Read(all) : Read(join_equal(all, !grid_));
  }

  // Without a distribution: two whole numbers mean whole numbers, others real ones.
  Read by_bounds() {
    const YamlNode* low = node_.find("min");
    const YamlNode* high = node_.find("max");
    if (low == nullptr && high == nullptr) {
      diagnostics_.push_back(
          {node_.position,
           fmt::format("'{}' needs min and max, or values, or a value{}", name_, hint())});
      return std::nullopt;
    }
    const auto scale = map_.name("scale");
    const bool whole = low != nullptr && high != nullptr && is_whole(program_value(*low)) &&
                       is_whole(program_value(*high));
    return scale == "log" ? log_scale(whole)
                          : numeric(wandb_distribution(whole ? "int_uniform" : "uniform"));
  }

  // For lists and maps that are written as a parameter.
  std::string hint() const {
    std::vector<std::string_view> known{
        "value", "values", "probabilities", "min",       "max", "q", "mu", "sigma",
        "a",     "b",      "distribution",  "parameters"};
    for (const YamlEntry& entry : node_.entries) {
      const auto near = nearest_name(entry.key, known);
      if (near && *near != entry.key) {
        return fmt::format("; did you mean '{}'?", *near);
      }
    }
    return "; a map is written value: {...}, parameters inside of it parameters: {...}";
  }

  Read log_scale(bool whole) {
    auto range = bounds(true);
    if (range && whole) {
      range->integer = true;
      range->step = 1.0;
    }
    return range ? Read(*range) : std::nullopt;
  }

  // A key's number in its own type; `usual` where the key is missing.
  nn::Value number(const char* key, const std::optional<nn::Value>& usual, double least) {
    const YamlNode* node = map_.take(key);
    if (node == nullptr) {
      if (!usual) {
        error(key, fmt::format("'{}' needs {}", name_, key));
      }
      return usual.value_or(nn::Value(0.0));
    }
    nn::Value value = program_value(*node);
    if (!value.is_number() || !std::isfinite(value.number()) || value.number() < least) {
      diagnostics_.push_back(
          {node->position,
           fmt::format("'{}' of '{}' must be a number{}; found {}", key, name_,
                       std::isfinite(least) ? fmt::format(" of at least {}", least) : std::string(),
                       describe(*node))});
      return usual.value_or(nn::Value(1.0));
    }
    return value;
  }

  // min and max, checked.
  std::optional<search::Numeric> bounds(bool logarithmic) {
    const std::size_t before = diagnostics_.size();
    const nn::Value low = number("min", std::nullopt, -kInfinity);
    const nn::Value high = number("max", std::nullopt, -kInfinity);
    if (diagnostics_.size() > before) {
      return std::nullopt;
    }
    if (low.number() >= high.number()) {
      error("max", fmt::format("the range of '{}' is empty: max {} is not above min {}{}", name_,
                               nn::to_text(high), nn::to_text(low),
                               low == high ? "; to fix the value, write value: ..." : ""));
      return std::nullopt;
    }
    if (logarithmic && low.number() <= 0.0) {
      error("min", fmt::format("a log scale never reaches 0: give '{}' a min above 0, such as 1e-6",
                               name_));
      return std::nullopt;
    }
    return search::Numeric{low.number(), high.number(), logarithmic};
  }

  Read numeric(const WandbDistribution& row) {
    const std::size_t before = diagnostics_.size();
    const nn::Value q = row.quantised ? number("q", nn::Value(1.0), 0.0) : nn::Value(0.0);
    if (row.quantised && q.number() <= 0.0) {
      error("q", fmt::format("'q' of '{}' must be above 0", name_));
    }
    Read result;
    switch (row.kind) {
      case DistributionKind::kNormal:
      case DistributionKind::kLogNormal:
        result = normal(row, q);
        break;
      case DistributionKind::kBeta:
        result = beta(q);
        break;
      default:
        result = range(row, q);
    }
    return diagnostics_.size() > before ? std::nullopt : result;
  }

  Read range(const WandbDistribution& row, const nn::Value& q) {
    auto range = bounds(row.kind == DistributionKind::kLog);
    if (!range) {
      return std::nullopt;
    }
    if (row.kind == DistributionKind::kInteger) {
      if (range->low != std::floor(range->low) || range->high != std::floor(range->high)) {
        error("min", fmt::format("int_uniform of '{}' needs whole numbers for min and max", name_));
        return std::nullopt;
      }
      range->integer = true;
      range->step = 1.0;
      return *range;
    }
    if (row.kind == DistributionKind::kExponent || row.kind == DistributionKind::kInverseExponent) {
      const bool inverse = row.kind == DistributionKind::kInverseExponent;
      *range = {std::exp(inverse ? -range->high : range->low),
                std::exp(inverse ? -range->low : range->high), true};
      if (!(range->low > 0.0) || !std::isfinite(range->high)) {
        error("max",
              fmt::format("min and max of '{}' are exponents of e, and too large for one; for "
                          "limits themselves use log_uniform_values",
                          name_));
        return std::nullopt;
      }
    }
    if (!row.quantised) {
      return *range;
    }
    const double steps = std::max(std::abs(range->low), std::abs(range->high)) / q.number();
    if (steps > kMaxExactInteger || (grid_ && steps > kMaxGridValues)) {
      error("q", fmt::format("the range of '{}' has too many multiples of q", name_));
      return std::nullopt;
    }
    return grid_ && row.kind == DistributionKind::kUniform ? Read(arange(*range, q))
                                                           : quantised(*range, q);
  }

  Read normal(const WandbDistribution& row, const nn::Value& q) {
    search::Normal normal;
    normal.mu = number("mu", nn::Value(0.0), -kInfinity).number();
    normal.sigma = number("sigma", nn::Value(1.0), 0.0).number();
    normal.logarithmic = row.kind == DistributionKind::kLogNormal;
    normal.step = q.number();
    normal.integer = is_whole(q);
    if (normal.logarithmic) {
      normal.low = 0.0;
    }
    if (normal.sigma == 0.0) {
      const double mean = normal.logarithmic ? std::exp(normal.mu) : normal.mu;
      normal.sigma = 1.0;
      normal.low = normal.high = mean;
      return search::Fixed{normal.step > 0.0 ? rounded(mean, q) : nn::Value(mean)};
    }
    if (!std::isfinite(search::value_at(normal, 1.0).number())) {
      error("sigma",
            fmt::format("'{}' reaches beyond the largest number; mu and sigma describe the "
                        "logarithm: write smaller ones",
                        name_));
    }
    return normal;
  }

  Read beta(const nn::Value& q) {
    const double a = number("a", nn::Value(1.0), 0.0).number();
    const double b = number("b", nn::Value(1.0), 0.0).number();
    if (a <= 0.0 || b <= 0.0) {
      error("a", fmt::format("'a' and 'b' of '{}' must be above 0", name_));
      return std::nullopt;
    }
    if (q.number() == 0.0) {
      return search::Beta{a, b};
    }
    if (1.0 / q.number() > kMaxGridPoints) {
      error("q", fmt::format("'q' of '{}' is too small for values from 0 to 1", name_));
      return std::nullopt;
    }
    return quantised(search::Beta{a, b}, q);
  }

  // In a grid each parameter has a number of values.
  void read_grid(const search::Distribution& distribution, search::Parameter& parameter) {
    if (search::value_count(distribution) && !map_.has("grid")) {
      return;
    }
    parameter.grid = static_cast<int>(map_.integer("grid").value_or(0));
    if (parameter.grid == 0) {
      diagnostics_.push_back(
          {node_.position,
           fmt::format("a grid cannot have all values of '{}'; give it 'values', or the number of "
                       "points as grid: N, or take method: random",
                       name_)});
    }
  }

  void error(const char* key, std::string message) { map_.error(key, std::move(message)); }

  static constexpr double kInfinity = std::numeric_limits<double>::infinity();

  const std::string& name_;
  const YamlNode& node_;
  bool grid_;
  bool zipped_;
  std::vector<Diagnostic>& diagnostics_;
  MapReader map_;
};

}  // namespace

std::optional<search::Parameter> read_program_parameter(const std::string& name,
                                                        const YamlNode& map,
                                                        bool grid,
                                                        bool zipped,
                                                        std::vector<Diagnostic>& diagnostics) {
  return DistributionReader(name, map, grid, zipped, diagnostics).read();
}

}  // namespace hpsearch::runner
