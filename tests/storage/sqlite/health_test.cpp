// What `examine` finds in databases and files that were damaged on purpose, and what `mend` and
// `recover` make of them.
#include "storage/health.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/base/sha256.h"
#include "storage/artifacts.h"
#include "storage/error.h"
#include "storage/recovery.h"
#include "storage/sweep_lock.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = HealthFinding::Kind;

// A complete sweep of a few trials, closed.
struct Patient {
  StoreFixture f;
  fs::path file = f.file;

  explicit Patient(int trials = 3) {
    for (int i = 0; i < trials; ++i) {
      start_trial(f.store, f.sweep,
                  trial_start(static_cast<std::uint64_t>(i), {{"x", 0.5}}, {0.5}));
      for (int epoch = 1; epoch <= 3; ++epoch) {
        record_epoch(f.store, f.sweep, static_cast<std::uint64_t>(i), epoch_record(epoch));
      }
      end_trial(f.store, f.sweep,
                trial_end(static_cast<std::uint64_t>(i), search::TrialState::kComplete, 0.5));
    }
    f.opened.reset();
    Sql(file).run("UPDATE sweeps SET state = 'complete'");
  }

  void run(const std::string& sql) { Sql(file).run("PRAGMA foreign_keys = OFF; " + sql); }

  // "damage rows: ..." of all that is worse than a note.
  std::vector<std::string> wrong() const {
    std::vector<std::string> lines;
    for (const HealthFinding& one : examine(file)) {
      if (one.kind == Kind::kWarning || one.kind == Kind::kDamage) {
        lines.push_back(std::string(to_text(one.kind)) + " " + std::string(one.about) + ": " +
                        one.text);
      }
    }
    return lines;
  }
};

TEST(Health, OfAWholeDatabaseIsGood) {
  const Patient patient;
  EXPECT_THAT(patient.wrong(), IsEmpty());
}

TEST(Health, FindsRowsThatContradictEachOther) {
  struct Case {
    const char* sql;
    const char* finding;
  };
  for (const Case& one : std::vector<Case>{
           {"UPDATE trials SET value = NULL WHERE number = 1",
            "damage rows: 1 trial complete without a value: 1 of sweep 's'"},
           {"UPDATE trials SET score = 0.5",
            "damage rows: 3 trials with a score that is not their value's"},
           {"DELETE FROM epochs WHERE epoch = 2",
            "damage rows: 3 trials whose best epoch is missing"},
           {"DELETE FROM params", "damage rows: 3 trials with other parameters in params"},
           {"UPDATE trials SET params_json = 'x' WHERE number = 0",
            "damage rows: 1 trial with other parameters in params"},
           {"UPDATE trials SET state = 'running' WHERE number = 2",
            "damage rows: 1 trial still open in a sweep that is complete: 2 of sweep 's'"},
           {"UPDATE trials SET finished_at = '2999-01-01T00:00:00.000Z' WHERE number = 2",
            "warning times: 1 trial with a time in the future"},
           {"DROP VIEW leaderboard", "damage schema: the view leaderboard is missing"},
           {"DROP INDEX scored_trials", "damage schema: the index scored_trials is missing"},
           {"ALTER TABLE params ADD COLUMN y",
            "damage schema: the table params is not that of this"},
           {"DROP VIEW trials_s", "warning schema: the view trials_s is missing"},
           {"DELETE FROM trials WHERE number = 1",
            "damage rows: 3 rows of epochs belong to no row of trials"}}) {
    Patient patient;
    patient.run(one.sql);
    EXPECT_THAT(patient.wrong(), Contains(HasSubstr(one.finding))) << one.sql;
  }
}

