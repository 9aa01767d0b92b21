#include "nn/model/linear_baseline.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <utility>
#include <vector>

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Cholesky>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/data/gather.h"
#include "nn/kernels/matmul.h"
#include "nn/model/model_judge.h"
#include "nn/network/loss.h"
#include "nn/training/class_weights.h"

namespace hpsearch::nn {
namespace {

using Vector = Eigen::VectorXd;
using Matrix = Eigen::MatrixXd;

constexpr std::size_t kBatchRows = 256;
constexpr int kMostSteps = 40;
constexpr std::size_t kMemory = 8;       // pairs that L-BFGS remembers
constexpr double kSmallGradient = 1e-5;  // of the mean loss: float products are no finer
constexpr double kSameValue = 1e-6;      // a deviation below this share of the mean is rounding

std::size_t rows_within(const TrainingData& data, const LinearLimits& limits) {
  const std::uint64_t features = padded(data.dataset->columns + 1);
  const std::uint64_t outputs = padded(network_outputs(*data.dataset));
  std::uint64_t rows = std::min<std::uint64_t>(data.split.train.size(), limits.rows);
  rows = std::min(rows, limits.numbers / features);
  rows = std::min(rows, limits.products / (features * outputs));
  if (data.dataset->task == Task::kRegression && features <= kMostSolvedFeatures) {
    rows = std::min(rows, limits.squares / (features * features));
  }
  return static_cast<std::size_t>(rows);
}

// The rows of the fit: features standardised, then a 1 for the intercept.
struct Rows {
  Rows(const TrainingData& data, std::size_t size, std::span<const double> class_weights)
      : count(size),
        features(data.dataset->columns),
        stride(padded(features + 1)),
        outputs(network_outputs(*data.dataset)),
        task(data.dataset->task),
        weights(class_weights),
        x(count * stride),
        mean(features),
        factor(features) {
    const std::vector<std::uint32_t>& train = data.split.train;
    std::vector<std::uint32_t> numbers(count);
    for (std::size_t i = 0; i < count; ++i) {
      numbers[i] = train[i * train.size() / count];
    }
    gather_rows(*data.dataset, data.scaling, numbers, x.data(), stride);
    standardize();
    if (task == Task::kRegression) {
      gather_targets(data, numbers, targets);
    } else {
      for (const std::uint32_t row : numbers) {
        labels.push_back(data.dataset->labels[row]);
      }
    }
  }

  BatchTargets batch_targets() const {
    BatchTargets batch{.task = task, .labels = labels, .class_weights = weights};
    if (task == Task::kRegression) {
      batch.values = targets;
      batch.outputs = outputs;
    }
    return batch;
  }

  std::size_t count;
  std::size_t features;
  std::size_t stride;
  std::size_t outputs;
  Task task;
  std::span<const double> weights;  // of the classes
  FloatBuffer x;                    // (count, stride)
  std::vector<double> mean;
  std::vector<double> factor;  // 0 for a feature that does not vary
  std::vector<std::uint32_t> labels;
  std::vector<float> targets;  // (count, outputs)

