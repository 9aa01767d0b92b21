// A model predicts arrays as training evaluated them: IDX files, .npy and .npz.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/data/array_files.h"
#include "tests/nn/files/idx_files.h"
#include "tests/nn/model/model_runs.h"

namespace hpsearch::nn {
namespace {

using testing::HasSubstr;

// Images 3 x 4 whose label is the brightest quarter; as IDX files and as .npz.
struct Images {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
};

std::string idx_file(const std::vector<std::uint32_t>& sizes,
                     const std::vector<std::uint8_t>& values) {
  return test::idx_header(sizes) + std::string(values.begin(), values.end());
}

Images made_images(std::size_t rows, unsigned seed) {
  Images images;
  unsigned state = seed;
  for (std::size_t row = 0; row < rows; ++row) {
    const unsigned label = static_cast<unsigned>(row % 3);
    for (unsigned pixel = 0; pixel < 12; ++pixel) {
      state = state * 1664525U + 1013904223U;
      images.pixels.push_back(
          static_cast<std::uint8_t>((state >> 24U) / 2 + (pixel / 4 == label ? 100 : 0)));
    }
    images.labels.push_back(static_cast<std::uint8_t>(label));
  }
  return images;
}

TEST(ModelArrays, EvaluatesIdxFilesAsTrainingDid) {
  for (const Preprocess preprocess : kAllPreprocessing) {
    SCOPED_TRACE(name_of(preprocess));
    const test::TempFolder folder;
    const Images train = made_images(240, 1);
    const Images rest = made_images(75, 2);
    folder.write("f/train-images-idx3-ubyte", idx_file({240, 3, 4}, train.pixels));
    folder.write("f/train-labels-idx1-ubyte", idx_file({240}, train.labels));
    folder.write("f/t10k-images-idx3-ubyte", idx_file({75, 3, 4}, rest.pixels));
    folder.write("f/t10k-labels-idx1-ubyte", idx_file({75}, rest.labels));
    auto dataset = std::make_shared<const Dataset>(
        load_dataset({.source = "f", .base_folder = folder.path()}));
    SplitSpec split;
    split.validation = PartSize::source_test();
    split.test = PartSize::none();
    const TrainingData data = prepare(dataset, split, preprocess);
    expect_model_evaluates(data, preprocess, {}, folder, folder.path() / "f");
  }
}

std::string float_bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// Rows of four numbers, some of them missing, and as many targets.
struct Numbers {
  std::vector<float> x;
  std::vector<float> y;
};

Numbers made_numbers(std::size_t rows, std::size_t targets, unsigned state) {
  Numbers made;
  const auto draw = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<float>(state >> 8U) / 16777216.0F - 0.5F;
  };
  for (std::size_t row = 0; row < rows; ++row) {
    float sum = 0.0F;
    for (int c = 0; c < 4; ++c) {
      const float value = draw() * static_cast<float>(c + 1);
      made.x.push_back(draw() > 0.4F ? std::nanf("") : value);
      sum += value;
    }
    for (std::size_t t = 0; t < targets; ++t) {
      made.y.push_back(sum * static_cast<float>(t + 1) + draw());
    }
  }
  return made;
}

TEST(ModelArrays, EvaluatesArraysAsTrainingDid) {
  const auto shape = [](std::size_t rows, std::size_t columns) {
    return fmt::format("({}, {})", rows, columns);
  };
  for (const std::size_t targets : {1U, 2U}) {
    for (const Preprocess preprocess : kAllPreprocessing) {
      SCOPED_TRACE(fmt::format("{} targets, {}", targets, name_of(preprocess)));
      const test::TempFolder folder;
      const Numbers train = made_numbers(200, targets, 1);
      const Numbers rest = made_numbers(70, targets, 2);
      folder.write(
          "a.npz",
          test::zip({{"x_train.npy", test::npy("<f4", shape(200, 4), float_bytes(train.x))},
                     {"y_train.npy", test::npy("<f4", shape(200, targets), float_bytes(train.y))},
                     {"x_test.npy", test::npy("<f4", shape(70, 4), float_bytes(rest.x))},
                     {"y_test.npy", test::npy("<f4", shape(70, targets), float_bytes(rest.y))}}));
      SplitSpec split;
      split.validation = PartSize::source_test();
      split.test = PartSize::none();
      auto dataset = std::make_shared<const Dataset>(load_dataset(
          {.source = "a.npz", .base_folder = folder.path(), .task = Task::kRegression}));
      const SettingMap bins{{"embedding", std::string("ple_pbld")}, {"bins", std::int64_t{6}}};
      expect_model_evaluates(prepare(dataset, split, preprocess), preprocess,
                             targets == 2 ? bins : SettingMap(), folder, folder.path() / "a.npz");
    }
  }
}

// The target stands among the columns of the array.
TEST(ModelArrays, EvaluatesAnArrayWithItsTargetAsTrainingDid) {
  const test::TempFolder folder;
  const Numbers made = made_numbers(300, 1, 5);
  std::vector<float> values;
  for (std::size_t row = 0; row < 300; ++row) {
    values.insert(values.end(), {made.x[4 * row], made.y[row], made.x[4 * row + 1]});
  }
  const auto write = [&](const std::string& name, std::size_t first, std::size_t rows) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(3 * first);
    const std::vector<float> some(begin, begin + static_cast<std::ptrdiff_t>(3 * rows));
    folder.write(name, test::npy("<f4", fmt::format("({}, 3)", rows), float_bytes(some)));
  };
  write("all.npy", 0, 300);
  DatasetSource source{.source = "all.npy", .base_folder = folder.path()};
  source.target = std::uint64_t{1};
  source.task = Task::kRegression;
  auto dataset = std::make_shared<const Dataset>(load_dataset(source));
  Split split;
  for (std::uint32_t row = 0; row < 300; ++row) {
    (row < 220 ? split.train : split.validation).push_back(row);
  }
  write("rest.npy", 220, 80);
  expect_model_evaluates(prepare_split(dataset, split, Preprocess::kStandardize),
                         Preprocess::kStandardize, {}, folder, folder.path() / "rest.npy");
}

