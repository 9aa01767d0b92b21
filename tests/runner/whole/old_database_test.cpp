// A sweep that version 0.1.0 ran to its end, continued by this program.
#include "tests/support/old_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using testing::HasSubstr;

class OldDatabase : public testing::Test {
 protected:
  OldDatabase() { test::restore_database("0.1.0", folder.path() / "hpsearch.db"); }

  // Of the trials that the old program trained.
  std::string figures() {
    return folder.query(
        "SELECT group_concat(number || state || value || params_json || seed) FROM (SELECT * FROM "
        "trials WHERE number < 4 ORDER BY number)");
  }

  RunFolder folder{"name: none\n"};
};

TEST_F(OldDatabase, GivesTheDigestThatItsProgramPrinted) {
  EXPECT_EQ(folder.digest(), "1967060f0f3e36b3");
}

TEST_F(OldDatabase, IsContinuedUpToARaisedLimit) {
  std::string yaml = folder.query("SELECT config_yaml FROM sweeps");
  const std::size_t at = yaml.find("run_cap: 4");
  ASSERT_NE(at, std::string::npos);
  folder.write("sweep.yaml", yaml.replace(at, 10, "run_cap: 6"));
  const std::string before = figures();
  const auto result = folder.run();
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("trials: 6 of 6 complete"));
  EXPECT_EQ(figures(), before);
  EXPECT_EQ(folder.query("SELECT COUNT(*) FROM epochs"), "18");
}

class Schema7Database : public testing::Test {
 protected:
  Schema7Database() { test::restore_database("schema-7", folder.path() / "hpsearch.db"); }
  RunFolder folder{"name: none\n"};
};

TEST_F(Schema7Database, GivesTheDigestThatItsProgramPrinted) {
  EXPECT_EQ(folder.digest(), "8054f6f039643047");
}

TEST_F(Schema7Database, TakesTagsAndNotesAndKeepsItsDigest) {
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"tag", "old", "--trial", "3"}).code, 0);
  EXPECT_EQ(test::run_hpsearch(folder.path(), {"note", "of an older program"}).code, 0);
  const auto list = test::run_hpsearch(folder.path(), {"show"});
  EXPECT_THAT(list.out, HasSubstr("of an older program"));
  EXPECT_THAT(list.out, HasSubstr("trial 3\n  tags: old\n"));
  EXPECT_EQ(folder.digest(), "8054f6f039643047");
}

}  // namespace
}  // namespace hpsearch::runner
