#include "nn/model/permutation_importance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "nn/base/random.h"
#include "nn/model/metric_values.h"
#include "nn/model/model_judge.h"
#include "nn/model/predictor.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kFewestRows = 100;
constexpr std::uint64_t kSeed = 0;
constexpr std::uint32_t kResampleUse = 3;  // after those of reports/

// Beside the products: what a row costs by itself and for each output, in multiplications.
constexpr std::uint64_t kCostOfRow = 3'000;
constexpr std::uint64_t kCostOfOutput = 100;

// The features that a column became.
struct Block {
  std::string column;
  std::size_t first = 0;
  std::size_t width = 0;
};

std::vector<Block> blocks_of(const ModelInputs& inputs) {
  std::vector<Block> blocks;
  std::size_t next = 0;
  if (inputs.pipeline == nullptr) {
    for (; next < inputs.features; ++next) {
      blocks.push_back({fmt::format("column {}", next), next, 1});
    }
    return blocks;
  }
  for (const PipelineColumn& column : inputs.pipeline->columns()) {
    const std::size_t width = column.rule.features();
    if (width > 0) {
      blocks.push_back({column.rule.name, next, width});
    }
    next += width;
  }
  return blocks;
}

std::uint64_t cost_of_row(const TrainedModel& model) {
  std::uint64_t cost = kCostOfRow + kCostOfOutput * model.target.outputs();
  for (const LoadedTensor& tensor : model.weights) {
    cost += tensor.values.size();
  }
  for (const TrainedModel& member : model.members) {
    cost += cost_of_row(member);
  }
  return cost + model.inputs.whitening.size();
}

Dataset some_rows(const Dataset& dataset, std::span<const std::uint32_t> rows, std::size_t count) {
  Dataset some;
  some.task = dataset.task;
  some.rows = count;
  some.columns = dataset.columns;
  some.classes = dataset.classes;
  some.outputs = dataset.outputs;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t row = rows[i * rows.size() / count];
    const auto first =
        dataset.real_features.begin() + static_cast<std::ptrdiff_t>(row * dataset.columns);
    some.real_features.insert(some.real_features.end(), first,
                              first + static_cast<std::ptrdiff_t>(dataset.columns));
    if (dataset.task == Task::kRegression) {
      for (std::size_t t = 0; t < dataset.outputs; ++t) {
        some.targets.push_back(dataset.targets[row * dataset.outputs + t]);
      }
    } else {
      some.labels.push_back(dataset.labels[row]);
    }
  }
  return some;
}

// The metric of predictions of rows, some of whose cells have changed places.
class Shuffler {
 public:
  Shuffler(const TrainedModel& model, Dataset rows)
      : model_(model), rows_(std::move(rows)), whole_(rows_.real_features), predictor_(model) {}

  Evaluation evaluate() {
    ModelJudge judge(model_, ModelJudge::Scope::kModel);
    predictor_.predict(
        rows_, [&](std::size_t first, std::size_t count, const float* outputs, std::size_t stride) {
          judge.add(rows_, first, count, outputs, stride);
        });
    return judge.result();
  }

  Evaluation evaluate_shuffled(const Block& block, std::uint32_t number) {
    std::vector<std::uint32_t> order(rows_.rows);
    std::iota(order.begin(), order.end(), 0U);
    Stream stream(kSeed, Purpose::kResample, kResampleUse, number);
    shuffle(order, stream);
    move(block, order);
    const Evaluation result = evaluate();
    std::iota(order.begin(), order.end(), 0U);
    move(block, order);
    return result;
  }

 private:
  void move(const Block& block, std::span<const std::uint32_t> order) {
    for (std::size_t row = 0; row < order.size(); ++row) {
      std::copy_n(
          whole_.begin() + static_cast<std::ptrdiff_t>(order[row] * rows_.columns + block.first),
          block.width,
          rows_.real_features.begin() +
              static_cast<std::ptrdiff_t>(row * rows_.columns + block.first));
    }
  }

  const TrainedModel& model_;
  Dataset rows_;
  std::vector<float> whole_;
  Predictor predictor_;
};

// 0 where the number is no more than the rounding of sums of numbers of this size.
double beyond_rounding(double number, double size) {
  return std::abs(number) <= 1e-12 * size ? 0.0 : number;
}

ColumnImportance summary(const std::string& column, const std::vector<double>& losses) {
  const auto n = static_cast<double>(losses.size());
  const double mean = std::accumulate(losses.begin(), losses.end(), 0.0) / n;
  double squares = 0.0;
  double largest = 0.0;
  for (const double loss : losses) {
    squares += (loss - mean) * (loss - mean);
    largest = std::max(largest, std::abs(loss));
  }
  return {column, beyond_rounding(mean, largest),
          losses.size() > 1 ? std::sqrt(squares / (n - 1.0)) : 0.0};
}

// How many rows the limits allow for so many permutations of each column.
std::size_t rows_within(const ImportanceLimits& limits,
                        std::size_t rows,
                        std::uint64_t cost_of_permutations) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(
      std::min(rows, limits.rows), limits.cost / std::max<std::uint64_t>(1, cost_of_permutations)));
}

}  // namespace

std::optional<ColumnImportances> permutation_importance(const TrainedModel& model,
                                                        const Dataset& dataset,
                                                        std::span<const std::uint32_t> rows,
                                                        const std::string& metric,
                                                        const ImportanceLimits& limits,
                                                        const std::stop_token& stop) {
  ColumnImportances result;
  result.metric = bare_metric(metric);
  result.of_rows = rows.size();
  if (model.inputs.image != ImageShape{} || model.inputs.takes_bytes()) {
    result.objection = "pixels and other bytes are no columns";
    return result;
  }
  const std::vector<Block> blocks = blocks_of(model.inputs);
  const std::uint64_t cost = blocks.size() * cost_of_row(model);
  result.permutations = limits.permutations;
  result.rows = rows_within(limits, rows.size(), cost * result.permutations);
  const std::size_t fewest = std::min(rows.size(), kFewestRows);
  if (result.rows < fewest) {
    result.permutations = std::max<std::size_t>(1, limits.permutations / 2);
    result.rows = rows_within(limits, rows.size(), cost * result.permutations);
  }
  if (result.rows < fewest || rows.empty()) {
    result.rows = 0;
    result.objection =
        fmt::format("{} columns take too long for a network of this size", blocks.size());
    return result;
  }
  Shuffler shuffler(model, some_rows(dataset, rows, result.rows));
  const Evaluation whole = shuffler.evaluate();
  if (std::isnan(whole.*metric_field(result.metric)) || !is_metric(result.metric)) {
    result.metric = "loss";
  }
  double Evaluation::*const field = metric_field(result.metric);
  const double sign = is_error(result.metric) ? 1.0 : -1.0;
  std::vector<double> losses(result.permutations);
  std::uint32_t number = 0;
  for (const Block& block : blocks) {
    for (double& loss : losses) {
      if (stop.stop_requested()) {
        return std::nullopt;
      }
      const double shuffled = shuffler.evaluate_shuffled(block, number++).*field;
      loss = beyond_rounding(sign * (shuffled - whole.*field), std::abs(whole.*field));
    }
    result.columns.push_back(summary(block.column, losses));
  }
  std::stable_sort(result.columns.begin(), result.columns.end(),
                   [](const auto& a, const auto& b) { return a.mean > b.mean; });
  return result;
}

}  // namespace hpsearch::nn
