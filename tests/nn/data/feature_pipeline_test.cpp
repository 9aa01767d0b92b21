// One pipeline: what it learns comes from the rows to train on, and nothing else.
#include "nn/data/feature_pipeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/random.h"
#include "nn/data/csv_table.h"
#include "nn/data/table_dataset.h"
#include "nn/data/training_data.h"
#include "nn/training/trainer.h"
#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using testing::HasSubstr;

// A table of random columns, kept as texts so that single cells can be changed.
struct MadeTable {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
  std::size_t numeric_target = 0;  // 1: a regression

  std::string text(const std::vector<std::size_t>& order) const {
    std::string csv = fmt::format("{}\n", fmt::join(names, ","));
    for (const std::size_t row : order) {
      csv += fmt::format("{}\n", fmt::join(rows[row], ","));
    }
    return csv;
  }
};

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : stream_(seed, Purpose::kSample) {}

  std::size_t below(std::size_t n) { return stream_.below(n); }

  MadeTable make(std::size_t rows) {
    MadeTable table;
    const std::size_t columns = 2 + below(5);
    table.numeric_target = below(2);
    for (std::size_t c = 0; c < columns; ++c) {
      kinds_.push_back(below(kKinds));
      table.names.push_back(fmt::format("c{}", c));
    }
    table.names.push_back("y");
    for (std::size_t row = 0; row < rows; ++row) {
      std::vector<std::string>& cells = table.rows.emplace_back();
      for (std::size_t c = 0; c < columns; ++c) {
        cells.push_back(cell(kinds_[c], row));
      }
      // Every class is among the first rows, so that the part to train on has them all.
      cells.push_back(table.numeric_target == 1
                          ? fmt::format("{:.3f}", 1e6 + static_cast<double>(below(5000)) / 7.0)
                          : fmt::format("k{}", row < 3 ? row : below(3)));
    }
    return table;
  }

  // A cell that no row to train on has: extreme, unseen or missing, but readable by the rule.
  std::string poison(std::size_t column) {
    switch (kinds_[column]) {
      case 0:
      case 1:
        return std::array{"1e30", "-1e30", "", "0.5"}[below(4)];
      case 2:
      case 3:
        return std::array{"unseen", "", "RED", "zebra"}[below(4)];
      case 4:
        return std::array{"1901-01-01", "2199-12-31", ""}[below(3)];
      case 5:
        return std::array{"\"$9,999,999.25\"", "$0", ""}[below(3)];
      case 6:
        return std::array{"", "maybe", "TRUE"}[below(3)];
      case 7:
        return std::array{"29.2.2096", "01.01.1901", ""}[below(3)];
      case 8:
        return std::array{"\"123456789,25\"", "\"-0,001\"", ""}[below(3)];
      case 9:
      case 10:
        return std::array{"short", "", "12", "one two three four five six"}[below(4)];
      case 11:
        return std::array{"9999", "-200", "", "1e9"}[below(4)];
      default:
        return fmt::format("{}", 1000000 + below(100));
    }
  }

 private:
  static constexpr std::size_t kKinds = 13;

  // Row 0 is one to train on: it settles what other rows leave open.
  std::string cell(std::size_t kind, std::size_t row) {
    switch (kind) {
      case 0:
        return fmt::format("{}.25", below(1000));
      case 1:
        return below(6) == 0 ? "" : fmt::format("{}", 20180000 + below(90));
      case 2:
        return std::array{"red", "green", "blue", "Red"}[below(4)];
      case 3:
        return below(9) == 0 ? "NA" : fmt::format("w{}", below(70));
      case 4:
        return fmt::format("20{:02}-{:02}-{:02}", 10 + below(10), 1 + below(12), 1 + below(28));
      case 5:
        return fmt::format("\"${},{:03}.{:02}\"", 1 + below(9), below(1000), below(100));
      case 6:
        return below(2) == 0 ? "yes" : "No";
      case 7:
        return fmt::format("{}.{}.2019", row == 0 ? 31 : 1 + below(28),
                           row == 0 ? 12 : 1 + below(12));
      case 8:
        return row == 0 ? "\"0,5\"" : fmt::format("\"{},{:02}\"", below(900), below(100));
      case 9:
        return fmt::format("the {} house has {} rooms and a view of {}", below(99), row, below(99));
      case 10:
        return fmt::format("item-{}", (row * 7919 + 13) % 1009);
      case 11:
        return below(5) == 0 ? "-999" : fmt::format("{}", below(40));
      default:
        return fmt::format("{}", row + 1);  // counts the rows
    }
  }

  Stream stream_;
  std::vector<std::size_t> kinds_;
};

