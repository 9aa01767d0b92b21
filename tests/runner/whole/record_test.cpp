// tag, note, archive and diff: what people do with sweeps beside running them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Record : public testing::Test {
 protected:
  Record() { folder.run(); }

  test::ProcessResult call(const std::vector<std::string>& arguments) const {
    return test::run_hpsearch(folder.path(), arguments);
  }
  json answer(const std::vector<std::string>& arguments) const {
    return json::parse(call(arguments).out, nullptr, false);
  }
  // Adds a second sweep, the newest.
  void run_another() const {
    folder.write("other.yaml", small_sweep(2));
    ASSERT_EQ(call({"run", "other.yaml", "--set", "name=other"}).code, 0);
  }

  RunFolder folder{small_sweep(3)};
};

TEST_F(Record, TagsAppearWhereverSweepsAndTrialsDo) {
  const std::string digest = folder.digest();
  EXPECT_EQ(call({"tag", "paper", "second try"}).out, "small: paper, second try\n");
  EXPECT_EQ(call({"tag", "odd", "--trial", "1"}).out, "small: paper, second try\ntrial 1: odd\n");
  EXPECT_EQ(call({"tag", "odd", "--trial", "1"}).code, 0) << "twice is once";
  EXPECT_THAT(call({"list"}).out, AllOf(HasSubstr("tags"), HasSubstr("paper, second try")));
  EXPECT_THAT(folder.report().out,
              AllOf(HasSubstr("tags: paper, second try\n"), testing::ContainsRegex("1  odd ")));
  EXPECT_THAT(call({"show"}).out, HasSubstr("trial 1\n  tags: odd\n"));
  EXPECT_THAT(call({"show", "1"}).out, HasSubstr("tags: odd\n"));
  EXPECT_THAT(call({"show", "0"}).out, Not(HasSubstr("tags")));
  EXPECT_EQ(answer({"list", "--json"})["sweeps"][0]["tags"], json::array({"paper", "second try"}));
  EXPECT_EQ(answer({"show", "1", "--json"})["tags"], json::array({"odd"}));
  EXPECT_EQ(answer({"report", "--json"})["tags"].size(), 3U);
  EXPECT_THAT(call({"export", "--format", "jsonl"}).out, HasSubstr(R"("tags":["odd"])"));
  EXPECT_EQ(call({"tag", "paper", "--remove"}).out, "small: second try\ntrial 1: odd\n");
  EXPECT_EQ(folder.digest(), digest);
}

TEST_F(Record, ListsTheSweepsWithATag) {
  run_another();
  EXPECT_EQ(call({"tag", "odd", "--trial", "best", "--sweep", "small"}).code, 0);
  EXPECT_EQ(call({"tag", "paper"}).code, 0);
  EXPECT_THAT(call({"list", "--tag", "paper"}).out,
              AllOf(HasSubstr("other"), Not(HasSubstr("small"))));
  EXPECT_THAT(call({"list", "--tag", "odd"}).out,
              AllOf(HasSubstr("small"), Not(HasSubstr("other"))));
}

TEST_F(Record, NotesKeepTheirWordsAndTheirTime) {
  const std::string digest = folder.digest();
  EXPECT_EQ(call({"note", "with Ann's labels,\nall of them"}).code, 0);
  EXPECT_EQ(call({"note", "--trial", "2", "its", "loss", "jumps"}).code, 0);
  EXPECT_THAT(
      folder.report().out,
      testing::ContainsRegex("note \\(20[0-9: -]*\\): with Ann's labels,\n  all of them\n"));
  EXPECT_THAT(call({"show", "2"}).out, HasSubstr("): its loss jumps\n"));
  EXPECT_THAT(call({"note"}).out, AllOf(HasSubstr("Ann's"), HasSubstr("trial 2\n")));
  EXPECT_EQ(answer({"note", "--json"})["notes"][1]["trial"], 2);
  EXPECT_EQ(call({"note", "--clear", "with", "the", "old", "ones"}).code, 0);
  EXPECT_THAT(call({"note"}).out,
              AllOf(Not(HasSubstr("Ann's")), HasSubstr("the old ones"), HasSubstr("jumps")));
  EXPECT_EQ(call({"note", "--trial", "2", "--clear"}).code, 0);
  EXPECT_THAT(call({"note"}).out, Not(HasSubstr("jumps")));
  EXPECT_EQ(folder.digest(), digest);
}

