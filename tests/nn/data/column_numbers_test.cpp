// How the numbers of a column are read: one style for all of them.
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/nn/data/table_files.h"

namespace hpsearch::nn {
namespace {

using test::treatments;
using testing::ElementsAre;
using testing::HasSubstr;

class ColumnNumbers : public testing::Test {
 protected:
  test::TableFolder folder_;
};

TEST_F(ColumnNumbers, ReadsNumbersInTheStyleOfTheirColumn) {
  const Dataset data = folder_.load(
      "price;share;area;weight;y\n"
      "$1,200;71 %;1 234;1,5 kg;a\n$950;5 %;12;2 kg;b\n$1,234,567;100 %;7;0,25 kg;b\n");
  EXPECT_EQ(treatments(data)[0], "price: number, '$1,200' is read as 1200");
  EXPECT_EQ(treatments(data)[1], "share: number, '71 %' is read as 71");
  EXPECT_EQ(treatments(data)[2], "area: number, '1 234' is read as 1234");
  EXPECT_EQ(treatments(data)[3], "weight: number, '1,5 kg' is read as 1.5");
  EXPECT_THAT(data.real_features,
              ElementsAre(1200, 71, 1234, 1.5F, 950, 5, 12, 2, 1234567, 100, 7, 0.25F));
  EXPECT_THAT(data.notes, testing::Contains("column 'price': '$1,200' is read as 1200"));
}

TEST_F(ColumnNumbers, RefusesNumbersThatFitTwoStyles) {
  const std::string bytes = "x;y\n7;a\n1,234;b\n5,678;a\n";
  EXPECT_EQ(
      folder_.error(bytes),
      "t.csv:3:1: '1,234' in column 'x' is 1234 if the comma stands between thousands, or "
      "1.234 if it is a decimal comma; write `decimal: point` for the first or `decimal: comma` "
      "for the second under `dataset`");
  EXPECT_EQ(folder_.load(bytes, {.rules = {.decimal = '.'}}).real_features[1], 1234.0F);
  EXPECT_EQ(folder_.load(bytes, {.rules = {.decimal = ','}}).real_features[1], 1.234F);
  // One cell decides it for the column.
  EXPECT_EQ(folder_.load("x;y\n7,5;a\n1,234;b\n5,678;a\n").real_features[1], 1.234F);
  EXPECT_EQ(folder_.load("x;y\n7.5;a\n1,234;b\n5,678;a\n").real_features[1], 1234.0F);
  EXPECT_EQ(folder_.load("x;y\n1.234;a\n2.345;b\n").real_features[0], 1.234F);  // the usual point
}

// 1.234 alone is plain; beside decimal commas it may be a thousand.
TEST_F(ColumnNumbers, RefusesPointsOfTwoMeaningsBesideDecimalCommas) {
  const std::string bytes = "x;z;y\n1.234;0,5;a\n5.678;1,25;b\n";
  EXPECT_THAT(folder_.error(bytes),
              testing::AllOf(
                  HasSubstr("t.csv:2:1: '1.234' in column 'x' is 1.234 if the point is a decimal "
                            "point, or 1234 if it stands between thousands"),
                  HasSubstr("write `decimal: comma` under `dataset`")));
  EXPECT_EQ(folder_.load(bytes, {.rules = {.decimal = ','}}).real_features[0], 1234.0F);
  EXPECT_EQ(folder_.load("x;z;y\n1.234;5;a\n5.678;2;b\n").real_features[0], 1.234F);
  EXPECT_THAT(folder_.error("x;z;y\n1.234 \u20AC;5;a\n5.678 \u20AC;2;b\n"),
              HasSubstr("is 1.234 if the point is a decimal point, or 1234 if it stands between"));
}

// Where the dollar and the pound are at home, the comma stands between thousands.
TEST_F(ColumnNumbers, ReadsMoneyByItsCurrency) {
  EXPECT_EQ(folder_.load("x;y\n$1,200;a\n$950;b\n").real_features[0], 1200.0F);
  EXPECT_EQ(folder_.load("x;y\n\u00A31,200;a\n\u00A3950;b\n").real_features[0], 1200.0F);
  EXPECT_THAT(
      folder_.error("x;y\n1,200 \u20AC;a\n950 \u20AC;b\n"),
      HasSubstr("is 1200 if the comma stands between thousands, or 1.2 if it is a decimal"));
}

}  // namespace
}  // namespace hpsearch::nn
