// What a run keeps of its winner's weights.

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "nn/base/sha256.h"
#include "nn/data/gather.h"
#include "nn/files/safetensors.h"
#include "nn/model/trained_model.h"
#include "nn/settings/settings.h"
#include "runner/sweep_file/load_data.h"
#include "search/space/space.h"
#include "test_locations.h"
#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

const std::string kPath = "hpsearch.db.files/sweep1/best.safetensors";

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

nn::SafetensorsFile weights_of(const RunFolder& folder, const std::string& path = kPath) {
  nn::SafetensorsFile file = nn::read_safetensors(folder.path() / path);
  file.tensors = nn::network_weights(std::move(file.tensors));
  return file;
}

TEST(Weights, OfTheWinnerLieBesideTheDatabase) {
  const RunFolder folder(small_sweep());
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("again"))) << "its training has kept them";
  EXPECT_THAT(result.out, HasSubstr("\nweights: " + kPath + "\n"));
  const nn::SafetensorsFile file = weights_of(folder);
  ASSERT_EQ(file.tensors.size(), 4U);
  const char* names[] = {"layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"};
  const std::vector<std::size_t> shapes[] = {{64, 16}, {16}, {16, 10}, {10}};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(file.tensors[i].name, names[i]);
    EXPECT_EQ(file.tensors[i].shape, shapes[i]);
  }
  auto said = file.metadata;
  EXPECT_EQ(said["tool"], "hpsearch 0.2.0");
  EXPECT_EQ(said["layout"], "weight is [in][out]: y = x weight + bias");
  EXPECT_EQ(said["sweep"], "small");
  EXPECT_EQ(said["trial"] + " " + said["epoch"] + " " + said["seed"],
            folder.query("SELECT trial || ' ' || best_epoch || ' ' || seed FROM best_trials"));
  EXPECT_EQ(said["metric"], "val_accuracy");
  EXPECT_EQ(said["task"], "classification");
  EXPECT_EQ(said["preprocess"], "unit");
  EXPECT_EQ(said["image"], "[8,8]");
  EXPECT_EQ(said["classes"], R"(["0","1","2","3","4","5","6","7","8","9"])");
  const nn::Settings settings = nn::make_settings(search::parse_params_json(said["settings"]));
  EXPECT_THAT(settings.hidden, ElementsAre(16));
  EXPECT_EQ(settings.momentum, 0.9) << "a default";
  EXPECT_EQ(settings.learning_rate,
            std::stod(folder.query("SELECT printf('%!.17g', p.value) FROM params p JOIN "
                                   "best_trials USING(trial_id) WHERE name = 'learning_rate'")));
  EXPECT_EQ(std::stod(said["value"]),
            std::stod(folder.query("SELECT printf('%!.17g', value) FROM best_trials")));
}

TEST(Weights, AreNotedInTheDatabaseAndReported) {
  const RunFolder folder(small_sweep());
  folder.run();
  const std::string bytes = bytes_of(folder.path() / kPath);
  const std::string sum = nn::sha256_hex(bytes);
  EXPECT_EQ(folder.query("SELECT a.name || ' ' || path || ' ' || bytes || ' ' || sha256 FROM "
                         "artifacts a JOIN best_trials USING(trial_id) WHERE a.name = 'weights'"),
            fmt::format("weights {} {} {}", kPath, bytes.size(), sum));
  EXPECT_THAT(folder.report().out, HasSubstr("\nweights: " + kPath + "\n"));
  EXPECT_THAT(folder.report({"--best"}).out, HasSubstr("# weights         " + kPath + "\n"));
  const auto json = nlohmann::json::parse(folder.report({"--json"}).out);
  EXPECT_EQ(json["weights"],
            (nlohmann::json{{"path", kPath}, {"bytes", bytes.size()}, {"sha256", sum}}));
  // Named from where the database is named from.
  const std::string database = (folder.path() / "hpsearch.db").string();
  EXPECT_THAT(folder.report({"--db", database}).out,
              HasSubstr("\nweights: " + (folder.path() / kPath).string() + "\n"));
}

// A forward pass in plain double loops over the file's tensors.
std::size_t predicted_class(const nn::SafetensorsFile& file, const std::vector<float>& features) {
  std::vector<double> x(features.begin(), features.end());
  for (std::size_t l = 0; l < file.tensors.size(); l += 2) {
    const auto& weight = file.tensors[l];
    std::vector<double> y(file.tensors[l + 1].values.begin(), file.tensors[l + 1].values.end());
    for (std::size_t i = 0; i < x.size(); ++i) {
      for (std::size_t j = 0; j < y.size(); ++j) {
        y[j] += x[i] * static_cast<double>(weight.values[i * y.size() + j]);
      }
    }
    if (l + 2 < file.tensors.size()) {
      std::transform(y.begin(), y.end(), y.begin(), [](double v) { return std::max(v, 0.0); });
    }
    x = std::move(y);
  }
  return static_cast<std::size_t>(std::max_element(x.begin(), x.end()) - x.begin());
}

