// What a run keeps of its winner's predictions.

#include <algorithm>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nn/base/sha256.h"
#include "nn/data/gather.h"
#include "nn/files/safetensors.h"
#include "nn/model/trained_model.h"
#include "reports/winner/winner_predictions.h"
#include "runner/sweep_file/load_data.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kPath = "hpsearch.db.files/sweep1/best.predictions.json";

std::string text_of(const RunFolder& folder) {
  std::ifstream stream(folder.path() / kPath, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

reports::WinnerPredictions predictions_of(const RunFolder& folder) {
  return reports::predictions_of_json(text_of(folder)).value();
}

nn::TrainingData data_of(const RunFolder& folder) {
  return load_data(load_sweep_file((folder.path() / "sweep.yaml").string())).data;
}

// The logits of a row, by plain double loops over the file of weights.
std::vector<double> logits_of(const nn::SafetensorsFile& file, const std::vector<float>& features) {
  std::vector<double> x(features.begin(), features.end());
  for (std::size_t l = 0; l < file.tensors.size(); l += 2) {
    std::vector<double> y(file.tensors[l + 1].values.begin(), file.tensors[l + 1].values.end());
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) {
        y[j] += x[i] * static_cast<double>(file.tensors[l].values[i * y.size() + j]);
      }
    }
    for (double& value : y) {
      value = l + 2 < file.tensors.size() ? std::max(value, 0.0) : value;
    }
    x = std::move(y);
  }
  return x;
}

TEST(Predictions, AreThoseOfTheWeightsThatAreKept) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(folder.run().code, 0);
  const auto p = predictions_of(folder);
  auto file = nn::read_safetensors(folder.path() / "hpsearch.db.files/sweep1/best.safetensors");
  file.tensors = nn::network_weights(std::move(file.tensors));
  const nn::TrainingData data = data_of(folder);
  std::vector<std::vector<std::size_t>> matrix(10, std::vector<std::size_t>(10));
  std::vector<double> losses;
  for (const std::uint32_t row : data.split.test) {
    std::vector<float> features(64);
    nn::gather_rows(*data.dataset, data.scaling, std::vector{row}, features.data(), 64);
    const auto logits = logits_of(file, features);
    const auto largest = std::max_element(logits.begin(), logits.end());
    const std::uint32_t truth = data.dataset->labels[row];
    ++matrix[truth][static_cast<std::size_t>(largest - logits.begin())];
    double sum = 0.0;
    for (const double logit : logits) {
      sum += std::exp(logit - *largest);
    }
    losses.push_back(*largest - logits[truth] + std::log(sum));
  }
  EXPECT_EQ(p.part, "test");
  EXPECT_EQ(p.rows, data.split.test.size());
  EXPECT_EQ(p.matrix, matrix);
  EXPECT_THAT(p.classes, ElementsAre("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"));
  EXPECT_EQ(std::to_string(p.trial) + " " + std::to_string(p.epoch),
            folder.query("SELECT trial || ' ' || best_epoch FROM best_trials"));
  EXPECT_EQ(static_cast<double>(p.correct) / static_cast<double>(p.rows),
            std::stod(folder.query(
                "SELECT printf('%!.17g', value) FROM metrics WHERE name = 'test_accuracy'")));
  std::sort(losses.rbegin(), losses.rend());
  ASSERT_THAT(p.worst, SizeIs(16));
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_NEAR(*p.worst[i].loss, losses[i], 1e-4);
    const auto begin =
        data.dataset->features.begin() + static_cast<std::ptrdiff_t>(p.worst[i].row * 64);
    std::vector<std::uint8_t> pixels(begin, begin + 64);  // 0 to 16: dark, if that were all
    for (std::uint8_t& pixel : pixels) {
      pixel = static_cast<std::uint8_t>(std::lround(255.0 * pixel / 16.0));
    }
    EXPECT_EQ(p.worst[i].pixels, pixels);
    EXPECT_EQ(p.worst[i].truth, std::to_string(data.dataset->labels[p.worst[i].row]));
  }
  EXPECT_EQ(p.image, (nn::ImageShape{8, 8}));
}

TEST(Predictions, AreNotedInTheDatabaseAndShown) {
  const RunFolder folder(small_sweep());
  folder.run();
  const std::string text = text_of(folder);
  EXPECT_EQ(folder.query("SELECT path || ' ' || bytes || ' ' || sha256 FROM artifacts a JOIN "
                         "best_trials USING(trial_id) WHERE a.name = 'predictions'"),
            fmt::format("{} {} {}", kPath, text.size(), nn::sha256_hex(text)));
  const std::string winner = folder.query("SELECT trial FROM best_trials");
  const auto shown = test::run_hpsearch(folder.path(), {"show", winner});
  EXPECT_THAT(shown.out, HasSubstr(" test rows correct; rows are true classes, columns predicted "
                                   "classes\ntrue"));
  const auto json =
      nlohmann::json::parse(test::run_hpsearch(folder.path(), {"show", winner, "--json"}).out);
  EXPECT_EQ(json["predictions"], nlohmann::json::parse(text));
  const std::string other = winner == "0" ? "1" : "0";
  EXPECT_TRUE(nlohmann::json::parse(
                  test::run_hpsearch(folder.path(), {"show", other, "--json"}).out)["predictions"]
                  .is_null());
}