TEST_F(Record, RefusesWhatIsNoTagOrNote) {
  for (const std::string tag : {"a,b", "", " a", "a\n", "a\x1b[31m", "\xff"}) {
    const auto result = call({"tag", tag});
    EXPECT_EQ(result.code, 2) << tag;
    EXPECT_THAT(result.err, HasSubstr("is no tag"));
  }
  EXPECT_EQ(call({"tag", std::string(65, 'a')}).code, 2);
  EXPECT_EQ(call({"tag", std::string(64, 'a')}).code, 0);
  for (const std::string note : {"", "  \n", "\xff"}) {
    EXPECT_EQ(call({"note", note}).code, 2) << note;
  }
  EXPECT_EQ(call({"note", std::string(20'000, 'a')}).code, 2);
  EXPECT_EQ(call({"tag", "a", "--trial", "7"}).err,
            "hpsearch: sweep 'small' has no trial 7; it has trials 0 to 2\n");
  EXPECT_EQ(call({"note", "a", "--sweep", "large"}).code, 2);
  EXPECT_EQ(call({"tag", "--remove"}).code, 2);
}

TEST_F(Record, AnArchivedSweepIsThereForWhoNamesIt) {
  run_another();
  EXPECT_EQ(call({"archive", "other"}).out, "other: archived\n");
  const auto list = call({"list"});
  EXPECT_THAT(list.out, AllOf(HasSubstr("small"), Not(HasSubstr("other"))));
  EXPECT_EQ(list.err, "1 archived sweep is not listed; --all shows it\n");
  EXPECT_THAT(call({"list", "--all"}).out, HasSubstr("complete, archived"));
  EXPECT_EQ(answer({"list", "--all", "--json"})["sweeps"].size(), 2U);
  EXPECT_THAT(folder.report().out, testing::StartsWith("small:")) << "the newest that is left";
  EXPECT_THAT(folder.report({"--sweep", "other"}).out, testing::StartsWith("other:"));
  EXPECT_EQ(call({"archive", "other", "--undo"}).code, 0);
  EXPECT_THAT(folder.report().out, testing::StartsWith("other:"));
}

TEST_F(Record, ARunBringsAnArchivedSweepBack) {
  call({"archive", "small"});
  folder.write("sweep.yaml", small_sweep(4));
  EXPECT_EQ(folder.run().code, 0);
  EXPECT_THAT(call({"list"}).out, HasSubstr("small"));
}

TEST_F(Record, ArchivesNothingWithoutAName) {
  const auto result = call({"archive"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.err, HasSubstr("needs the names of sweeps; hpsearch.db has: small"));
  EXPECT_EQ(call({"archive", "small", "none"}).code, 2);
  EXPECT_EQ(folder.query("SELECT archived_at IS NULL FROM sweeps"), "1");
}

TEST_F(Record, CopiesAndMergesTakeAlongWhatIsSaid) {
  call({"tag", "paper"});
  call({"tag", "odd", "--trial", "1"});
  call({"note", "the first one"});
  EXPECT_EQ(call({"export", "--db-copy", "copy.db"}).code, 0);
  EXPECT_EQ(call({"merge", "all.db", "hpsearch.db"}).code, 0);
  for (const char* db : {"copy.db", "all.db"}) {
    EXPECT_EQ(call({"tag", "--db", db}).out, "small: paper\ntrial 1: odd\n") << db;
    EXPECT_THAT(call({"note", "--db", db}).out, HasSubstr("the first one")) << db;
  }
}

TEST_F(Record, DiffShowsHowTrialsDiffer) {
  const auto result = call({"diff", "0", "2"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("--- small trial 0\n+++ small trial 2\n@@ "));
  EXPECT_THAT(result.out, testing::ContainsRegex("\n-model: .*dropout: [^\n]*\n"));
  for (const char* key : {"learning_rate", "l2", "seed"}) {
    EXPECT_THAT(result.out, testing::ContainsRegex(std::string("\n-  ") + key + ": [^\n]*\n"));
    EXPECT_THAT(result.out, testing::ContainsRegex(std::string("\n\\+  ") + key + ": [^\n]*\n"));
  }
  EXPECT_THAT(result.out, HasSubstr("\n   epochs: 4\n"));
  const std::string value =
      folder.query("SELECT value FROM params WHERE trial_id = 3 AND name = 'dropout'");
  EXPECT_THAT(result.out, testing::ContainsRegex("\n\\+model: .*dropout: " + value.substr(0, 10)));
  const auto same = call({"diff", "1", "1"});
  EXPECT_EQ(same.out, "");
  EXPECT_EQ(same.err, "small trial 1 and small trial 1 are configured alike\n");
}

TEST_F(Record, DiffShowsHowSweepsDiffer) {
  run_another();
  const auto result = call({"diff", "small", "other"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, testing::StartsWith("--- small\n+++ other\n@@ "));
  EXPECT_THAT(result.out, AllOf(HasSubstr("\n-name: small\n"), HasSubstr("\n+name: other\n"),
                                HasSubstr("\n-run_cap: 3\n"), HasSubstr("\n+run_cap: 2\n")));
}

TEST_F(Record, DiffNeedsTwoThatExist) {
  EXPECT_EQ(call({"diff", "1"}).code, 2);
  EXPECT_EQ(call({"diff", "1", "2", "0"}).code, 2);
  EXPECT_EQ(call({"diff", "1", "9"}).err,
            "hpsearch: sweep 'small' has no trial 9; it has trials 0 to 2\n");
  EXPECT_EQ(call({"diff", "small", "large"}).code, 2);
}

// What a colleague's database says must not drive the terminal.
TEST_F(Record, ShowsForeignTextsHarmlessly) {
  folder.query("INSERT INTO notes VALUES (NULL, 1, NULL, 'a' || char(27) || '[31m', '2026')");
  folder.query("INSERT INTO tags VALUES (1, 1, 'b' || char(27), '2026')");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"report"}, {"show"}, {"show", "1"}, {"list"}, {"note"}, {"tag"}}) {
    EXPECT_THAT(call(arguments).out, Not(HasSubstr("\x1b"))) << arguments.front();
  }
}

}  // namespace
}  // namespace hpsearch::runner