TEST(Weights, ReachTheTestMetricThatIsReported) {
  const RunFolder folder(small_sweep());
  folder.run();
  const nn::SafetensorsFile file = weights_of(folder);
  const nn::TrainingData data =
      load_data(load_sweep_file((folder.path() / "sweep.yaml").string())).data;
  std::size_t correct = 0;
  for (const std::uint32_t row : data.split.test) {
    std::vector<float> features(64);
    nn::gather_rows(*data.dataset, data.scaling, std::vector{row}, features.data(), 64);
    correct += predicted_class(file, features) == data.dataset->labels[row] ? 1U : 0U;
  }
  EXPECT_EQ(static_cast<double>(correct) / static_cast<double>(data.split.test.size()),
            std::stod(folder.query(
                "SELECT printf('%!.17g', value) FROM metrics WHERE name = 'test_accuracy'")));
}

TEST(Weights, AreTheSameBitsWhereTheWinnerIsTrainedAgain) {
  const RunFolder folder(small_sweep());
  folder.run();
  folder.write("best.yaml", folder.report({"--best"}).out);
  test::run_hpsearch(folder.path(), {"run", "best.yaml", "--db", "best.db"});
  const nn::SafetensorsFile file = weights_of(folder);
  const nn::SafetensorsFile again = weights_of(folder, "best.db.files/sweep1/best.safetensors");
  ASSERT_EQ(again.tensors.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(again.tensors[i].values, file.tensors[i].values) << file.tensors[i].name;
  }
}

TEST(Weights, AreKeptWhereThereIsNoTestPart) {
  std::string yaml = small_sweep();
  yaml.replace(yaml.find("{source: digits}"), 16, "{source: digits, test: none}");
  const RunFolder folder(yaml);
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, Not(HasSubstr("again")));
  EXPECT_THAT(result.out, Not(HasSubstr("test: ")));
  EXPECT_THAT(result.out, HasSubstr("\nweights: " + kPath + "\n"));
  EXPECT_EQ(weights_of(folder).tensors.size(), 4U);
}

TEST(Weights, OfANewWinnerTakeThePlaceOfTheOldOnes) {
  const RunFolder folder(small_sweep(1));
  folder.run();
  EXPECT_EQ(weights_of(folder).metadata.at("trial"), "0");
  folder.write("sweep.yaml", small_sweep(6));
  EXPECT_EQ(folder.run().code, 0);
  const std::string winner = folder.query("SELECT trial FROM best_trials");
  ASSERT_NE(winner, "0");
  EXPECT_EQ(weights_of(folder).metadata.at("trial"), winner);
  EXPECT_EQ(folder.query("SELECT group_concat(DISTINCT number) FROM artifacts JOIN trials "
                         "USING(trial_id)"),
            winner);
  EXPECT_EQ(folder.query("SELECT sha256 FROM artifacts WHERE name = 'weights'"),
            nn::sha256_hex(bytes_of(folder.path() / kPath)));
}

// A limit that is lowered again brings the old winner back, and with it its weights.
TEST(Weights, FollowTheWinnerBackWhenALimitIsLowered) {
  const RunFolder folder(small_sweep(6));
  folder.run();
  folder.write("sweep.yaml", small_sweep(1));
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, MatchesRegex("training trial 0 again up to epoch [1-4] for its test "
                                       "metric and weights\n"));
  EXPECT_EQ(weights_of(folder).metadata.at("trial"), "0");
  EXPECT_THAT(folder.report().out, HasSubstr("\nweights: " + kPath + "\n"));
}

