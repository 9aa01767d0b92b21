#include "nn/training/sanity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "nn/base/aligned.h"
#include "nn/base/compute_thread.h"
#include "nn/base/random.h"
#include "nn/network/mlp.h"
#include "nn/training/batch_loader.h"
#include "nn/training/embedded_inputs.h"
#include "nn/training/optimizer.h"

namespace hpsearch::nn {
namespace {

constexpr std::size_t kRows = 1000;  // to evaluate a loss on

std::span<const std::uint32_t> first_rows(const TrainingData& data, std::size_t rows) {
  return std::span(data.split.train).first(std::min(rows, data.split.train.size()));
}

Mlp make_network(const Settings& settings,
                 const TrainingData& data,
                 std::size_t batch_rows,
                 std::uint64_t seed) {
  return Mlp(settings, network_inputs(settings, data), network_outputs(*data.dataset), batch_rows,
             seed);
}

// The mean loss of outputs that are all 0.
double loss_of_zero(const TrainingData& data, const BatchTargets& targets) {
  const std::size_t width = network_outputs(*data.dataset);
  const FloatBuffer outputs(targets.rows() * padded(width));
  const BatchLoss loss = batch_loss(outputs.data(), padded(width), width, targets);
  return loss.loss / loss.weight;
}

// The settings without anything that keeps a network from memorising its rows.
Settings unregularised(Settings settings) {
  settings.dropout = 0.0;
  settings.input_dropout = 0.0;
  settings.l2 = settings.l1 = settings.weight_decay = settings.label_smoothing = 0.0;
  settings.max_norm.reset();
  settings.class_weights = {};
  return settings;
}

// `rows` training rows that take turns through all classes: a single class would be too easy.
std::vector<std::uint32_t> varied_rows(const TrainingData& data, std::size_t rows) {
  const auto& train = data.split.train;
  if (data.dataset->task == Task::kRegression) {
    const auto first = first_rows(data, rows);
    return {first.begin(), first.end()};
  }
  std::vector<std::vector<std::uint32_t>> of_class(data.dataset->classes);
  for (const std::uint32_t row : train) {
    of_class[data.dataset->labels[row]].push_back(row);
  }
  std::vector<std::uint32_t> chosen;
  for (std::size_t i = 0; chosen.size() < std::min(rows, train.size()); ++i) {
    for (const auto& members : of_class) {
      if (i < members.size() && chosen.size() < rows) {
        chosen.push_back(members[i]);
      }
    }
  }
  return chosen;
}

// Reads `falls_from` and `steepest` off the curve. The first kWindow rates are too small to matter,
// so their losses show the noise between batches. A fall counts below the smaller of 95 % of their
// mean and the mean minus three times its distance to the lowest.
void find_rates(RangeTest& test) {
  const auto& points = test.points;
  constexpr std::size_t kWindow = 10;
  if (points.size() <= kWindow) {
    return;
  }
  double lowest = points[0].loss;
  double mean = 0.0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    mean += points[i].loss / kWindow;
    lowest = std::fmin(lowest, points[i].loss);
  }
  const double bar = std::fmin(0.95 * mean, mean - 3.0 * (mean - lowest));
  double steepest = 0.0;
  for (std::size_t i = kWindow; i < points.size(); ++i) {
    if (!test.falls_from && points[i].loss < bar) {
      test.falls_from = points[i].rate;
    }
    const double fall = points[i - kWindow].loss - points[i].loss;
    if (test.falls_from && fall > steepest) {
      steepest = fall;
      // The fall is over kWindow points; the geometric mean is their middle on a log scale.
      test.steepest = std::sqrt(points[i - kWindow].rate * points[i].rate);
    }
  }
}

}  // namespace

InitialLoss initial_loss(const Settings& settings, const TrainingData& data, std::uint64_t seed) {
  const ComputeThread guard;
  const auto rows = first_rows(data, kRows);
  Mlp network = make_network(settings, data, rows.size(), seed);
  BatchLoader loader(settings, data);
  const BatchTargets targets = loader.for_evaluation(rows, network);
  const double expected = loss_of_zero(data, targets);
  // Batch normalisation has no running statistics yet, so it uses those of the rows.
  const BatchLoss loss =
      settings.batch_norm ? network.forward_backward(targets, 0) : network.evaluate(targets);
  return {loss.loss / loss.weight, expected};
}