TEST(Health, MendsIndexesViewsAndOrphansAfterACopy) {
  Patient patient;
  patient.run(
      "DROP VIEW leaderboard; CREATE VIEW leaderboard AS SELECT 1; DROP INDEX ranked_trials; "
      "DELETE FROM trials WHERE number = 1; CREATE TABLE theirs(x)");
  const Mended mended = mend(patient.file);
  EXPECT_THAT(patient.wrong(), IsEmpty());
  EXPECT_EQ(Sql(patient.file).row("SELECT COUNT(*) FROM leaderboard"), "2");
  EXPECT_EQ(Sql(patient.file).row("SELECT COUNT(*) FROM epochs"), "6");
  EXPECT_EQ(Sql(patient.file).row("SELECT COUNT(*) FROM theirs"), "0") << "it is none of ours";
  EXPECT_EQ(mended.copy, patient.file.string() + ".before-repair");
  EXPECT_EQ(Sql(mended.copy).row("SELECT COUNT(*) FROM epochs"), "9");
  EXPECT_EQ(mend(patient.file).copy, patient.file.string() + ".before-repair-2");
}

TEST(Health, MendsAnIndexThatLacksRows) {
  Patient patient;
  // SQLite changes the rows while it does not know of the index.
  patient.run(
      "CREATE TABLE hidden AS SELECT * FROM sqlite_master WHERE name = 'scored_trials'; "
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_master WHERE name = 'scored_trials'");
  patient.run("UPDATE trials SET value = 0.25, score = -0.25");
  patient.run(
      "PRAGMA writable_schema = ON; INSERT INTO sqlite_master SELECT * FROM hidden; "
      "DROP TABLE hidden");
  EXPECT_THAT(patient.wrong(), Contains(HasSubstr("damage pages: SQLite finds")));
  EXPECT_THAT(mend(patient.file).steps, ElementsAre("made all indexes anew"));
  EXPECT_THAT(patient.wrong(), IsEmpty());
}

TEST(Health, ComparesFilesWithTheirRows) {
  Patient patient;
  const std::string weights = artifact_path(patient.file, 1, "best.safetensors");
  const std::string gone = artifact_path(patient.file, 1, "gone.json");
  const fs::path folder = artifact_file(patient.file, weights).parent_path();
  fs::create_directories(folder / "checkpoints");
  fs::create_directories(folder.parent_path() / "sweep7");
  fs::create_directories(folder.parent_path() / "mine");
  const auto put = [](const fs::path& file) { std::ofstream(file) << "abc"; };
  for (const char* name :
       {"sweep1/best.safetensors", "sweep1/checkpoints/trial1.0.epoch2.safetensors",
        "sweep1/x.12.part", "sweep7/best.safetensors", "mine/keep.txt"}) {
    put(folder.parent_path() / name);
  }
  patient.run("INSERT INTO artifacts VALUES (1, 'weights', '" + weights + "', 3, '" +
              nn::sha256_hex(std::string_view("abc")) + "'), (1, 'other', '" + gone + "', 3, 'f')");
  EXPECT_THAT(patient.wrong(), ElementsAre(HasSubstr("other of trial 0 of sweep 's': its file " +
                                                     gone + " is missing"),
                                           HasSubstr("3 files with 0.0 MB that no row names")));
  mend(patient.file);
  EXPECT_TRUE(fs::exists(folder / "best.safetensors"));
  EXPECT_TRUE(fs::exists(folder.parent_path() / "mine" / "keep.txt"));
  EXPECT_FALSE(fs::exists(folder / "x.12.part"));
  EXPECT_FALSE(fs::exists(folder.parent_path() / "sweep7" / "best.safetensors"));
  std::ofstream(folder / "best.safetensors") << "abd";
  EXPECT_THAT(patient.wrong(), Contains(HasSubstr("is not the one that was written")));
}

TEST(Health, LeavesTheFilesOfASweepThatIsRun) {
  Patient patient;
  const fs::path part = artifact_file(patient.file, artifact_path(patient.file, 1, "x.12.part"));
  fs::create_directories(part.parent_path());
  std::ofstream(part) << "abc";
  const SweepLock lock(patient.file, 1, "s");
  EXPECT_THAT(patient.wrong(), IsEmpty());
  EXPECT_THROW(mend(patient.file), SweepBusy);
}

// --- Pages ------------------------------------------------------------------------------------

// Overwrites the n-th leaf page of a table with zeros.
void damage(const fs::path& file, const std::string& table, int leaf) {
  std::string page;
  {
    Sql sql(file);
    sql.run("PRAGMA wal_checkpoint(TRUNCATE)");
    // Without dbstat: the last pages that the table's rows have filled lie at the end of the file.
    page = sql.row("SELECT rootpage FROM sqlite_master WHERE name = '" + table + "'");
  }
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  constexpr int kPage = 4096;
  std::string root(kPage, '\0');
  bytes.seekg((std::stol(page) - 1) * kPage);
  bytes.read(root.data(), kPage);
  const auto at = [&](int i) {
    return static_cast<unsigned char>(root[static_cast<std::size_t>(i)]);
  };
  ASSERT_TRUE(at(0) == 5 || at(0) == 2) << "the root is no interior page";
  const int cell = at(12 + 2 * leaf) * 256 + at(13 + 2 * leaf);
  const long child = (at(cell) << 24) + (at(cell + 1) << 16) + (at(cell + 2) << 8) + at(cell + 3);
  bytes.seekp((child - 1) * kPage);
  bytes << std::string(kPage, '\0');
}

TEST(Recovery, LosesOnlyWhatLiesOnDamagedPages) {
  constexpr int kTrials = 400;
  Patient patient(kTrials);
  damage(patient.file, "epochs", 2);
  EXPECT_THAT(patient.wrong(), Contains(HasSubstr("damage pages: SQLite finds")));
  EXPECT_THROW(mend(patient.file), StoreError);
  EXPECT_FALSE(fs::exists(patient.file.string() + ".before-repair"));
  const fs::path fresh = patient.f.folder.path() / "y.db";
  const Recovered recovered = recover(patient.file, fresh, "1.0");
  EXPECT_EQ(recovered.trials, kTrials);
  EXPECT_GT(recovered.incomplete, 5);
  EXPECT_LT(recovered.incomplete, 60);
  EXPECT_GE(recovered.epochs, 3 * (kTrials - recovered.incomplete));
  Sql sql(fresh);
  EXPECT_EQ(sql.row("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(sql.row("PRAGMA foreign_key_check"), "no row");
  EXPECT_EQ(sql.row("SELECT state FROM sweeps"), "interrupted");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM trials WHERE state = 'interrupted'"),
            std::to_string(recovered.incomplete));
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM trials t WHERE state = 'complete' AND (SELECT COUNT(*) "
                    "FROM epochs e WHERE e.trial_id = t.trial_id) <> 3"),
            "0");
  EXPECT_EQ(sql.row("SELECT COUNT(*) FROM trials_s"), std::to_string(kTrials));
}

TEST(Recovery, TrialsWithoutARowAreTrainedAgain) {
  Patient patient(400);
  damage(patient.file, "trials", 1);
  const fs::path fresh = patient.f.folder.path() / "y.db";
  const Recovered recovered = recover(patient.file, fresh, "1.0");
  EXPECT_LT(recovered.trials, 400);
  EXPECT_GT(recovered.trials, 300);
  EXPECT_EQ(recovered.epochs, 3 * recovered.trials);
  EXPECT_EQ(Sql(fresh).row("SELECT state FROM sweeps"), "interrupted");
  EXPECT_EQ(Sql(fresh).row("PRAGMA foreign_key_check"), "no row");
}

TEST(Recovery, OfAWholeFileIsAWholeFile) {
  Patient patient;
  const fs::path fresh = patient.f.folder.path() / "y.db";
  const Recovered recovered = recover(patient.file, fresh, "1.0");
  EXPECT_THAT(recovered.losses, IsEmpty());
  EXPECT_EQ(recovered.incomplete, 0);
  for (const char* table :
       {"sweeps", "stages", "trials", "params", "epochs", "metrics", "events"}) {
    const std::string all = std::string("SELECT * FROM ") + table;
    EXPECT_EQ(Sql(fresh).rows(all), Sql(patient.file).rows(all)) << table;
  }
}

}  // namespace
}  // namespace hpsearch::storage