// The same bytes, whatever happens to the run: a signal that leaves a candidate, one whose
// candidate is lost, and a kill that leaves none.
TEST(Weights, AreTheSameBytesWhetherTheyWereKeptOrTrainedAgain) {
  for (const char* model : {"{hidden: [16]}", "{hidden: [16], batch_norm: true}"}) {
    std::string yaml = small_sweep(12);
    yaml.replace(yaml.find("{hidden: [16]}"), 14, model);
    yaml.replace(yaml.find("epochs: 4"), 9, "epochs: 12");
    const std::size_t seed_at = yaml.find("seed: ") + 6;
    auto run_whole = [&](int seed) {
      yaml.replace(seed_at, 1, std::to_string(seed));
      auto folder = std::make_unique<RunFolder>(yaml);
      EXPECT_EQ(folder->run().code, 0);
      return folder;
    };
    // Which trial wins depends on the CPU. A run that trains the last one would end the sweep.
    std::unique_ptr<RunFolder> whole = run_whole(1);
    for (int seed = 2; whole->query("SELECT trial FROM best_trials") == "11" && seed < 9; ++seed) {
      whole = run_whole(seed);
    }
    const RunFolder& undisturbed = *whole;
    const std::string predictions = "hpsearch.db.files/sweep1/best.predictions.json";
    const std::string table = "hpsearch.db.files/sweep1/best.predictions.csv";
    const std::string winner = undisturbed.query("SELECT trial FROM best_trials");
    ASSERT_NE(winner, "11");
    const std::string candidate = "hpsearch.db.files/sweep1/candidate.safetensors";
    for (const char* way : {"candidate", "deleted", "killed"}) {
      const RunFolder folder(yaml);
      // The winner has ended when the run does.
      const auto first =
          folder.run({"--workers", "1", "--trials", std::to_string(std::stoi(winner) + 1)});
      ASSERT_EQ(first.code, 0) << first.err;
      if (std::string(way) != "candidate") {
        EXPECT_TRUE(std::filesystem::remove(folder.path() / candidate));
      }
      if (std::string(way) == "killed") {
        test::Process process(folder.path(), {"run", "sweep.yaml"});
        process.wait_until([&] { return folder.query("SELECT count(*) > 20 FROM epochs") == "1"; });
        process.signal(SIGKILL);
        process.wait();
      }
      const auto last = folder.run();
      ASSERT_EQ(last.code, 0) << last.err;
      if (std::string(way) == "candidate") {
        EXPECT_THAT(last.err, Not(HasSubstr("again")));
      } else if (std::string(way) == "deleted") {
        EXPECT_THAT(last.err, HasSubstr("training trial " + winner + " again up to epoch "));
      }
      EXPECT_EQ(bytes_of(folder.path() / kPath), bytes_of(undisturbed.path() / kPath)) << way;
      EXPECT_EQ(folder.read(predictions), undisturbed.read(predictions)) << way;
      EXPECT_NE(folder.read(predictions), "");
      EXPECT_EQ(folder.read(table), undisturbed.read(table)) << way;
      EXPECT_NE(folder.read(table), "");
      EXPECT_EQ(folder.digest(), undisturbed.digest());
      EXPECT_FALSE(std::filesystem::exists(folder.path() / candidate));
      EXPECT_EQ(folder.query("SELECT count(*) FROM artifacts"), "3");
    }
  }
}

TEST(Weights, OfASweepThatIsSetAsideStay) {
  const RunFolder folder(small_sweep(1));
  folder.run();
  const std::string before = bytes_of(folder.path() / kPath);
  folder.write("sweep.yaml", small_sweep(2));
  EXPECT_EQ(folder.run({"--fresh"}).code, 0);
  EXPECT_EQ(bytes_of(folder.path() / kPath), before);
  EXPECT_THAT(folder.report({"--sweep", "small~1"}).out, HasSubstr("\nweights: " + kPath + "\n"));
  EXPECT_THAT(folder.report().out,
              HasSubstr("\nweights: hpsearch.db.files/sweep2/best.safetensors\n"));
  EXPECT_EQ(weights_of(folder, "hpsearch.db.files/sweep2/best.safetensors").metadata.at("sweep"),
            "small");
}

