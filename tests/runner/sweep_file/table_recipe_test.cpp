// The recipe for tables: what it writes is a valid sweep for tables of every size, and a preset
// stands for it.

#include "runner/sweep_file/table_recipe.h"

#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/sweep_file/sweep_file.h"
#include "runner/sweep_file/sweep_template.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const search::SweepSpec& spec, const std::string& setting) {
  const auto found = spec.settings.find(setting);
  return found == spec.settings.end() ? "" : nn::to_text(found->second);
}

YamlNode tree_of(const std::string& yaml) {
  std::vector<Diagnostic> diagnostics;
  return *parse_yaml({"s.yaml", yaml}, diagnostics);
}

// The batch, epochs, rate, encoding and activation for each size.
TEST(TableRecipe, DependsOnRowsAndTask) {
  struct Row {
    std::size_t rows;
    bool regression;
    std::string expected;  // batch epochs rate embedding activation
  };
  const std::vector<Row> rows{
      {300, true, "64 64 0.04 ple mish"},      {1'999, true, "64 64 0.04 ple mish"},
      {2'000, true, "256 64 0.04 ple mish"},   {10'000, true, "256 48 0.04 ple mish"},
      {499, false, "32 64 0.006 pbld selu"},   {500, false, "64 32 0.006 pbld selu"},
      {9'999, false, "64 32 0.006 pbld selu"}, {10'000, false, "128 20 0.01 ple selu"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(fmt::format("{} {}", row.rows, row.regression));
    const YamlNode tree =
        without_preset(tree_of("model: {preset: table}\n"),
                       {.rows = row.rows, .columns = 8, .regression = row.regression});
    const auto get = [&](const char* section, const char* key) {
      return tree.find(section)->find(key)->text;
    };
    EXPECT_EQ(fmt::format("{} {} {} {} {}", get("training", "batch_size"),
                          get("training", "epochs"), get("training", "learning_rate"),
                          get("model", "embedding"), get("model", "activation")),
              row.expected);
    EXPECT_EQ(get("dataset", "preprocess"), "robust");
    EXPECT_EQ(tree.find("model")->find("preset"), nullptr);
  }
}

TEST(TableRecipe, OfManyColumnsHasSmallEncodingsOrNone) {
  const auto embedding = [](std::size_t columns) {
    const YamlNode tree = without_preset(tree_of("model: {preset: table}\n"), {.columns = columns});
    const YamlNode* bins = tree.find("model")->find("bins");
    return tree.find("model")->find("embedding")->text + (bins == nullptr ? "" : bins->text);
  };
  EXPECT_EQ(embedding(64), "ple32");
  EXPECT_EQ(embedding(65), "ple8");
  EXPECT_EQ(embedding(201), "none");
  const TableRecipe texts = table_recipe({.numbers = false});
  EXPECT_TRUE(std::none_of(texts.ranges.begin(), texts.ranges.end(), [](const RecipeLine& line) {
    return line.key == "embedding" || line.key == "bins";
  }));
}

TEST(TablePreset, GivesWayToWhatTheFileSays) {
  const auto spec =
      read(std::string(kData) +
           "model: {preset: table, hidden_layers: 1, hidden_units: 7, embedding: none}\n"
           "training: {optimizer: sgd, epochs: 5}\n"
           "parameters: {dropout: {min: 0, max: 0.4}}\n");
  EXPECT_EQ(text_of(spec, "hidden_layers"), "1");
  EXPECT_EQ(text_of(spec, "hidden"), "");
  EXPECT_EQ(text_of(spec, "embedding"), "none");
  EXPECT_EQ(text_of(spec, "bins"), "");
  EXPECT_EQ(text_of(spec, "optimizer"), "sgd");
  EXPECT_EQ(text_of(spec, "beta2"), "");
  EXPECT_EQ(text_of(spec, "epochs"), "5");
  EXPECT_EQ(text_of(spec, "dropout"), "");
  EXPECT_EQ(text_of(spec, "activation"), "mish");
  EXPECT_EQ(spec.dataset.preprocess, nn::Preprocess::kRobust);
}

// Classes of small tables have waves, regressions have bins: either may be meant.
TEST(TablePreset, TakesWhatGoesWithOneKindOfTable) {
  EXPECT_EQ(messages(std::string(kData) +
                     "model: {preset: table}\nparameters: {frequencies: {values: [4, 8]}}\n"),
            "");
  EXPECT_EQ(messages(std::string(kData) + "model: {preset: table, bins: 12}\n"), "");
}

TEST(TablePreset, ThatIsUnknownIsRefused) {
  EXPECT_THAT(messages(std::string(kData) + "model: {preset: tabel}\n"),
              HasSubstr("'preset' must be table; found 'tabel'; did you mean 'table'?"));
  EXPECT_THAT(messages(std::string(kData) + "model: {preset: none}\n"),
              HasSubstr("'preset' must be table; found 'none'; leave 'preset' out to choose the "
                        "settings yourself"));
}

nn::Dataset table_of(std::size_t rows, std::size_t columns, nn::Task task) {
  nn::Dataset table;
  table.rows = rows;
  table.columns = columns;
  table.task = task;
  table.classes = task == nn::Task::kRegression ? 0 : task == nn::Task::kBinary ? 2 : 5;
  for (std::size_t row = 0; table.classes > 0 && row < rows; ++row) {
    table.labels.push_back(static_cast<std::uint32_t>(row % table.classes));
  }
  return table;
}

// Whatever the table, without an error or a note.
TEST(SweepTemplate, IsAValidSweepForTablesOfEverySize) {
  for (const std::size_t rows : {20U, 400U, 700U, 3'000U, 9'000U, 20'000U, 60'000U}) {
    for (const std::size_t columns : {1U, 8U, 65U, 300U}) {
      for (const nn::Task task :
           {nn::Task::kRegression, nn::Task::kBinary, nn::Task::kClassification}) {
        const std::string text =
            sweep_template(table_of(rows, columns, task), "digits", "", false,
                           std::vector<std::size_t>(columns > 1 ? columns : 0, 300));
        SCOPED_TRACE(text);
        std::vector<Diagnostic> diagnostics;
        const auto tree = parse_yaml({"s.yaml", text}, diagnostics);
        const auto spec = read_sweep(*tree, "s", {}, diagnostics);
        ASSERT_TRUE(spec);
        EXPECT_TRUE(diagnostics.empty()) << diagnostics.front().message;
        EXPECT_GE(spec->enqueue.size(), 1U);
        EXPECT_LE(spec->enqueue.size(), 2U);
        for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
          end = text.find('\n', at);
          EXPECT_LE(text.substr(at, end - at).size(), 130U);
        }
      }
    }
  }
}

}  // namespace
}  // namespace hpsearch::runner