constexpr std::size_t kTrainRows = 60;
constexpr std::size_t kValidationRows = 20;
constexpr std::size_t kTestRows = 20;

std::vector<std::size_t> numbers(std::size_t first, std::size_t end) {
  std::vector<std::size_t> all;
  for (std::size_t i = first; i < end; ++i) {
    all.push_back(i);
  }
  return all;
}

class PipelineProperty : public testing::Test {
 protected:
  // Reads the three files of a made table.
  TrainingData prepare_files(const MadeTable& table,
                             const std::vector<std::size_t>& validation,
                             const std::vector<std::size_t>& test) const {
    folder_.write("t.csv", table.text(numbers(0, kTrainRows)));
    folder_.write("v.csv", table.text(validation));
    folder_.write("e.csv", table.text(test));
    const DatasetSource source{.source = "t.csv",
                               .base_folder = folder_.path(),
                               .target = "y",
                               .validation_file = "v.csv",
                               .test_file = "e.csv"};
    return prepare(std::make_shared<const Dataset>(load_dataset(source)), {});
  }

  // Reads one file of all rows, split by seed.
  TrainingData prepare_file(const MadeTable& table) const {
    folder_.write("one.csv", table.text(numbers(0, table.rows.size())));
    const DatasetSource source{.source = "one.csv", .base_folder = folder_.path(), .target = "y"};
    return prepare(std::make_shared<const Dataset>(load_dataset(source)), {});
  }

  // The losses of a few epochs on the part to train on, and all weights' effect on it.
  static std::vector<double> train_losses(const TrainingData& data) {
    Settings settings;
    settings.hidden = {4};
    settings.epochs = 2;
    settings.batch_size = 16;
    Trainer trainer(settings, data, 5);
    std::vector<double> losses;
    for (int epoch = 0; epoch < 2; ++epoch) {
      losses.push_back(trainer.train_epoch({})->train_loss);
    }
    return losses;
  }

  test::TableFolder folder_;
};

std::vector<float> training_features(const TrainingData& data) {
  return {data.dataset->real_features.begin(),
          data.dataset->real_features.begin() +
              static_cast<std::ptrdiff_t>(kTrainRows * data.dataset->columns)};
}

// HPSEARCH_PROPERTY_TABLES=500 makes as many tables.
int tables() {
  const char* wanted = std::getenv("HPSEARCH_PROPERTY_TABLES");
  return wanted == nullptr ? 30 : std::atoi(wanted);
}