TEST(Predictions, AreOfTheValidationRowsWhereThereAreNoTestRows) {
  std::string yaml = small_sweep();
  yaml.replace(yaml.find("{source: digits}"), 16, "{source: digits, test: none}");
  const RunFolder folder(yaml);
  folder.run();
  const auto p = predictions_of(folder);
  EXPECT_EQ(p.part, "validation");
  EXPECT_EQ(static_cast<double>(p.correct) / static_cast<double>(p.rows),
            std::stod(folder.query("SELECT printf('%!.17g', value) FROM best_trials")));
}

TEST(Predictions, OfANewWinnerTakeThePlaceOfTheOldOnes) {
  const RunFolder folder(small_sweep(1));
  folder.run();
  EXPECT_EQ(predictions_of(folder).trial, 0U);
  folder.write("sweep.yaml", small_sweep(6));
  folder.run();
  const std::string winner = folder.query("SELECT trial FROM best_trials");
  ASSERT_NE(winner, "0");
  EXPECT_EQ(std::to_string(predictions_of(folder).trial), winner);
}

TEST(Predictions, ThatCannotBeWrittenEndNoSweep) {
  const RunFolder folder(small_sweep());
  folder.write(kPath + "/in/the/way", "");
  const auto result = folder.run({"--quiet"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err, "the winner's predictions were not kept: " + kPath +
                            ": cannot be written: Is a directory; check that the folder exists and "
                            "that you may write to it\n");
  EXPECT_EQ(folder.query("SELECT group_concat(name) FROM artifacts"), "weights");
  EXPECT_THAT(result.out, HasSubstr("\nweights: "));
}

TEST(Predictions, OfARegressionAreInTheUnitOfItsTarget) {
  std::string csv = "x,length\n";
  for (int i = 0; i < 60; ++i) {
    csv += fmt::format("{},{}\n", i, 1000 + 3 * i);
  }
  const RunFolder folder(
      "name: lengths\n"
      "run_cap: 1\n"
      "dataset: {source: lengths.csv}\n"
      "model: {hidden: []}\n"
      "training: {epochs: 1}\n");
  folder.write("lengths.csv", csv);
  ASSERT_EQ(folder.run().code, 0);
  const auto p = predictions_of(folder);
  EXPECT_EQ(p.task, "regression");
  EXPECT_THAT(p.matrix, IsEmpty());
  EXPECT_THAT(p.targets, ElementsAre("length"));
  ASSERT_FALSE(p.worst.empty());
  const nn::TrainingData data = data_of(folder);
  double squares = 0.0;
  for (const auto& row : p.worst) {
    ASSERT_THAT(row.true_values, ElementsAre(1000.0 + 3.0 * static_cast<double>(row.row)));
    const double error = row.predicted_values.at(0) - row.true_values[0];
    squares += error * error;
    EXPECT_NEAR(*row.loss, error * error / std::pow(data.targets[0].deviation, 2), 1e-3);
  }
  if (p.worst.size() == p.rows) {  // all of them: the part's rmse
    EXPECT_NEAR(std::sqrt(squares / static_cast<double>(p.rows)),
                std::stod(folder.query("SELECT value FROM metrics WHERE name = 'test_rmse'")),
                1e-3);
  }
}

TEST(Predictions, OfManyClassesStaySmall) {
  std::string csv = "x,y,class\n";
  for (int i = 0; i < 3000; ++i) {
    csv += fmt::format("{},{},{}{}\n", i % 150, i, std::string(300, 'n'), i % 150);
  }
  const RunFolder folder(
      "name: many\n"
      "run_cap: 1\n"
      "dataset: {source: many.csv}\n"
      "model: {hidden: []}\n"
      "training: {epochs: 1}\n");
  folder.write("many.csv", csv);
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  const auto p = predictions_of(folder);
  EXPECT_THAT(p.matrix, IsEmpty());
  EXPECT_THAT(p.classes, IsEmpty());
  EXPECT_THAT(p.confusions, SizeIs(50));
  EXPECT_LT(text_of(folder).size(), 40'000U);
}

TEST(WeightsPicture, IsWrittenFromTheWeightsAlone) {
  const RunFolder folder(small_sweep());
  folder.run();
  std::filesystem::remove(folder.path() / "sweep.yaml");
  const auto result = folder.report({"--weights-png", "w.png"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(
      result.out,
      testing::MatchesRegex(
          "w.png: weights of 16 of 16 units, 8 x 8 pixels each; smoothness [-0-9.e]+ .*\n"));
  std::ifstream file(folder.path() / "w.png", std::ios::binary);
  std::string begin(8, ' ');
  file.read(begin.data(), 8);
  EXPECT_EQ(begin, "\x89PNG\r\n\x1a\n");
  const auto again = folder.report({"--weights-png", "w.png"});
  EXPECT_EQ(again.code, 2);
  EXPECT_EQ(again.err, "hpsearch: w.png: already exists; choose another name with --weights-png\n");
  EXPECT_EQ(folder.report({"--weights-png", "a.png", "--json"}).code, 2);
}

TEST(WeightsPicture, IsNotOfWhatIsNoImage) {
  std::string yaml = small_sweep(1);
  yaml.replace(yaml.find("{source: digits}"), 16, "{source: digits, preprocess: pca_whiten}");
  const RunFolder folder(yaml);
  folder.run();
  const auto result = folder.report({"--weights-png", "w.png"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("does not declare its features to be image pixels"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "w.png"));
}

}  // namespace
}  // namespace hpsearch::runner
