#include "runner/console/field_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runner/console/usage_error.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;

constexpr char kAnswer[] =
    R"({"format":1,"name":"a","best":{"value":0.1,"params":{"x":1,"y":2}},"rows":[{"n":1,"m":2},{"n":3}],"none":null,"empty":[]})";

std::string refusal(const std::vector<std::string>& fields, const AnswerShape& shape = {}) {
  try {
    return "not refused: " + choose_fields(kAnswer, fields, shape);
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(Fields, KeepTheirOrderBehindTheFormat) {
  EXPECT_EQ(choose_fields(kAnswer, {}), kAnswer);
  EXPECT_EQ(choose_fields(kAnswer, {"rows", "name", "format"}),
            "{\"format\":1,\"rows\":[{\"n\":1,\"m\":2},{\"n\":3}],\"name\":\"a\"}\n");
}

TEST(Fields, LeadFurtherWithADot) {
  EXPECT_EQ(choose_fields(kAnswer, {"best.params.y", "rows.m", "best.value"}),
            "{\"format\":1,\"best\":{\"params\":{\"y\":2},\"value\":0.1},\"rows\":[{\"m\":2},{"
            "\"m\":null}]}\n");
  EXPECT_EQ(choose_fields(kAnswer, {"best.params.y", "best.params"}),
            "{\"format\":1,\"best\":{\"params\":{\"x\":1,\"y\":2}}}\n");
  EXPECT_EQ(choose_fields(kAnswer, {"best", "best.params"}), choose_fields(kAnswer, {"best"}));
  EXPECT_EQ(choose_fields(kAnswer, {"none.what", "empty.ever"}),
            "{\"format\":1,\"none\":null,\"empty\":[]}\n");
}

TEST(Fields, AreThoseOfTheRecordsWhereTheAnswerIsAList) {
  EXPECT_EQ(choose_fields(kAnswer, {"m"}, {"rows", {}}),
            "{\"format\":1,\"rows\":[{\"m\":2},{\"m\":null}]}\n");
}

TEST(Fields, AreRefusedWithThoseThatThereAre) {
  EXPECT_EQ(refusal({"nme"}),
            "--fields: there is no field 'nme'; did you mean 'name'?; the fields are: name, best, "
            "rows, none, empty");
  EXPECT_EQ(
      refusal({"best.valu"}),
      "--fields: there is no field 'valu'; did you mean 'value'?; the fields are: value, params");
  EXPECT_EQ(refusal({"name.x"}), "--fields: 'name' has no fields of its own; leave '.x' out");
  EXPECT_EQ(refusal({"best.value.x"}),
            "--fields: 'best.value' has no fields of its own; leave '.x' out");
  EXPECT_EQ(refusal({"best."}), "--fields: there is no field ''; the fields are: value, params");
  EXPECT_EQ(refusal({"q\033"}),
            "--fields: there is no field 'q?'; the fields are: name, best, rows, none, empty");
  EXPECT_EQ(choose_fields(kAnswer, {"later"}, {{}, {"later"}}), "{\"format\":1,\"later\":null}\n");
}

TEST(Fields, AreReadBetweenCommas) {
  EXPECT_THAT(parse_fields(" a, b.c ,,d"), ElementsAre("a", "b.c", "d"));
  EXPECT_THROW(parse_fields(","), UsageError);
}

TEST(Columns, KeepTheOrderAskedFor) {
  const reports::TextTable table{{"a", "b", "c"}, {{"1", "2", "3"}, {"4", "5", "6"}}};
  const auto some = choose_columns(table, {"c", "a", "c"});
  EXPECT_THAT(some.columns, ElementsAre("c", "a"));
  EXPECT_THAT(some.rows, ElementsAre(ElementsAre("3", "1"), ElementsAre("6", "4")));
  EXPECT_THAT(choose_columns(table, {}).columns, ElementsAre("a", "b", "c"));
  EXPECT_THROW(choose_columns(table, {"d"}), UsageError);
}

}  // namespace
}  // namespace hpsearch::runner
