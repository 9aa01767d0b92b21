// The linear baseline against a plain solver and the conditions of its minimum.
#include "nn/model/linear_baseline.h"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/model/metric_values.h"
#include "tests/nn/model/model_runs.h"
#include "tests/nn/small_data.h"

namespace hpsearch::nn {
namespace {

using Table = std::vector<std::vector<double>>;

// Columns of very different sizes, one of them constant and two that depend on each other.
Dataset made_rows(std::size_t rows, std::size_t columns, Task task, std::size_t outputs) {
  Stream stream(11, Purpose::kSample);
  Dataset dataset;
  dataset.task = task;
  dataset.rows = rows;
  dataset.columns = columns;
  dataset.outputs = task == Task::kRegression ? outputs : 1;
  dataset.classes = task == Task::kRegression ? 0 : outputs;
  for (std::size_t row = 0; row < rows; ++row) {
    double sum = 0.0;
    double first = 0.0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double x = stream.normal();
      first = c == 0 ? x : first;
      sum += c < 3 ? x * static_cast<double>(c + 1) : 0.0;
      dataset.real_features.push_back(static_cast<float>(c == 3   ? 7.0
                                                         : c == 4 ? 2.0 * first + 0.01 * x
                                                         : c == 1 ? 1000.0 + 50.0 * x
                                                                  : x));
    }
    if (task == Task::kRegression) {
      for (std::size_t k = 0; k < outputs; ++k) {
        dataset.targets.push_back(100.0 + sum * static_cast<double>(k + 1) + stream.normal());
      }
    } else {
      const double y = sum + 2.0 * stream.normal();
      dataset.labels.push_back(y < -1.0  ? 0U
                               : y < 2.0 ? 1U
                                         : static_cast<std::uint32_t>(outputs - 1));
    }
  }
  return dataset;
}

TrainingData data_of(Dataset dataset, std::size_t train, Preprocess preprocess) {
  Split split;
  for (std::uint32_t row = 0; row < dataset.rows; ++row) {
    (row < train ? split.train : split.validation).push_back(row);
  }
  return prepare_split(std::make_shared<const Dataset>(std::move(dataset)), split, preprocess);
}

// The features of the training rows, standardised in double, with a last column of 1.
Table standardised(const TrainingData& data, const ColumnScaling& scaling) {
  const Dataset& set = *data.dataset;
  const std::size_t n = data.split.train.size();
  Table x(n, std::vector<double>(set.columns + 1, 1.0));
  for (std::size_t c = 0; c < set.columns; ++c) {
    double mean = 0.0;
    double squares = 0.0;
    const auto value = [&](std::size_t i) {
      return (static_cast<double>(set.real_features[data.split.train[i] * set.columns + c]) -
              scaling.centre[c]) *
             scaling.factor[c];
    };
    for (std::size_t i = 0; i < n; ++i) {
      mean += value(i) / static_cast<double>(n);
    }
    for (std::size_t i = 0; i < n; ++i) {
      squares += (value(i) - mean) * (value(i) - mean) / static_cast<double>(n);
    }
    for (std::size_t i = 0; i < n; ++i) {
      x[i][c] = squares > 1e-12 ? (value(i) - mean) / std::sqrt(squares) : 0.0;
    }
  }
  return x;
}

// Gauss and Jordan, with the largest pivot of each column.
std::vector<double> solve(Table a, std::vector<double> b) {
  for (std::size_t p = 0; p < b.size(); ++p) {
    std::size_t best = p;
    for (std::size_t i = p; i < b.size(); ++i) {
      best = std::abs(a[i][p]) > std::abs(a[best][p]) ? i : best;
    }
    std::swap(a[p], a[best]);
    std::swap(b[p], b[best]);
    for (std::size_t i = 0; i < b.size(); ++i) {
      const double factor = i == p ? 0.0 : a[i][p] / a[p][p];
      for (std::size_t j = p; j < b.size(); ++j) {
        a[i][j] -= factor * a[p][j];
      }
      b[i] -= factor * b[p];
    }
  }
  for (std::size_t p = 0; p < b.size(); ++p) {
    b[p] /= a[p][p];
  }
  return b;
}

// What the fitted weights say of a training row, from features as the network reads them.
double output_of(const TrainingData& data, const LinearFit& fit, std::size_t i, std::size_t k) {
  const Dataset& set = *data.dataset;
  const std::size_t outputs = fit.weights[1].values.size();
  double sum = static_cast<double>(fit.weights[1].values[k]);
  for (std::size_t c = 0; c < set.columns; ++c) {
    const double x =
        (static_cast<double>(set.real_features[data.split.train[i] * set.columns + c]) -
         data.scaling.centre[c]) *
        data.scaling.factor[c];
    sum += x * static_cast<double>(fit.weights[0].values[c * outputs + k]);
  }
  return sum;
}

TEST(LinearBaseline, SolvesTheNormalEquationsOfRidgeRegression) {
  for (const Preprocess preprocess : {Preprocess::kStandardize, Preprocess::kNone}) {
    SCOPED_TRACE(name_of(preprocess));
    const TrainingData data = data_of(made_rows(80, 7, Task::kRegression, 2), 60, preprocess);
    const LinearFit fit = fit_linear(data);
    ASSERT_EQ(fit.rows, 60U);
    const Table x = standardised(data, data.scaling);
    std::vector<float> y;
    gather_targets(data, data.split.train, y);
    for (std::size_t k = 0; k < 2; ++k) {
      Table squares(8, std::vector<double>(8));
      std::vector<double> products(8);
      for (std::size_t i = 0; i < 60; ++i) {
        for (std::size_t a = 0; a < 8; ++a) {
          for (std::size_t b = 0; b < 8; ++b) {
            squares[a][b] += x[i][a] * x[i][b];
          }
          products[a] += x[i][a] * static_cast<double>(y[2 * i + k]);
        }
      }
      for (std::size_t a = 0; a < 7; ++a) {
        squares[a][a] += 1.0;
      }
      const std::vector<double> truth = solve(squares, products);
      for (std::size_t i = 0; i < 60; ++i) {
        EXPECT_NEAR(output_of(data, fit, i, k),
                    std::inner_product(truth.begin(), truth.end(), x[i].begin(), 0.0), 2e-4);
      }
    }
  }
}

// The weights of the standardised features: those of the file times the deviations.
double weight_of(const TrainingData& data, const LinearFit& fit, std::size_t c, std::size_t k) {
  const Table x = standardised(data, data.scaling);
  const std::size_t outputs = fit.weights[1].values.size();
  const Dataset& set = *data.dataset;
  // Of two rows whose standardised values differ: their distance before over that after.
  std::size_t far = 1;
  while (far + 1 < x.size() && std::abs(x[far][c] - x[0][c]) < 0.5) {
    ++far;
  }
  if (x[far][c] == x[0][c]) {
    return 0.0;
  }
  const double before =
      (static_cast<double>(set.real_features[data.split.train[far] * set.columns + c]) -
       static_cast<double>(set.real_features[data.split.train[0] * set.columns + c])) *
      data.scaling.factor[c];
  return static_cast<double>(fit.weights[0].values[c * outputs + k]) * before /
         (x[far][c] - x[0][c]);
}

// sum over rows of v x_c (p_k - t_k) / sum of v + w_ck / n = 0 with the weight v of a row's class:
// the penalised loss is strictly convex, so no other weights have this.
TEST(LinearBaseline, IsTheMinimumOfThePenalisedCrossEntropy) {
  for (const bool weighted : {false, true}) {
    for (const std::size_t classes : {2U, 3U}) {
      SCOPED_TRACE(fmt::format("{} classes, {}", classes, weighted));
      std::vector<double> of_classes(classes, 1.0);
      of_classes[0] = weighted ? 3.0 : 1.0;
      const Task task = classes == 2 ? Task::kBinary : Task::kClassification;
      const TrainingData data = data_of(made_rows(400, 6, task, classes), 300, Preprocess::kNone);
      const LinearFit fit = fit_linear(data, {}, weighted ? of_classes : std::vector<double>());
      const Table x = standardised(data, data.scaling);
      const std::size_t outputs = fit.weights[1].values.size();
      ASSERT_EQ(outputs, classes == 2 ? 1U : 3U);
      for (std::size_t k = 0; k < outputs; ++k) {
        std::vector<double> slopes(7);
        double all = 0.0;
        for (std::size_t i = 0; i < 300; ++i) {
          const std::uint32_t label = data.dataset->labels[data.split.train[i]];
          double p = 1.0 / (1.0 + std::exp(-output_of(data, fit, i, 0)));
          double t = label == 1 ? 1.0 : 0.0;
          if (outputs > 1) {
            double sum = 0.0;
            for (std::size_t j = 0; j < outputs; ++j) {
              sum += std::exp(output_of(data, fit, i, j));
            }
            p = std::exp(output_of(data, fit, i, k)) / sum;
            t = label == k ? 1.0 : 0.0;
          }
          for (std::size_t c = 0; c < 7; ++c) {
            slopes[c] += of_classes[label] * x[i][c] * (p - t);
          }
          all += of_classes[label];
        }
        for (std::size_t c = 0; c < 7; ++c) {
          const double weight = c < 6 ? weight_of(data, fit, c, k) : 0.0;
          EXPECT_NEAR(slopes[c] / all + weight / 300.0, 0.0, 2e-4) << c;
        }
      }
    }
  }
}

TEST(LinearBaseline, FindsTheSameByStepsWhereARegressionIsWide) {
  const std::size_t columns = kMostSolvedFeatures + 30;
  const TrainingData data =
      data_of(made_rows(150, columns, Task::kRegression, 1), 120, Preprocess::kStandardize);
  const LinearFit fit = fit_linear(data);
  const Table x = standardised(data, data.scaling);
  std::vector<float> y;
  gather_targets(data, data.split.train, y);
  std::vector<double> slopes(columns + 1);
  for (std::size_t i = 0; i < 120; ++i) {
    const double error = output_of(data, fit, i, 0) - static_cast<double>(y[i]);
    for (std::size_t c = 0; c <= columns; ++c) {
      slopes[c] += 2.0 * x[i][c] * error;
    }
  }
  for (std::size_t c = 0; c < columns; c += 100) {
    EXPECT_NEAR((slopes[c] + 2.0 * weight_of(data, fit, c, 0)) / 120.0, 0.0, 1e-3) << c;
  }
}

TEST(LinearBaseline, SeesFewerRowsOrNoneBeyondItsLimits) {
  const TrainingData data =
      data_of(made_rows(500, 6, Task::kRegression, 1), 400, Preprocess::kNone);
  EXPECT_EQ(fit_linear(data, {.rows = 150}).rows, 150U);
  EXPECT_EQ(fit_linear(data, {.numbers = 16 * 120}).rows, 120U);
  EXPECT_EQ(fit_linear(data, {.products = 16 * 16 * 110}).rows, 110U);
  const LinearFit none = fit_linear(data, {.numbers = 16 * 99});
  EXPECT_EQ(none.rows, 0U);
  EXPECT_TRUE(none.weights.empty());
  // Rows that are few anyway are enough.
  EXPECT_EQ(fit_linear(data_of(made_rows(40, 6, Task::kRegression, 1), 30, Preprocess::kNone)).rows,
            30U);
}

// Batches of other sizes have other last bits.
void expect_alike(const Evaluation& a, const Evaluation& b) {
  for (const MetricValue& metric : defined_metrics(b)) {
    EXPECT_NEAR(a.*metric_field(metric.name), metric.value, 1e-6 * std::max(1.0, metric.value))
        << metric.name;
  }
}

TEST(LinearBaseline, IsJudgedAlikeAsANetworkAndFromAModelFile) {
  for (const Task task : {Task::kRegression, Task::kBinary, Task::kClassification}) {
    const std::size_t outputs = task == Task::kClassification ? 3 : task == Task::kBinary ? 2 : 1;
    const TrainingData data =
        data_of(made_rows(300, 6, task, outputs), 200, Preprocess::kStandardize);
    const Settings settings = small_settings({});
    Trainer trainer(settings, data, 5);
    trainer.train_epoch();
    TrainedModel made = model_of(trainer.network(), settings, data);
    const LinearFit fit = fit_linear(data);
    made.linear = fit.weights;
    made.linear_rows = fit.rows;
    const test::TempFolder folder;
    TensorMetadata metadata = metadata_of(made, Preprocess::kStandardize);
    metadata["settings"] = R"({"hidden":[20,9]})";
    write_model(folder.path() / "m", made, metadata);
    const TrainedModel read = load_model(folder.path() / "m");
    EXPECT_EQ(read.linear_rows, 200U);
    EXPECT_EQ(read.weights.size(), made.weights.size());
    const TrainedModel linear = linear_model(read);
    Predictor predictor(linear);
    ModelJudge judge(read);
    Dataset rows = *data.dataset;
    predictor.predict(
        rows, [&](std::size_t first, std::size_t count, const float* outputs_of_rows,
                  std::size_t stride) { judge.add(rows, first, count, outputs_of_rows, stride); });
    Trainer network(linear_settings(settings), data, 0);
    ASSERT_TRUE(network.set_weights(fit.weights));
    std::vector<std::uint32_t> all(rows.rows);
    std::iota(all.begin(), all.end(), 0U);
    expect_alike(judge.result(), *network.evaluate(all));
    ASSERT_TRUE(network.set_weights(trivial_weights(made.target, 6)));
    expect_alike(judge.baseline(), *network.evaluate(all));
  }
}

}  // namespace
}  // namespace hpsearch::nn