TEST(Weights, ThatCannotBeWrittenEndNoSweep) {
  const RunFolder folder(small_sweep());
  folder.write("hpsearch.db.files", "in the way");
  const auto result = folder.run({"--quiet"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.err,
            "the winner's weights were not kept: hpsearch.db.files/sweep1: this folder cannot be "
            "made: Not a directory; check that you may write to the folder of the database and "
            "that nothing else has this name\n"
            "to train it again for them:\n"
            "  hpsearch report --best --db hpsearch.db --sweep small > best.yaml && hpsearch run "
            "best.yaml --db hpsearch.db\n");
  EXPECT_THAT(result.out, HasSubstr("\ntest: accuracy "));
  EXPECT_THAT(result.out, Not(HasSubstr("weights: ")));
  EXPECT_EQ(folder.query("SELECT state || ' ' || stop_reason FROM sweeps"), "complete run_cap");
  EXPECT_EQ(folder.query("SELECT count(*) FROM artifacts"), "0");
  EXPECT_TRUE(nlohmann::json::parse(folder.report({"--json"}).out)["weights"].is_null());
  // What the message says helps.
  std::filesystem::remove(folder.path() / "hpsearch.db.files");
  const std::string command = "cd '" + folder.path().string() + "' && '" + HPSEARCH_BINARY +
                              "' report --best --db hpsearch.db --sweep small > best.yaml && '" +
                              HPSEARCH_BINARY +
                              "' run best.yaml --db hpsearch.db >/dev/null 2>/dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(weights_of(folder, "hpsearch.db.files/sweep2/best.safetensors").tensors.size(), 4U);
}

TEST(Weights, OfARegressionSayTheUnitOfTheirTarget) {
  const RunFolder folder(
      "name: lengths\n"
      "run_cap: 1\n"
      "dataset: {source: lengths.csv, validation: 2, test: none}\n"
      "model: {hidden: []}\n"
      "training: {epochs: 1}\n");
  folder.write("lengths.csv", "x,length\n1,1.5\n2,2.5\n3,3.5\n4,4.5\n5,5.5\n6,6.5\n");
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  const nn::SafetensorsFile file = weights_of(folder);
  EXPECT_THAT(file.tensors[0].shape, ElementsAre(1U, 1U));
  EXPECT_EQ(file.metadata.at("task"), "regression");
  EXPECT_EQ(file.metadata.at("target"), "length");
  EXPECT_FALSE(file.metadata.contains("classes"));
  const nn::TargetScaling target =
      load_data(load_sweep_file((folder.path() / "sweep.yaml").string())).data.targets.at(0);
  EXPECT_NE(target.mean, 0.0);
  EXPECT_EQ(std::stod(file.metadata.at("target_mean")), target.mean);
  EXPECT_EQ(std::stod(file.metadata.at("target_deviation")), target.deviation);
}

TEST(Weights, OfAClippedRegressionSayTheRangeOfTheirTarget) {
  const RunFolder folder(
      "name: lengths\n"
      "run_cap: 1\n"
      "dataset: {source: lengths.csv, order: t, validation: 2, test: none}\n"
      "model: {hidden: [], clip_predictions: true, scaling: true}\n"
      "training: {epochs: 1}\n");
  folder.write("lengths.csv", "t,x,length\n1,3,1.5\n2,1,2.5\n3,2,3.5\n4,5,4.5\n5,4,5.5\n6,6,6.5\n");
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  const nn::SafetensorsFile file = weights_of(folder);
  EXPECT_EQ(file.metadata.at("target_least"), "[1.5]");
  EXPECT_EQ(file.metadata.at("target_most"), "[4.5]");
  EXPECT_THAT(file.metadata.at("layout"), HasSubstr("first multiplied by its scaling"));
  EXPECT_EQ(file.tensors[0].name, "scaling");
  EXPECT_THAT(file.tensors[0].shape, ElementsAre(1U));
}

TEST(Weights, OfSeveralTargetsListTheirUnits) {
  const RunFolder folder(
      "name: lengths\n"
      "run_cap: 1\n"
      "dataset: {source: lengths.csv, target: [length, x], validation: 2, test: none}\n"
      "model: {hidden: []}\n"
      "training: {epochs: 1}\n");
  folder.write("lengths.csv", "x,y,length\n1,0,1.5\n2,1,2.5\n3,0,3.5\n4,1,4.5\n5,0,5.5\n6,1,6.5\n");
  const auto result = folder.run();
  ASSERT_EQ(result.code, 0) << result.err;
  const nn::SafetensorsFile file = weights_of(folder);
  EXPECT_THAT(file.tensors[0].shape, testing::UnorderedElementsAre(1U, 2U));
  EXPECT_EQ(file.metadata.at("target"), "[\"length\",\"x\"]");
  const auto means = nlohmann::json::parse(file.metadata.at("target_mean"));
  const auto deviations = nlohmann::json::parse(file.metadata.at("target_deviation"));
  ASSERT_EQ(means.size(), 2U);
  EXPECT_NEAR(means[0].get<double>() - means[1].get<double>(), 0.5, 1e-12);
  EXPECT_NEAR(deviations[0].get<double>(), deviations[1].get<double>(), 1e-12);
}

TEST(Weights, OfTheSweepsOfOneDatabaseLieApart) {
  const RunFolder folder(small_sweep(1));
  std::string other = small_sweep(1);
  other.replace(other.find("small"), 5, "other");
  folder.write("other.yaml", other);
  test::run_hpsearch(folder.path(), {"run", "sweep.yaml", "other.yaml"});
  EXPECT_EQ(weights_of(folder).metadata.at("sweep"), "small");
  EXPECT_EQ(weights_of(folder, "hpsearch.db.files/sweep2/best.safetensors").metadata.at("sweep"),
            "other");
}

}  // namespace
}  // namespace hpsearch::runner
