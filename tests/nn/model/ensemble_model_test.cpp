// A model of several networks predicts the mean of what they predict alone.
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/fold_split.h"
#include "nn/files/safetensors.h"
#include "tests/nn/files/idx_files.h"
#include "tests/nn/model/model_runs.h"

namespace hpsearch::nn {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kRows = 120;

// Two columns and a target for each task.
std::shared_ptr<const Dataset> made_data(Task task) {
  Dataset data;
  data.name = "made";
  data.task = task;
  data.rows = kRows;
  data.columns = 2;
  data.classes = task == Task::kRegression ? 0 : task == Task::kBinary ? 2 : 3;
  for (std::size_t row = 0; row < kRows; ++row) {
    const double x = std::sin(1.7 * static_cast<double>(row));
    const double y = std::cos(0.3 * static_cast<double>(row * row % 101));
    data.real_features.push_back(static_cast<float>(x));
    data.real_features.push_back(static_cast<float>(y));
    if (task == Task::kRegression) {
      data.targets.push_back(1000.0 + 50.0 * x + 20.0 * y);
    } else {
      data.labels.push_back(x + y > 0.5 ? 1U : data.classes == 3 && x < -0.5 ? 2U : 0U);
    }
  }
  return std::make_shared<const Dataset>(std::move(data));
}

std::string settings_text(int width) {
  return fmt::format(R"({{"hidden":[{}],"epochs":3,"batch_size":16,"learning_rate":0.05}})", width);
}

// A network for each of three folds, of different widths and shares.
TrainedModel made_ensemble(const TrainingData& data) {
  TrainedModel model;
  model.shares = {0.5, 0.3, 0.2};
  for (std::size_t f = 0; f < 3; ++f) {
    const Settings settings = make_settings({{"hidden", ValueList{std::int64_t(5 + f)}},
                                             {"epochs", std::int64_t{3}},
                                             {"batch_size", std::int64_t{16}},
                                             {"learning_rate", 0.05}});
    Trainer trainer(settings, *data.folds[f], 40 + f);
    for (int epoch = 0; epoch < 3; ++epoch) {
      trainer.train_epoch();
    }
    TrainedModel member = model_of(trainer.network(), settings, *data.folds[f]);
    member.metadata["settings"] = settings_text(static_cast<int>(5 + f));
    member.metadata["trial"] = "7";
    member.metadata["fold"] = std::to_string(f);
    model.members.push_back(std::move(member));
  }
  const TrainedModel& first = model.members.front();
  model.settings = first.settings;
  model.precision = first.precision;
  model.products = first.products;
  model.inputs = first.inputs;
  model.target = target_of(data);
  return model;
}

Dataset features_of(const TrainingData& data) {
  Dataset rows;
  rows.rows = data.dataset->rows;
  rows.columns = data.dataset->columns;
  rows.real_features = data.dataset->real_features;
  return rows;
}

std::vector<double> predict(const TrainedModel& model, const Dataset& rows) {
  const std::size_t width =
      model.target.task == Task::kRegression ? model.target.targets() : model.target.classes.size();
  std::vector<double> all;
  std::vector<double> values(width);
  Predictor(model).predict(
      rows, [&](std::size_t first, std::size_t count, const float* outputs, std::size_t stride) {
        EXPECT_EQ(first * width, all.size());
        for (std::size_t i = 0; i < count; ++i) {
          read_outputs(model.target, outputs + i * stride, values);
          all.insert(all.end(), values.begin(), values.end());
        }
      });
  return all;
}

class EnsembleModel : public testing::TestWithParam<Task> {
 protected:
  TrainingData data =
      prepare_folds(made_data(GetParam()), split_folds(*made_data(GetParam()), {}, 3));
  TrainedModel model = made_ensemble(data);

  TensorMetadata metadata() const {
    TensorMetadata all = metadata_of(model, Preprocess::kStandardize);
    all["settings"] = settings_text(5);
    return all;
  }
};

TEST_P(EnsembleModel, PredictsTheWeightedMeanOfItsNetworks) {
  const Dataset rows = features_of(data);
  const std::vector<double> mean = predict(model, rows);
  std::vector<double> expected(mean.size());
  for (std::size_t m = 0; m < 3; ++m) {
    const std::vector<double> alone = predict(model.members[m], rows);
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] += model.shares[m] * alone[i];
    }
  }
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(mean[i], expected[i], 1e-6 * std::max(1.0, std::abs(expected[i]))) << i;
  }
}

TEST_P(EnsembleModel, IsTheSameAfterItsFile) {
  const test::TempFolder folder;
  const auto path = folder.path() / "m.safetensors";
  write_model(path, model, metadata());
  const TrainedModel read = load_model(path);
  ASSERT_EQ(read.members.size(), 3U);
  EXPECT_EQ(read.shares, model.shares);
  EXPECT_EQ(read.members[2].metadata.at("fold"), "2");
  EXPECT_EQ(predict(read, features_of(data)), predict(model, features_of(data)));
}

INSTANTIATE_TEST_SUITE_P(Tasks,
                         EnsembleModel,
                         testing::Values(Task::kClassification, Task::kBinary, Task::kRegression),
                         [](const auto& test) { return std::string(to_text(test.param)); });

// What somebody has changed in the file is refused, and never read as another model.
TEST(EnsembleFile, RefusesWhatDoesNotFitTogether) {
  const auto data =
      prepare_folds(made_data(Task::kBinary), split_folds(*made_data(Task::kBinary), {}, 3));
  TrainedModel model = made_ensemble(data);
  TensorMetadata metadata = metadata_of(model, Preprocess::kStandardize);
  metadata["settings"] = settings_text(5);
  const test::TempFolder folder;
  const auto path = folder.path() / "m.safetensors";
  const auto error_of = [&](const std::vector<double>& shares) {
    model.shares = shares;
    write_model(path, model, metadata);
    return test::data_error_of([&] { load_model(path); });
  };
  EXPECT_THAT(error_of({0.5, 0.3, 0.3}), HasSubstr("do not add up to 1"));
  EXPECT_THAT(error_of({1.2, 0.3, -0.5}), HasSubstr("not above 0"));
  model.shares = {0.5, 0.3, 0.2};
  write_model(path, model, metadata);
  SafetensorsFile file = read_safetensors(path);
  const auto refused = [&](const std::string& members) {
    TensorMetadata changed = file.metadata;
    changed["members"] = members;
    write_safetensors(path, named_tensors(file.tensors), changed);
    return test::data_error_of([&] { load_model(path); });
  };
  EXPECT_THAT(refused("[]"), HasSubstr("damaged"));
  EXPECT_THAT(refused("nonsense"), HasSubstr("damaged"));
  EXPECT_THAT(refused("[{\"share\": 1.0}]"), HasSubstr("not what this version"));
}

}  // namespace
}  // namespace hpsearch::nn
