#include "nn/data/synthetic.h"

#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/builtin_datasets.h"
#include "nn/data/gather.h"
#include "nn/data/training_data.h"
#include "nn/files/data_error.h"
#include "tests/support/fixture.h"

namespace hpsearch::nn {
namespace {

using testing::ElementsAre;

TEST(SplitMix64, GivesItsPublishedNumbers) {
  SplitMix64 random(1234567);
  const std::uint64_t expected[] = {6457827717110365317U, 3203168211198807973U,
                                    9817491932198370423U, 4593380528125082431U,
                                    16408922859458223821U};
  for (const std::uint64_t number : expected) {
    EXPECT_EQ(random.next(), number);
  }
}

TEST(LinearSynthetic, HasTheNumbersOfItsReference) {
  const auto reference = test::read_fixture("synthetic.json")["linear"];
  const Dataset data = make_linear_synthetic();
  EXPECT_EQ(data.task, Task::kRegression);
  EXPECT_EQ(data.rows, 120U);
  EXPECT_EQ(data.columns, 200U);
  EXPECT_EQ(data.own_test_rows, 100U);
  ASSERT_EQ(data.real_features.size(), 120U * 200U);
  ASSERT_EQ(data.targets.size(), 120U);
  const std::vector<double> weights = linear_synthetic_weights();
  ASSERT_EQ(weights.size(), 200U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(data.real_features[i], reference["x_train_first3"][i].get<double>(), 1e-6);
    EXPECT_NEAR(data.targets[i], reference["y_train_first3"][i].get<double>(), 1e-6);
    EXPECT_NEAR(weights[i], reference["w0_first3"][i].get<double>(), 1e-14);
  }
  EXPECT_NEAR(std::sqrt(std::inner_product(weights.begin(), weights.end(), weights.begin(), 0.0)),
              reference["w0_l2"].get<double>(), 1e-12);
}

// Everything at once: the book's program in float64, 100 epochs of batches of 5 rows in their
// order, rate 0.003, half the squared error and lambda / 2 times the squared weights, from these
// weights and a bias of 0. Its losses and weights need every row of both parts.
TEST(LinearSynthetic, TrainsToTheLossesOfItsReference) {
  const auto cases = test::read_fixture("synthetic.json")["linear"]["cases"];
  const Dataset data = make_linear_synthetic();
  for (const double lambda : {0.0, 3.0}) {
    std::vector<double> w = linear_synthetic_weights();
    double b = 0.0;
    const auto error = [&](std::size_t row) {
      double y = b;
      for (std::size_t i = 0; i < 200; ++i) {
        y += w[i] * static_cast<double>(data.real_features[row * 200 + i]);
      }
      return y - static_cast<double>(data.targets[row]);
    };
    for (int step = 0; step < 400; ++step) {
      const std::size_t first = static_cast<std::size_t>(step % 4) * 5;
      std::vector<double> gradient(200);
      double bias_gradient = 0.0;
      for (std::size_t row = first; row < first + 5; ++row) {
        const double e = error(row) / 5.0;
        bias_gradient += e;
        for (std::size_t i = 0; i < 200; ++i) {
          gradient[i] += e * static_cast<double>(data.real_features[row * 200 + i]);
        }
      }
      for (std::size_t i = 0; i < 200; ++i) {
        w[i] -= 0.003 * (gradient[i] + lambda * w[i]);
      }
      b -= 0.003 * bias_gradient;
    }
    const auto expected = cases[lambda == 0.0 ? "scratch_lambda0" : "scratch_lambda3"];
    double test_loss = 0.0;
    for (std::size_t row = 20; row < 120; ++row) {
      test_loss += error(row) * error(row) / 2.0 / 100.0;
    }
    const double norm = std::sqrt(std::inner_product(w.begin(), w.end(), w.begin(), 0.0));
    EXPECT_NEAR(test_loss / expected["test"].get<double>(), 1.0, 1e-5) << lambda;
    EXPECT_NEAR(norm / expected["w_l2"].get<double>(), 1.0, 1e-5) << lambda;
    EXPECT_NEAR(b / expected["b"].get<double>(), 1.0, 1e-5) << lambda;
  }
}

TEST(Spiral, HasThreeArmsAroundItsCentre) {
  const auto reference = test::read_fixture("synthetic.json")["spiral"];
  const Dataset data = make_spiral();
  EXPECT_EQ(data.task, Task::kClassification);
  EXPECT_EQ(data.rows, 300U);
  EXPECT_EQ(data.columns, 2U);
  EXPECT_EQ(data.classes, 3U);
  for (std::uint32_t row = 0; row < 300; ++row) {
    EXPECT_EQ(data.labels[row], row / 100);
    const double x = static_cast<double>(data.real_features[row * 2]);
    const double y = static_cast<double>(data.real_features[row * 2 + 1]);
    EXPECT_NEAR(std::hypot(x, y), (row % 100) / 99.0, 1e-6);
  }
  for (const auto& [row, x, y] : reference["points"].get<std::vector<std::array<double, 3>>>()) {
    const auto at = static_cast<std::size_t>(row) * 2;
    EXPECT_NEAR(data.real_features[at], x, 1e-7) << row;
    EXPECT_NEAR(data.real_features[at + 1], y, 1e-7) << row;
  }
  EXPECT_NEAR(std::accumulate(data.real_features.begin(), data.real_features.end(), 0.0),
              reference["sum"].get<double>(), 1e-5);
}

TEST(Logistic, HasTheNumbersOfItsReference) {
  const auto reference = test::read_fixture("synthetic.json")["logistic"];
  const Dataset data = make_logistic();
  EXPECT_EQ(data.task, Task::kBinary);
  EXPECT_EQ(data.rows, 200U);
  EXPECT_EQ(data.classes, 2U);
  for (std::uint32_t row = 0; row < 200; ++row) {
    EXPECT_EQ(data.labels[row], row % 2);
  }
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NEAR(data.real_features[i], reference["x_first3"][i / 2][i % 2].get<double>(), 1e-6);
  }
  EXPECT_NEAR(std::accumulate(data.real_features.begin(), data.real_features.end(), 0.0),
              reference["checksum_sum_x"].get<double>(), 1e-5);
}

TEST(Gates, AreTheirTruthTablesInEveryPart) {
  const std::pair<Dataset, std::vector<std::uint32_t>> gates[] = {{make_and(), {0, 0, 0, 1}},
                                                                  {make_or(), {0, 1, 1, 1}},
                                                                  {make_nand(), {1, 1, 1, 0}},
                                                                  {make_xor(), {0, 1, 1, 0}}};
  for (const auto& [data, outputs] : gates) {
    EXPECT_EQ(data.task, Task::kBinary);
    const TrainingData prepared = prepare(std::make_shared<const Dataset>(data), {});
    for (const std::vector<std::uint32_t>* part :
         {&prepared.split.train, &prepared.split.validation, &prepared.split.test}) {
      ASSERT_EQ(part->size(), 4U);
      std::vector<float> x(8);
      gather_rows(*prepared.dataset, prepared.scaling, *part, x.data(), 2);
      EXPECT_THAT(x, ElementsAre(0, 0, 0, 1, 1, 0, 1, 1)) << "0 and 1 stay what they are";
      for (std::size_t row = 0; row < 4; ++row) {
        EXPECT_EQ(prepared.dataset->labels[(*part)[row]], outputs[row]);
      }
    }
  }
}

std::string error_of(const DatasetSource& source) {
  try {
    load_dataset(source);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Synthetic, IsLoadedByNameAndFitForTraining) {
  std::set<std::string> loaded;
  for (const BuiltinDataset& row : kBuiltinDatasets) {
    if (row.make == nullptr) {
      continue;
    }
    const Dataset data = load_dataset({std::string(row.name), {}});
    loaded.insert(data.name);
    EXPECT_EQ(data.real_features.size() + data.features.size(), data.rows * data.columns);
    EXPECT_EQ(data.labels.size() + data.targets.size(), data.rows);
    EXPECT_TRUE(data.files.empty());
    const TrainingData prepared = prepare(std::make_shared<const Dataset>(data), {});
    EXPECT_FALSE(prepared.split.validation.empty());
    EXPECT_FALSE(prepared.split.test.empty());
  }
  EXPECT_EQ(loaded, (std::set<std::string>{"linear-synthetic", "spiral", "logistic", "and", "or",
                                           "nand", "xor"}));
}

TEST(Synthetic, ValidatesByItsTestPartWhereItIsAskedTo) {
  SplitSpec split;
  split.validation = PartSize::source_test();
  split.test = PartSize::none();
  const TrainingData data =
      prepare(std::make_shared<const Dataset>(load_dataset({"linear-synthetic", {}})), split);
  EXPECT_EQ(data.split.train.size(), 20U);
  EXPECT_EQ(data.split.validation.size(), 100U);
  EXPECT_EQ(data.split.validation.front(), 20U);
  EXPECT_TRUE(data.split.test.empty());
}

TEST(Synthetic, HasTwoOutputsWhereItsTaskShallBeClassification) {
  const Dataset data = load_dataset({.source = "logistic", .task = Task::kClassification});
  EXPECT_EQ(network_outputs(data), 2U);
  EXPECT_EQ(network_outputs(load_dataset({.source = "logistic"})), 1U);
}

TEST(Synthetic, RefusesWhatGoesWithFiles) {
  EXPECT_EQ(error_of({.source = "spiral", .target = "y"}),
            "data set 'spiral': it has no columns that `target` could name; leave it out");
  EXPECT_EQ(error_of({.source = "spiral", .group = std::uint64_t{0}}),
            "data set 'spiral': it has no columns that `group` could name; leave it out");
  EXPECT_EQ(error_of({.source = "xor", .order = "t"}),
            "data set 'xor': it has no columns that `order` could name; leave it out");
  EXPECT_EQ(error_of({.source = "xor", .test_file = "more.csv"}),
            "data set 'xor': a further file goes with a table of your own, not with a built-in "
            "data set; write a number of rows or a fraction");
}

TEST(Synthetic, RefusesATaskThatItsTargetsAreNotFor) {
  EXPECT_EQ(error_of({.source = "logistic", .task = Task::kRegression}),
            "data set 'logistic': its labels are classes, no numbers to predict; write `task: "
            "classification`, or leave it out");
  EXPECT_EQ(error_of({.source = "linear-synthetic", .task = Task::kBinary}),
            "data set 'linear-synthetic': its target is a number to predict, no class; write "
            "`task: regression`, or leave it out");
  EXPECT_EQ(error_of({.source = "spiral", .task = Task::kBinary}),
            "data set 'spiral': the task is binary, but there are 3 classes; write `task: "
            "classification`, or leave it out");
}

}  // namespace
}  // namespace hpsearch::nn
