// Tags, notes, archived sweeps, and sweeps that are removed.
#include "storage/remarks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/sweep_lock.h"
#include "tests/storage/store_fixtures.h"
#include "tests/support/old_database.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;

class RemarksTest : public testing::Test {
 protected:
  RemarksTest() {
    for (const std::uint64_t number : {0U, 7U}) {
      f.trial(number, TrialState::kComplete, 0.5);
    }
  }

  Remarks remarks() { return open_queries(f.file)->remarks(f.sweep); }
  // "tag of 7", "tag of the sweep"
  std::vector<std::string> tags() {
    std::vector<std::string> all;
    for (const TagRow& row : remarks().tags) {
      all.push_back(row.tag + " of " + (row.trial ? std::to_string(*row.trial) : "the sweep"));
    }
    return all;
  }
  std::vector<std::string> notes(std::optional<std::uint64_t> trial = {}) {
    std::vector<std::string> all;
    for (const NoteRow& row : remarks().notes_of(trial)) {
      all.push_back(row.text);
    }
    return all;
  }

  StoreFixture f;
  Sql sql{f.file};
};

TEST_F(RemarksTest, TagsSweepsAndTrialsOnce) {
  f.store.add_tags(f.sweep, std::nullopt, {"paper", "b"});
  f.store.add_tags(f.sweep, 7, {"odd"});
  f.store.add_tags(f.sweep, 0, {"paper"});
  const std::string before = sql.row("SELECT group_concat(at) FROM tags");
  f.store.add_tags(f.sweep, std::nullopt, {"paper"});
  f.store.add_tags(f.sweep, 0, {"paper"});
  EXPECT_THAT(tags(),
              ElementsAre("b of the sweep", "paper of the sweep", "paper of 0", "odd of 7"));
  EXPECT_EQ(sql.row("SELECT group_concat(at) FROM tags"), before);
  EXPECT_THAT(remarks().tags_of(7), ElementsAre("odd"));
  EXPECT_THAT(remarks().tags_of({}), ElementsAre("b", "paper"));
}

TEST_F(RemarksTest, TakesTagsAwayWhereTheyAreMeant) {
  f.store.add_tags(f.sweep, std::nullopt, {"paper", "b"});
  f.store.add_tags(f.sweep, 0, {"paper"});
  f.store.remove_tags(f.sweep, std::nullopt, {"paper", "never given"});
  EXPECT_THAT(tags(), ElementsAre("b of the sweep", "paper of 0"));
}

TEST_F(RemarksTest, KeepsNotesInTheirOrder) {
  f.store.add_note(f.sweep, std::nullopt, "z");
  f.store.add_note(f.sweep, std::nullopt, "a\n'quoted'");
  f.store.add_note(f.sweep, 7, "of a trial");
  EXPECT_THAT(notes(), ElementsAre("z", "a\n'quoted'"));
  EXPECT_THAT(notes(7), ElementsAre("of a trial"));
  f.store.add_note(f.sweep, std::nullopt, "instead", true);
  EXPECT_THAT(notes(), ElementsAre("instead"));
  f.store.remove_notes(f.sweep, std::nullopt);
  EXPECT_THAT(notes(), IsEmpty());
  EXPECT_THAT(notes(7), ElementsAre("of a trial"));
}

TEST_F(RemarksTest, SaysNothingOfTrialsThatDoNotExist) {
  EXPECT_THROW(f.store.add_tags(f.sweep, 3, {"a"}), StoreError);
  EXPECT_THROW(f.store.add_note(f.sweep, 3, "a", false), StoreError);
  EXPECT_THAT(tags(), IsEmpty());
}

