// `report --html` and `serve` by the real program; tests/browser looks at the page itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using test::run_hpsearch;
using test::TempFolder;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kSweep[] =
    "name: s\ndataset: {source: xor}\nrun_cap: 3\nmodel: {hidden: [4]}\n"
    "training: {epochs: 2}\nparameters: {learning_rate: {min: 1e-3, max: 1, scale: log}}\n";

class HtmlReport : public testing::Test {
 protected:
  void SetUp() override {
    folder.write("s.yaml", kSweep);
    ASSERT_EQ(run_hpsearch(folder.path(), {"run", "s.yaml"}).code, 0);
  }
  TempFolder folder;
};

TEST_F(HtmlReport, IsWrittenAndRenewed) {
  const auto written = run_hpsearch(folder.path(), {"report", "--html", "r.html"});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_THAT(written.out, IsEmpty());
  const std::string first = folder.read("r.html");
  EXPECT_THAT(first, HasSubstr("\"planned\":3"));
  folder.write("s.yaml", std::string(kSweep) + "description: longer\n");
  ASSERT_EQ(run_hpsearch(folder.path(), {"run", "s.yaml", "--set", "run_cap=4"}).code, 0);
  EXPECT_EQ(run_hpsearch(folder.path(), {"report", "--html", "r.html"}).code, 0);
  EXPECT_THAT(folder.read("r.html"), HasSubstr("\"planned\":4"));
}

TEST_F(HtmlReport, TakesThePlaceOfNothingElse) {
  folder.write("thesis.html", "<!doctype html><p>three years of work");
  const auto result = run_hpsearch(folder.path(), {"report", "--html", "thesis.html"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(
      result.err,
      "hpsearch: --html thesis.html: already exists and is not a report; choose another name\n");
  EXPECT_EQ(folder.read("thesis.html"), "<!doctype html><p>three years of work");
}

TEST_F(HtmlReport, SaysWhereItCannotBeWritten) {
  const auto result = run_hpsearch(folder.path(), {"report", "--html", "nowhere/r.html"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("nowhere/r.html"));
}

TEST_F(HtmlReport, IsNotServedFromAPortThatIsNone) {
  const auto result = run_hpsearch(folder.path(), {"serve", "--port", "70000"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err, "hpsearch: --port must be a whole number from 0 to 65535; found '70000'\n");
}

}  // namespace
}  // namespace hpsearch::runner