TEST_F(PipelineProperty, NothingOutsideTheRowsToTrainOnChangesWhatIsLearnt) {
  for (int seed = 0; seed < tables(); ++seed) {
    SCOPED_TRACE(seed);
    Maker maker(static_cast<std::uint64_t>(seed));
    MadeTable table = maker.make(kTrainRows + kValidationRows + kTestRows);
    const auto validation = numbers(kTrainRows, kTrainRows + kValidationRows);
    auto test = numbers(kTrainRows + kValidationRows, kTrainRows + kValidationRows + kTestRows);
    TrainingData before;
    try {
      before = prepare_files(table, validation, test);
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("no column is left"));
      continue;
    }
    const std::vector<double> losses = train_losses(before);

    // Other rows in the test part, and other values in both: what was learnt stays the same.
    std::reverse(test.begin(), test.end());
    test.resize(kTestRows / 2);
    for (std::size_t row = kTrainRows; row < table.rows.size(); ++row) {
      for (std::size_t c = 0; c + 1 < table.names.size(); ++c) {
        if (maker.below(2) == 0) {
          table.rows[row][c] = maker.poison(c);
        }
      }
      if (table.numeric_target == 1) {
        table.rows[row].back() = fmt::format("{}", static_cast<double>(maker.below(100)) * 1e9);
      }
    }
    const TrainingData after = prepare_files(table, validation, test);
    EXPECT_EQ(after.pipeline->to_json(), before.pipeline->to_json());
    EXPECT_EQ(training_features(after), training_features(before));
    EXPECT_EQ(train_losses(after), losses);

    // The description alone encodes alike, on a table without target, order and other files.
    const FeaturePipeline again = FeaturePipeline::from_json(before.pipeline->to_json());
    EXPECT_EQ(again.to_json(), before.pipeline->to_json());
    folder_.write("new.csv", table.text(numbers(0, kTrainRows)));
    const DatasetSource source{.source = "new.csv", .rules = again.rules()};
    EXPECT_EQ(again.encode(read_csv_table(folder_.path() / "new.csv", source)),
              training_features(before));
  }
}