double initial_penalty(const Settings& settings, const TrainingData& data, std::uint64_t seed) {
  Mlp network = make_network(settings, data, 1, seed);
  const std::vector<Parameter> parameters = network.parameters();
  return Optimizer(settings, parameters).penalty(parameters);
}

Overfit overfit(const Settings& settings,
                const TrainingData& data,
                std::uint64_t seed,
                std::size_t rows,
                int updates) {
  const ComputeThread guard;
  const Settings plain = unregularised(settings);
  const std::vector<std::uint32_t> chosen = varied_rows(data, rows);
  Mlp network = make_network(plain, data, chosen.size(), seed);
  BatchLoader loader(plain, data);
  const std::vector<Parameter> parameters = network.parameters();
  Optimizer optimizer(plain, parameters);
  Overfit result;
  result.rows = chosen.size();
  while (result.updates < updates) {
    const BatchTargets targets = loader.for_training(chosen, network);
    const BatchLoss loss =
        network.forward_backward(targets, static_cast<std::uint32_t>(result.updates));
    result.loss = loss.loss / loss.weight;
    result.first_loss = result.updates == 0 ? result.loss : result.first_loss;
    if (data.dataset->task != Task::kRegression) {
      result.accuracy = static_cast<double>(loss.correct) / static_cast<double>(chosen.size());
    }
    result.learnt = result.loss < 0.01 * result.first_loss;
    if (result.learnt || !std::isfinite(result.loss)) {
      break;
    }
    optimizer.step(parameters, plain.learning_rate);
    ++result.updates;
  }
  return result;
}

RangeTest range_test(const Settings& settings,
                     const TrainingData& data,
                     std::uint64_t seed,
                     double lowest,
                     double highest,
                     int updates) {
  const ComputeThread guard;
  constexpr double kMemory = 0.9;  // weight of the past in the smoothed loss
  const std::size_t all = data.split.train.size();
  const std::size_t batch = rows_of_batch(settings, data);
  // The loss of a few rows says more about the rows than about the rate: behind small batches the
  // same sample is evaluated before each update. Batch normalisation has no running statistics yet
  // that an evaluation could use.
  constexpr std::size_t kTellingRows = 32;
  const bool samples = batch < kTellingRows && !settings.batch_norm;
  const auto sample = first_rows(data, kRows);
  Mlp network(settings, network_inputs(settings, data), network_outputs(*data.dataset), batch, seed,
              {}, samples ? padded(sample.size()) : 0);
  BatchLoader loader(settings, data);
  const std::vector<Parameter> parameters = network.parameters();
  Optimizer optimizer(settings, parameters);
  std::vector<std::uint32_t> order = data.split.train;
  Stream stream(seed, Purpose::kShuffle);
  shuffle(order, stream);
  RangeTest result;
  double mean = 0.0;
  double weight = 0.0;
  double least = std::numeric_limits<double>::infinity();
  std::size_t start = 0;
  for (int i = 0; i < updates; ++i) {
    const double rate = lowest * std::pow(highest / lowest, static_cast<double>(i) / (updates - 1));
    if (start + batch > all) {
      start = 0;  // next pass; a short batch would be noisier
    }
    const std::optional<BatchLoss> sampled =
        samples ? std::optional(network.evaluate(loader.for_evaluation(sample, network)))
                : std::nullopt;
    const BatchTargets targets =
        loader.for_training(std::span(order).subspan(start, batch), network);
    start += batch;
    const BatchLoss of_batch = network.forward_backward(targets, static_cast<std::uint32_t>(i));
    const BatchLoss loss = sampled.value_or(of_batch);
    mean = kMemory * mean + (1.0 - kMemory) * loss.loss / loss.weight;
    weight =
        kMemory * weight + (1.0 - kMemory);  // corrects the bias towards the initial 0, as in Adam
    result.points.push_back({rate, mean / weight});
    const double smoothed = mean / weight;
    least = std::fmin(least, smoothed);
    // A tenth of the first loss as a floor: four times almost nothing is no divergence.
    if (!std::isfinite(smoothed) ||
        smoothed > 4.0 * std::fmax(least, 0.1 * result.points[0].loss)) {
      result.diverges_above = rate;
      break;
    }
    optimizer.step(parameters, rate);
  }
  find_rates(result);
  return result;
}

}  // namespace hpsearch::nn
