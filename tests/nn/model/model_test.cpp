// A model predicts what training evaluated: over tasks, preprocessing, precision and data.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/settings/precision.h"
#include "tests/nn/files/idx_files.h"
#include "tests/nn/model/model_runs.h"

namespace hpsearch::nn {
namespace {

using testing::HasSubstr;

// A table of numbers, missing values, texts and dates, with a target for each task.
std::string made_csv(std::size_t rows, const std::string& task, std::uint64_t seed) {
  std::uint64_t state = seed;
  const auto below = [&](std::uint64_t n) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33U) % n;
  };
  const std::vector<std::string> cities{"Rome", "Oslo", "Bern"};
  std::string text = task == "several" ? "a,price,city,day,u,v\n" : "a,price,city,day,y\n";
  for (std::size_t row = 0; row < rows; ++row) {
    const double a = static_cast<double>(below(1000)) / 100.0 - 5.0;
    const std::size_t city = below(3);
    const std::uint64_t price = 1000 + below(9000);
    text += below(9) == 0 ? "NA" : fmt::format("{}", a);
    text += fmt::format(",\"${},{:03}.5\",{},2024-{:02}-{:02}", price / 1000, price % 1000,
                        cities[city], 1 + below(12), 1 + below(28));
    const double y = a * 3.0 + static_cast<double>(price) / 1000.0 + static_cast<double>(city);
    text += task == "regression" ? fmt::format(",{}\n", 1e6 + y)
            : task == "several"  ? fmt::format(",{},{}\n", y, -2.0 * a)
            : task == "binary"   ? fmt::format(",{}\n", y > 6.0 ? "yes" : "no")
                                 : fmt::format(",{}\n", y > 12.0  ? "high"
                                                        : y > 4.0 ? "middle"
                                                                  : "low");
  }
  return text;
}

TrainingData table_data(const test::TempFolder& folder,
                        const std::string& task,
                        Preprocess preprocess) {
  folder.write("train.csv", made_csv(300, task, 1));
  folder.write("new.csv", made_csv(90, task, 2));
  DatasetSource source{.source = "train.csv", .base_folder = folder.path()};
  source.validation_file = "new.csv";
  if (task == "several") {
    source.target = "u";
    source.further_targets = {"v"};
  }
  auto dataset = std::make_shared<const Dataset>(load_dataset(source));
  SplitSpec split;
  split.test = PartSize::none();
  return prepare(dataset, split, preprocess);
}

TEST(Model, EvaluatesTablesAsTrainingDid) {
  for (const std::string task : {"regression", "several", "binary", "classification"}) {
    for (const Preprocess preprocess : kAllPreprocessing) {
      SCOPED_TRACE(task + ", " + std::string(name_of(preprocess)));
      const test::TempFolder folder;
      expect_model_evaluates(table_data(folder, task, preprocess), preprocess,
                             {{"batch_norm", true}}, folder, folder.path() / "new.csv");
    }
  }
}

TEST(Model, EvaluatesRobustTablesAndEmbeddingsAsTrainingDid) {
  for (const Preprocess preprocess :
       {Preprocess::kRobust, Preprocess::kStandardize, Preprocess::kPcaWhiten}) {
    for (const bool scaling : {false, true}) {
      SCOPED_TRACE(fmt::format("{}, {}", name_of(preprocess), scaling));
      const test::TempFolder folder;
      expect_model_evaluates(table_data(folder, "several", preprocess), preprocess,
                             {{"embedding", std::string(scaling ? "ple" : "ple_pbld")},
                              {"frequencies", std::int64_t{7}},
                              {"bins", std::int64_t{5}},
                              {"scaling", scaling}},
                             folder, folder.path() / "new.csv");
    }
  }
}

TEST(Model, EvaluatesEverySettingOfANetworkAsTrainingDid) {
  const std::vector<SettingMap> networks{
      {{"scaling", true}, {"parametrization", std::string("ntk")}},
      {{"clip_predictions", true}, {"activation", std::string("mish")}},
      {{"activation", std::string("maxout")}, {"batch_norm", true}, {"bias", false}},
      {{"batch_size", std::string("full")}, {"input_dropout", 0.1}}};
  for (std::size_t i = 0; i < networks.size(); ++i) {
    SCOPED_TRACE(i);
    const test::TempFolder folder;
    expect_model_evaluates(table_data(folder, "several", Preprocess::kStandardize),
                           Preprocess::kStandardize, networks[i], folder,
                           folder.path() / "new.csv");
  }
}