// The same where one file is split by seed. Labels stay, since a stratified split is by them.
TEST_F(PipelineProperty, NothingOutsideTheRowsToTrainOnChangesWhatIsLearntFromOneFile) {
  for (int seed = 0; seed < tables(); ++seed) {
    SCOPED_TRACE(seed);
    Maker maker(static_cast<std::uint64_t>(seed) + 100'000);
    MadeTable table = maker.make(kTrainRows + kValidationRows + kTestRows);
    TrainingData before;
    try {
      before = prepare_file(table);
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("no column is left"));
      continue;
    }
    for (const auto* part : {&before.split.validation, &before.split.test}) {
      for (const std::uint32_t row : *part) {
        for (std::size_t c = 0; c + 1 < table.names.size(); ++c) {
          if (maker.below(2) == 0) {
            table.rows[row][c] = maker.poison(c);
          }
        }
        if (table.numeric_target == 1) {
          table.rows[row].back() = fmt::format("{}.5", maker.below(100) * 1'000'000'000);
        }
      }
    }
    const TrainingData after = prepare_file(table);
    ASSERT_EQ(after.split.train, before.split.train);
    EXPECT_EQ(after.pipeline->to_json(), before.pipeline->to_json());
    const std::size_t width = before.dataset->columns;
    ASSERT_EQ(after.dataset->columns, width);
    for (const std::uint32_t row : before.split.train) {
      for (std::size_t i = std::size_t{row} * width; i < (std::size_t{row} + 1) * width; ++i) {
        ASSERT_EQ(after.dataset->real_features[i], before.dataset->real_features[i]) << row;
      }
    }
    EXPECT_EQ(train_losses(after), train_losses(before));
  }
}

TEST_F(PipelineProperty, AShiftedTargetTrainsAlike) {
  const auto rmse = [&](double shift) {
    std::string bytes = "a,b,y\n";
    for (int i = 0; i < 200; ++i) {
      const double a = (i * 37 % 101) / 50.0 - 1.0;
      const double b = (i * 53 % 97) / 48.0 - 1.0;
      bytes += fmt::format("{},{},{:.6f}\n", a, b, shift + a - 2.0 * b);
    }
    folder_.write("t.csv", bytes);
    const TrainingData data = prepare(std::make_shared<const Dataset>(load_dataset(
                                          {.source = "t.csv", .base_folder = folder_.path()})),
                                      {});
    return train_losses(data).back();
  };
  EXPECT_NEAR(rmse(1e9), rmse(0.0), 1e-4 * rmse(0.0));
}

// A day number of eight digits, Unix seconds, and values of 1e-50 lose nothing before they are
// scaled.
TEST_F(PipelineProperty, KeepsAllDigitsUntilFeaturesAreScaled) {
  for (const auto& [first, step] : std::vector<std::pair<double, double>>{
           {20180128.0, 1.0}, {1.7e9, 1.0}, {16777217.0, 1.0}, {1e-50, 1e-50}, {1e-200, 1e-200}}) {
    std::string bytes = "x,noise,y\n";
    for (int i = 0; i < 40; ++i) {
      bytes +=
          fmt::format("{},{}.5,{}\n", first + step * (i % 2), i * 7 % 11, i % 2 == 0 ? "a" : "b");
    }
    folder_.write("t.csv", bytes);
    const TrainingData data = prepare(std::make_shared<const Dataset>(load_dataset(
                                          {.source = "t.csv", .base_folder = folder_.path()})),
                                      {});
    ASSERT_EQ(data.dataset->columns, 2U) << first;
    for (const std::uint32_t row : data.split.train) {
      EXPECT_NEAR(std::abs(data.dataset->real_features[std::size_t{row} * 2]), 1.0F, 0.3) << first;
    }
  }
}

TEST_F(PipelineProperty, ACellElsewhereThatBreaksTheRuleIsAnErrorWithItsLine) {
  std::string bytes = "x,when,y\n";
  for (int i = 0; i < 30; ++i) {
    bytes += fmt::format("{}.5,{}.2.2020,{}\n", i * 7 % 11, 1 + i % 28, i % 2);
  }
  folder_.write("e.csv", "x,when,y\n1.5,3.2.2020,1\nmany,2.13.2020,0\n");
  folder_.write("t.csv", bytes);
  const DatasetSource source{
      .source = "t.csv", .base_folder = folder_.path(), .target = "y", .test_file = "e.csv"};
  const std::string message = test::data_error_of(
      [&] { prepare(std::make_shared<const Dataset>(load_dataset(source)), {}); });
  EXPECT_THAT(message, HasSubstr("e.csv:3:1: 'many' in column 'x' is not a number"));
  EXPECT_THAT(message, HasSubstr("e.csv:3:6: '2.13.2020' in column 'when' is not a valid date"));
}

// Two levels are -1 and 1 with preprocess: robust; a text that is neither, and a missing one, lie
// between them. Without it they count as the first level, as other encodings have no middle.
TEST_F(PipelineProperty, APairOfTextsLeavesTheMiddleToOtherTexts) {
  std::string bytes = "lift,y\n";
  for (int i = 0; i < 30; ++i) {
    bytes += fmt::format("{},{}.5\n", i % 3 == 0 ? "yes" : "no", i);
  }
  folder_.write("t.csv", bytes);
  folder_.write("e.csv", "lift,y\nyes,1\nno,1\nperhaps,1\n,1\nYES,1\n");
  DatasetSource source{.source = "t.csv", .base_folder = folder_.path(), .target = "y"};
  source.test_file = "e.csv";
  const auto encoded = [&](Preprocess kind) {
    const TrainingData data =
        prepare(std::make_shared<const Dataset>(load_dataset(source)), {}, kind);
    std::vector<float> values;
    for (const std::uint32_t row : data.split.test) {
      values.push_back(data.dataset->real_features[row]);
    }
    const FeaturePipeline again = FeaturePipeline::from_json(data.pipeline->to_json());
    EXPECT_EQ(again.columns()[0].rule.unknown, data.pipeline->columns()[0].rule.unknown);
    return values;
  };
  EXPECT_THAT(encoded(Preprocess::kRobust), testing::ElementsAre(1.0F, -1.0F, 0.0F, 0.0F, 1.0F));
  EXPECT_THAT(encoded(Preprocess::kUnit), testing::ElementsAre(1.0F, 0.0F, 0.0F, 0.0F, 1.0F));
}

TEST_F(PipelineProperty, RefusesADescriptionThatIsNone) {
  for (const char* text : {"", "{}", "{\"columns\":[{\"name\":\"x\"}]}", "[1]"}) {
    EXPECT_THAT(test::data_error_of([&] { FeaturePipeline::from_json(text); }),
                HasSubstr("pipeline: "));
  }
}

}  // namespace
}  // namespace hpsearch::nn
