// The data set that comes with this program is what its README says.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/data/dataset.h"
#include "nn/files/input_file.h"
#include "test_locations.h"

namespace hpsearch::nn {
namespace {

const std::filesystem::path kFolder =
    std::filesystem::path(HPSEARCH_SOURCE_DIR) / "configs/data/digits";

Dataset load_digits() {
  return load_dataset({kFolder.string(), {}});
}

std::string readme() {
  std::ifstream file(kFolder / "README.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Digits, HasTheShapeOfItsReadme) {
  const Dataset digits = load_digits();
  EXPECT_EQ(digits.rows, 1797U);
  EXPECT_EQ(digits.columns, 64U);
  EXPECT_EQ(digits.classes, 10U);
  EXPECT_EQ(digits.own_test_rows, 0U);
  EXPECT_EQ(digits.image, (ImageShape{8, 8}));
  EXPECT_EQ(*std::max_element(digits.features.begin(), digits.features.end()), 16);
  EXPECT_TRUE(digits.notes.empty());
}

TEST(Digits, HasTheChecksumsOfItsReadme) {
  const Dataset digits = load_digits();
  ASSERT_EQ(digits.files.size(), 2U);
  const std::string text = readme();
  for (const FileChecksum& file : digits.files) {
    const std::string cell = "| `" + file.path.filename().string() + "` |";
    const std::size_t start = text.find(cell);
    ASSERT_NE(start, std::string::npos) << cell;
    EXPECT_THAT(text.substr(start, text.find('\n', start) - start),
                testing::HasSubstr("`" + file.sha256 + "`"));
  }
}

TEST(Digits, HasTheClassCountsOfItsReadme) {
  std::array<int, 10> counts{};
  for (const std::uint32_t label : load_digits().labels) {
    ++counts[label];
  }
  std::string row = "| rows |";
  for (const int count : counts) {
    row += fmt::format(" {} |", count);
  }
  EXPECT_THAT(readme(), testing::HasSubstr(row));
}

TEST(Digits, EqualsTheTableThatItWasMadeFrom) {
  const std::filesystem::path csv =
      "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";
  if (!std::filesystem::exists(csv)) {
    GTEST_SKIP() << "needs the package python3-sklearn (" << csv << ")";
  }
  InputFile file(csv);
  std::vector<std::uint8_t> bytes(1'000'000);
  bytes.resize(file.read(bytes));
  std::istringstream lines(std::string(bytes.begin(), bytes.end()));
  const Dataset digits = load_digits();
  std::string line;
  std::size_t row = 0;
  for (; std::getline(lines, line); ++row) {
    ASSERT_LT(row, digits.rows);
    std::string expected;
    for (std::size_t c = 0; c < digits.columns; ++c) {
      expected += fmt::format("{},", digits.features[row * digits.columns + c]);
    }
    expected += fmt::format("{}", digits.labels[row]);
    ASSERT_EQ(line, expected) << "row " << row;
  }
  EXPECT_EQ(row, digits.rows);
}

}  // namespace
}  // namespace hpsearch::nn