TEST(Model, EvaluatesInThePrecisionThatTrained) {
  if (!bfloat16_objection().empty()) {
    GTEST_SKIP() << bfloat16_objection();
  }
  for (const std::string task : {"regression", "classification"}) {
    SCOPED_TRACE(task);
    const test::TempFolder folder;
    expect_model_evaluates(table_data(folder, task, Preprocess::kStandardize),
                           Preprocess::kStandardize, {{"precision", std::string("bf16")}}, folder,
                           folder.path() / "new.csv");
  }
}

TEST(Model, TakesColumnsInAnyOrderAndMoreOfThem) {
  const test::TempFolder folder;
  const TrainingData data = table_data(folder, "regression", Preprocess::kStandardize);
  Trainer trainer(small_settings({}), data, 3);
  trainer.train_epoch();
  const TrainedModel model = model_of(trainer.network(), small_settings({}), data);
  const Evaluation truth = *trainer.evaluate(data.split.validation);
  // Quoted cells stay whole when a line is cut at separators outside of quotes.
  const auto cells_of = [](const std::string& line) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (const char c : line) {
      quoted = quoted != (c == '"');
      if (c == ',' && !quoted) {
        cells.emplace_back();
      } else {
        cells.back() += c;
      }
    }
    return cells;
  };
  std::vector<std::size_t> order{0, 1, 2, 3, 4};
  do {
    std::string text;
    std::size_t line_begin = 0;
    const std::string csv = folder.read("new.csv");
    while (line_begin < csv.size()) {
      const std::size_t end = csv.find('\n', line_begin);
      const auto cells = cells_of(csv.substr(line_begin, end - line_begin));
      text += text.empty() ? "more" : "x";
      for (const std::size_t c : order) {
        text += "," + cells[c];
      }
      text += "\n";
      line_begin = end + 1;
    }
    expect_same(evaluate_file(model, folder.write("shuffled.csv", text)), truth);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Model, FilesOfOlderVersionsSayHowToGetANewOne) {
  const test::TempFolder folder;
  const std::vector<float> values{1.0F, 2.0F};
  const std::vector<NamedTensor> tensors{{"layers.0.weight", {2, 1}, values, 1}};
  write_safetensors(folder.path() / "old", tensors, {{"tool", "hpsearch 0.1.0"}});
  EXPECT_THAT(test::data_error_of([&] { load_model(folder.path() / "old"); }),
              HasSubstr("old: was written by an older version (hpsearch 0.1.0), which did not keep "
                        "the preprocessing's numbers; train it again with this version: "));
  write_safetensors(folder.path() / "other", tensors, {});
  EXPECT_THAT(test::data_error_of([&] { load_model(folder.path() / "other"); }),
              HasSubstr("is no model of hpsearch"));
  write_safetensors(folder.path() / "newer", tensors, {{"model", "3"}});
  EXPECT_THAT(test::data_error_of([&] { load_model(folder.path() / "newer"); }),
              HasSubstr("is a model of version '3', but this program reads versions 1 and 2"));
  write_safetensors(folder.path() / "torn", tensors, {{"model", "1"}, {"task", "binary"}});
  EXPECT_THAT(test::data_error_of([&] { load_model(folder.path() / "torn"); }),
              HasSubstr("its metadata have no 'target_names'"));
}

// Of a linear model of two numbers.
TensorMetadata plain_metadata() {
  return {{"model", "1"},
          {"task", "regression"},
          {"target_names", "[]"},
          {"training_target", R"({"mean":[0.0]})"},
          {"target_scaling", R"({"mean":[0.0],"deviation":[1.0]})"},
          {"features", "2"},
          {"preprocess", "none"},
          {"scaling", R"({"numbers":"real","centre":[0,0],"factor":[1,1],"fill":[0,0]})"},
          {"products", R"({"batch_rows":1,"evaluation_rows":1})"},
          {"settings", R"({"hidden":[]})"},
          {"precision", "f32"}};
}