 private:
  void standardize() {
    std::vector<double> squares(features);
    const auto n = static_cast<double>(count);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (const std::size_t c = i % stride; c < features) {
        mean[c] += static_cast<double>(x[i]) / n;
      }
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (const std::size_t c = i % stride; c < features) {
        const double distance = static_cast<double>(x[i]) - mean[c];
        squares[c] += distance * distance / n;
      }
    }
    for (std::size_t c = 0; c < features; ++c) {
      const double deviation = std::sqrt(squares[c]);
      factor[c] = deviation > kSameValue * std::abs(mean[c]) ? 1.0 / deviation : 0.0;
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (const std::size_t c = i % stride; c < features) {
        x[i] = static_cast<float>((static_cast<double>(x[i]) - mean[c]) * factor[c]);
      } else {
        x[i] = c == features ? 1.0F : 0.0F;
      }
    }
  }
};

// Weights of the standardised features with the intercept as the last row: (features + 1, outputs).
Matrix solve_ridge(const Rows& rows) {
  MatmulContext context;
  const std::size_t side = rows.stride;
  FloatBuffer squares(side * side);
  Matmul(context, {.rows = side, .inner = rows.count, .columns = side, .a = Layout::kTransposed})
      .run(rows.x.data(), rows.x.data(), nullptr, squares.data());
  const auto size = static_cast<Eigen::Index>(rows.features + 1);
  Matrix system =
      Eigen::Map<const Eigen::MatrixXf, 0, Eigen::OuterStride<>>(
          squares.data(), size, size, Eigen::OuterStride<>(static_cast<Eigen::Index>(side)))
          .cast<double>();
  system.diagonal().head(size - 1).array() += 1.0;
  Matrix right = Matrix::Zero(size, static_cast<Eigen::Index>(rows.outputs));
  for (std::size_t i = 0; i < rows.count; ++i) {
    const Eigen::Map<const Eigen::VectorXf> x(rows.x.data() + i * rows.stride, size);
    for (std::size_t k = 0; k < rows.outputs; ++k) {
      right.col(static_cast<Eigen::Index>(k)) +=
          x.cast<double>() * static_cast<double>(rows.targets[i * rows.outputs + k]);
    }
  }
  return system.llt().solve(right);
}

// The mean loss with its share of the penalty, as a function of all weights (stride, width).
class Objective {
 public:
  explicit Objective(const Rows& rows)
      : rows_(rows),
        width_(padded(rows.outputs)),
        penalty_(rows.task == Task::kRegression
                     ? 2.0 / static_cast<double>(rows.count * rows.outputs)
                     : 1.0 / static_cast<double>(rows.count)),
        forward_(context_, {.rows = rows.count, .inner = rows.stride, .columns = width_}),
        backward_(context_,
                  {.rows = rows.stride,
                   .inner = rows.count,
                   .columns = width_,
                   .a = Layout::kTransposed}),
        weights_(rows.stride * width_),
        slopes_(rows.stride * width_),
        outputs_(rows.count * width_) {}

  std::size_t size() const { return weights_.size(); }
  std::size_t width() const { return width_; }

  double operator()(const Vector& weights, Vector& gradient) {
    for (std::size_t i = 0; i < size(); ++i) {
      weights_[i] = static_cast<float>(weights[static_cast<Eigen::Index>(i)]);
    }
    forward_.run(rows_.x.data(), weights_.data(), nullptr, outputs_.data());
    const BatchLoss loss =
        batch_loss_gradient(outputs_.data(), width_, rows_.outputs, rows_.batch_targets());
    backward_.run(rows_.x.data(), outputs_.data(), nullptr, slopes_.data());
    double value = loss.loss / loss.weight;
    const std::size_t penalised = rows_.features * width_;
    for (std::size_t i = 0; i < size(); ++i) {
      const auto at = static_cast<Eigen::Index>(i);
      gradient[at] = static_cast<double>(slopes_[i]);
      if (i < penalised) {
        gradient[at] += penalty_ * weights[at];
        value += penalty_ / 2.0 * weights[at] * weights[at];
      }
    }
    return value;
  }

 private:
  const Rows& rows_;
  std::size_t width_;
  double penalty_;
  MatmulContext context_;
  Matmul forward_;
  Matmul backward_;
  FloatBuffer weights_;
  FloatBuffer slopes_;
  FloatBuffer outputs_;
};

// The pairs of L-BFGS: differences of points and of gradients, newest last.
class Memory {
 public:
  void add(Vector step, Vector change) {
    const double curvature = step.dot(change);
    if (curvature > 1e-10 * step.norm() * change.norm()) {
      pairs_.push_back({std::move(step), std::move(change), 1.0 / curvature});
      if (pairs_.size() > kMemory) {
        pairs_.pop_front();
      }
    }
  }

  void clear() { pairs_.clear(); }
  bool empty() const { return pairs_.empty(); }

  Vector direction(const Vector& gradient) const {
    Vector q = -gradient;
    std::vector<double> shares(pairs_.size());
    for (std::size_t i = pairs_.size(); i-- > 0;) {
      shares[i] = pairs_[i].rho * pairs_[i].step.dot(q);
      q -= shares[i] * pairs_[i].change;
    }
    if (!pairs_.empty()) {
      q /= pairs_.back().rho * pairs_.back().change.squaredNorm();
    }
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      q += (shares[i] - pairs_[i].rho * pairs_[i].change.dot(q)) * pairs_[i].step;
    }
    return q;
  }

 private:
  struct Pair {
    Vector step;
    Vector change;
    double rho;
  };
  std::deque<Pair> pairs_;
};