TEST(ModelArrays, PredictsArraysOfOtherTypesAlike) {
  const test::TempFolder folder;
  const Images images = made_images(60, 3);
  folder.write("f/images-idx3-ubyte", idx_file({60, 3, 4}, images.pixels));
  folder.write("f/labels-idx1-ubyte", idx_file({60}, images.labels));
  SplitSpec split;
  split.test = PartSize::none();
  auto dataset =
      std::make_shared<const Dataset>(load_dataset({.source = "f", .base_folder = folder.path()}));
  const TrainingData data = prepare(dataset, split, Preprocess::kMeanImage);
  Trainer trainer(small_settings({}), data, 3);
  trainer.train_epoch();
  const TrainedModel model = model_of(trainer.network(), small_settings({}), data);
  std::string csv;
  std::vector<float> floats;
  for (std::size_t i = 0; i < images.pixels.size(); ++i) {
    csv += fmt::format("{}{}", images.pixels[i], i % 12 == 11 ? "\n" : ",");
    floats.push_back(static_cast<float>(images.pixels[i]));
  }
  const std::string bytes(images.pixels.begin(), images.pixels.end());
  const auto outputs_of = [&](const std::filesystem::path& path) {
    const auto source = open_rows(path, model, {});
    Predictor predictor(model);
    std::vector<float> all;
    RowBlock block;
    while (source->next(block)) {
      predictor.predict(block.rows, [&](std::size_t, std::size_t count, const float* outputs,
                                        std::size_t stride) {
        for (std::size_t row = 0; row < count; ++row) {
          all.insert(all.end(), outputs + row * stride, outputs + row * stride + 3);
        }
      });
    }
    return all;
  };
  const std::vector<float> truth = outputs_of(folder.path() / "f");
  EXPECT_EQ(truth.size(), 180U);
  EXPECT_EQ(outputs_of(folder.path() / "f/images-idx3-ubyte"), truth);
  EXPECT_EQ(outputs_of(folder.write("b.npy", test::npy("|u1", "(60, 3, 4)", bytes))), truth);
  EXPECT_EQ(outputs_of(folder.write("f.npy", test::npy("<f4", "(60, 12)", float_bytes(floats)))),
            truth);
  EXPECT_EQ(outputs_of(folder.write("t.csv", csv)), truth);
  floats[20] = 0.5F;
  EXPECT_THAT(
      [&] {
        const auto source = open_rows(
            folder.write("g.npy", test::npy("<f4", "(60, 12)", float_bytes(floats))), model, {});
        RowBlock block;
        source->next(block);
        return block.faults;
      }(),
      testing::ElementsAre(HasSubstr("g.npy: row 1, column 8: the model was trained on whole "
                                     "numbers from 0 to 255")));
}

}  // namespace
}  // namespace hpsearch::nn