TEST(Model, CraftedFilesAreRefused) {
  const test::TempFolder folder;
  const std::vector<float> values{1.0F, 2.0F};
  const std::vector<NamedTensor> tensors{{"layers.0.weight", {2, 1}, values, 1}};
  const TensorMetadata plain = plain_metadata();
  const auto fault = [&](const std::string& key, const std::string& text) {
    TensorMetadata metadata = plain;
    metadata[key] = text;
    write_safetensors(folder.path() / "m", tensors, metadata);
    return test::data_error_of([&] { load_model(folder.path() / "m"); });
  };
  write_safetensors(folder.path() / "m", tensors, plain);
  EXPECT_EQ(load_model(folder.path() / "m").inputs.features, 2U);
  EXPECT_THAT(fault("features", "-1"), HasSubstr("do not fit together"));
  EXPECT_THAT(fault("features", "1000000000000000"), HasSubstr("do not fit together"));
  EXPECT_THAT(fault("target_names", R"(["a","b"])"), HasSubstr("do not fit together"));
  EXPECT_THAT(fault("settings",
                    R"({"hidden":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}"),
              HasSubstr("a list of lists"));
}

TEST(Model, CraftedBinsAreRefused) {
  const test::TempFolder folder;
  const std::vector<float> weights(4);
  const auto fault = [&](const std::vector<float>& edges, const std::string& bins) {
    const std::vector<NamedTensor> tensors{{"layers.0.weight", {4, 1}, weights, 1},
                                           {"preprocess.edges", {edges.size()}, edges, 1}};
    TensorMetadata metadata = plain_metadata();
    metadata["settings"] = R"({"hidden":[],"embedding":"ple"})";
    metadata["bins"] = bins;
    write_safetensors(folder.path() / "m", tensors, metadata);
    return test::data_error_of([&] { load_model(folder.path() / "m"); });
  };
  const std::string good = R"({"inputs":[1],"edges":[3]})";
  EXPECT_EQ(fault({0, 1, 2}, good), "(no DataError)");
  EXPECT_EQ(load_model(folder.path() / "m").inputs.binned.front().edges.back(), 2.0F);
  EXPECT_THAT(fault({0, 2, 1}, good), HasSubstr("its bins are damaged"));
  EXPECT_THAT(fault({0, 1, 1}, good), HasSubstr("its bins are damaged"));
  EXPECT_THAT(fault({0, NAN, 1}, good), HasSubstr("its bins are damaged"));
  EXPECT_THAT(fault({0, 1, INFINITY}, good), HasSubstr("its bins are damaged"));
  EXPECT_THAT(fault({0, 1}, good), HasSubstr("its bins are damaged"));
  EXPECT_THAT(fault({0, 1, 2, 3}, good), HasSubstr("its bins are damaged"));
  EXPECT_THAT(fault({0, 1, 2}, R"({"inputs":[1],"edges":[-3]})"), HasSubstr("damaged"));
  EXPECT_THAT(fault({0, 1, 2}, R"({"inputs":[2],"edges":[3]})"), HasSubstr("do not fit together"));
  EXPECT_THAT(fault({0, 1, 2}, R"({"inputs":[],"edges":[3]})"), HasSubstr("not what this version"));
}

TEST(ModelJudge, ItsBaselineIsTheTrainingRowsAnswer) {
  const test::TempFolder folder;
  const TrainingData data = table_data(folder, "regression", Preprocess::kStandardize);
  Trainer trainer(small_settings({}), data, 3);
  const TrainedModel model = model_of(trainer.network(), small_settings({}), data);
  double mean = 0.0;
  for (const std::uint32_t row : data.split.train) {
    mean += data.dataset->targets[row] / 300.0;
  }
  double squares = 0.0;
  for (const std::uint32_t row : data.split.validation) {
    squares += (data.dataset->targets[row] - mean) * (data.dataset->targets[row] - mean) / 90.0;
  }
  const auto source =
      open_rows(folder.path() / "new.csv", model, {.targets = true, .keep = {}, .sizes = {}});
  Predictor predictor(model);
  ModelJudge judge(model);
  RowBlock block;
  while (source->next(block)) {
    predictor.predict(block.rows, [&](std::size_t first, std::size_t count, const float* outputs,
                                      std::size_t stride) {
      judge.add(block.rows, first, count, outputs, stride);
    });
  }
  EXPECT_EQ(judge.rows(), 90U);
  EXPECT_NEAR(judge.baseline().rmse, std::sqrt(squares), 1e-5);
}

}  // namespace
}  // namespace hpsearch::nn