Vector minimise(Objective& objective) {
  const auto size = static_cast<Eigen::Index>(objective.size());
  Vector point = Vector::Zero(size);
  Vector gradient(size);
  double value = objective(point, gradient);
  Memory memory;
  Vector next_gradient(size);
  for (int step = 0; step < kMostSteps; ++step) {
    const double steepest = gradient.cwiseAbs().maxCoeff();
    if (!(steepest > kSmallGradient)) {
      break;
    }
    const Vector direction = memory.direction(gradient);
    const double slope = direction.dot(gradient);
    double length = memory.empty() ? 1.0 / gradient.norm() : 1.0;
    Vector next;
    double next_value = value;
    bool better = false;
    for (int halving = 0; halving < 12 && !better; ++halving, length *= 0.5) {
      next = point + length * direction;
      next_value = objective(next, next_gradient);
      better = next_value <= value + 1e-4 * length * slope;
    }
    if (!better) {
      break;  // the float products see no descent any more
    }
    memory.add(next - point, next_gradient - gradient);
    point = std::move(next);
    gradient = next_gradient;
    value = next_value;
  }
  return point;
}

Matrix solve_by_steps(const Rows& rows) {
  Objective objective(rows);
  const Vector flat = minimise(objective);
  Matrix weights(static_cast<Eigen::Index>(rows.features + 1),
                 static_cast<Eigen::Index>(rows.outputs));
  for (Eigen::Index i = 0; i < weights.rows(); ++i) {
    for (Eigen::Index k = 0; k < weights.cols(); ++k) {
      weights(i, k) = flat[i * static_cast<Eigen::Index>(objective.width()) + k];
    }
  }
  return weights;
}

WeightSet weight_set(std::size_t features, std::vector<float> weights, std::vector<float> bias) {
  const std::size_t outputs = bias.size();
  return {{"layers.0.weight", {features, outputs}, std::move(weights)},
          {"layers.0.bias", {outputs}, std::move(bias)}};
}

}  // namespace

LinearFit fit_linear(const TrainingData& data,
                     const LinearLimits& limits,
                     std::span<const double> class_weights) {
  const std::size_t count = rows_within(data, limits);
  if (count < std::min(data.split.train.size(), limits.fewest_rows)) {
    return {};
  }
  const ComputeThread guard;
  const Rows rows(data, count, class_weights);
  const bool solved = rows.task == Task::kRegression && rows.stride <= kMostSolvedFeatures;
  const Matrix fitted = solved ? solve_ridge(rows) : solve_by_steps(rows);
  // For features as they come: (x - mean) factor W + b = x (factor W) + (b - mean factor W).
  std::vector<float> weights;
  std::vector<double> bias(rows.outputs);
  for (std::size_t k = 0; k < rows.outputs; ++k) {
    bias[k] = fitted(static_cast<Eigen::Index>(rows.features), static_cast<Eigen::Index>(k));
  }
  for (std::size_t i = 0; i < rows.features; ++i) {
    for (std::size_t k = 0; k < rows.outputs; ++k) {
      const double weight =
          fitted(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) * rows.factor[i];
      weights.push_back(static_cast<float>(weight));
      bias[k] -= rows.mean[i] * static_cast<double>(weights.back());
    }
  }
  return {weight_set(rows.features, std::move(weights), {bias.begin(), bias.end()}), count};
}

void add_linear(TrainedModel& model, const TrainingData& data) {
  LinearFit fit = fit_linear(data, {}, weights_of_classes(model.settings.class_weights, data));
  model.linear = std::move(fit.weights);
  model.linear_rows = fit.rows;
}

Settings linear_settings(const Settings& settings) {
  Settings linear;
  linear.hidden.clear();
  linear.init = Initialiser::kZero;
  linear.batch_size = static_cast<int>(kBatchRows);
  linear.loss = settings.loss;
  linear.huber_delta = settings.huber_delta;
  return linear;
}

WeightSet trivial_weights(const ModelTarget& target, std::size_t features) {
  std::vector<float> bias = trivial_outputs(target);
  std::vector<float> weights(features * bias.size());
  return weight_set(features, std::move(weights), std::move(bias));
}

TrainedModel linear_model(const TrainedModel& model) {
  TrainedModel linear{.settings = linear_settings(model.settings),
                      .precision = Precision::kF32,
                      .products = {kBatchRows, kBatchRows},
                      .weights = model.linear,
                      .inputs = model.inputs,
                      .target = model.target,
                      .metadata = model.metadata};
  linear.target.ranges.clear();
  linear.inputs.waved.clear();
  linear.inputs.binned.clear();
  return linear;
}

}  // namespace hpsearch::nn