TEST_F(RemarksTest, AreThoseOfTheirSweepAlone) {
  const std::int64_t other = make_sweep(f.store, "other").sweep_id;
  f.store.add_tags(other, std::nullopt, {"a"});
  f.store.add_note(other, std::nullopt, "a");
  EXPECT_THAT(tags(), IsEmpty());
  EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(RemarksTest, AnArchivedSweepIsNotTheNewest) {
  const std::int64_t newer = make_sweep(f.store, "newer").sweep_id;
  f.store.archive(newer, true);
  const std::string since = open_queries(f.file)->sweep("newer")->archived_at.value();
  f.store.archive(newer, true);
  EXPECT_EQ(open_queries(f.file)->sweep("newer")->archived_at, since);
  EXPECT_EQ(open_queries(f.file)->newest_sweep()->name, "s");
  f.store.archive(f.sweep, true);
  EXPECT_EQ(open_queries(f.file)->newest_sweep()->name, "newer") << "all are archived";
  f.store.archive(newer, false);
  EXPECT_FALSE(open_queries(f.file)->sweep("newer")->archived_at);
}

TEST_F(RemarksTest, ARunBringsAnArchivedSweepBack) {
  f.store.archive(f.sweep, true);
  f.begin_run(10);
  EXPECT_FALSE(f.store.find_sweep("s")->archived_at);
}

TEST_F(RemarksTest, LeaveNothingOfARemovedSweep) {
  const std::int64_t other = make_sweep(f.store, "other").sweep_id;
  start_trial(f.store, other, trial_start(0));
  record_epoch(f.store, other, 0, epoch_record(1));
  f.store.add_tags(other, 0, {"kept"});
  f.store.add_tags(f.sweep, 0, {"gone"});
  f.store.add_note(f.sweep, 7, "gone");
  f.store.remove_sweep(f.sweep);
  f.store.remove_sweep(f.sweep);  // it is gone already
  EXPECT_FALSE(f.store.find_sweep("s"));
  const char* tables =
      "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%sweep_id%'";
  for (const std::string& table : sql.rows(tables)) {
    EXPECT_EQ(sql.row("SELECT COUNT(*) FROM " + table + " WHERE sweep_id = 1"), "0") << table;
  }
  EXPECT_THAT(sql.rows("SELECT name FROM sqlite_master WHERE name GLOB 'trials_*'"),
              ElementsAre("trials_other"));
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM epochs"), "1");
  EXPECT_EQ(sql.row("SELECT tag FROM tags"), "kept");
  EXPECT_THAT(sql.rows("PRAGMA integrity_check"), ElementsAre("ok"));
  EXPECT_THAT(sql.rows("PRAGMA foreign_key_check"), IsEmpty());
  // Its name is free.
  EXPECT_TRUE(f.store.trials(make_sweep(f.store, "s").sweep_id).empty());
}

TEST_F(RemarksTest, TheFileShrinksByWhatARemovedSweepTook) {
  std::vector<Entry> batch;
  for (int epoch = 1; epoch <= 20'000; ++epoch) {
    batch.push_back(EpochEntry{7, epoch_record(epoch)});
  }
  f.store.commit(f.sweep, batch);
  const std::int64_t other = make_sweep(f.store, "other").sweep_id;
  start_trial(f.store, other, trial_start(0));
  f.store.release_space();
  const auto before = std::filesystem::file_size(f.file);
  ASSERT_GT(before, 1'000'000U);
  f.store.remove_sweep(f.sweep);
  f.store.release_space();
  EXPECT_LT(std::filesystem::file_size(f.file), before / 4);
  record_epoch(f.store, other, 0, epoch_record(1));
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM epochs"), "1");
}

TEST(RemarksOfAnOlderDatabase, AreNone) {
  const test::TempFolder folder;
  const auto file = folder.path() / "old.db";
  test::restore_database("0.1.0", file);
  const auto queries = open_queries(file);
  const SweepRow sweep = queries->newest_sweep().value();
  EXPECT_FALSE(sweep.archived_at);
  EXPECT_THAT(queries->remarks(sweep.sweep_id).tags, IsEmpty());
  EXPECT_THAT(queries->remarks(sweep.sweep_id).notes, IsEmpty());
}

}  // namespace
}  // namespace hpsearch::storage
