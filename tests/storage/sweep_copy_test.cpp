// Copies of sweeps, compared row by row through SQLite itself.
#include "storage/sweep_copy.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "storage/shard_events.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::TrialState;
using testing::ElementsAre;
using testing::IsEmpty;

search::Space space() {
  return {{"learning_rate", search::Numeric{1e-3, 1.0, false, true}},
          {"activation", search::Categorical{{std::string("relu"), std::string("tanh")}}}};
}

// A sweep with something in each of its tables.
void fill(Store& store) {
  NewSweep sweep = new_sweep("s");
  sweep.earlier = {{{7, 0, TrialState::kComplete, {{"learning_rate", 0.5}}, 0.25, 3}, "old.db:x"}};
  sweep.events = {{"warm_started", "{}", "2026-01-01T00:00:00.001Z"}};
  const std::int64_t id =
      store.find_or_create_sweep(sweep, {{0, 3, 10, search::space_json(space())}}, space())
          .sweep_id;
  start_trial(store, id,
              trial_start(0, {{"activation", std::string("tanh")}, {"learning_rate", 0.1 + 0.2}},
                          {std::nullopt, 1.0 / 3.0}));
  nn::EpochRecord diverging = epoch_record(2, 0.7);
  diverging.grad_norm = std::numeric_limits<double>::infinity();
  record_epoch(store, id, 0, epoch_record(1, 0.1));
  record_epoch(store, id, 0, diverging);
  end_trial(store, id, trial_end(0, TrialState::kComplete, 0.7));
  TrialStart folds = trial_start(1);
  folds.in_folds = true;
  start_trial(store, id, folds);
  for (const int fold : {0, 1}) {
    write(store, id, ReplicateStart{{1, fold}, 100U + static_cast<unsigned>(fold), fold});
    record_epoch(store, id, {1, fold}, epoch_record(1));
    write(store, id, ReplicateEnd{{1, fold}, TrialState::kComplete, 0.5 + fold, 1, 1, 0.5});
  }
  TrialEnd end = trial_end(1, TrialState::kComplete, 1.0);
  end.in_folds = true;
  end.values = {0.5, 1.5};
  end_trial(store, id, end);
  start_trial(store, id, trial_start(2));
  record_epoch(store, id, 2, epoch_record(1));
  store.add_event(id, 0, {"suggested", R"({"method": "gp"})", "2026-01-01T00:00:00.002Z"});
  const std::int64_t first = store.trials(id).front().trial_id;
  store.put_artifact(first, {"weights", "x.db.files/sweep1/best.safetensors", 5, "5ad"});
  store.add_tags(id, 0, {"good"});
  store.add_tags(id, 2, {"odd"});
  store.add_tags(id, std::nullopt, {"paper"});
  store.add_note(id, 0, "the first one");
  store.add_note(id, std::nullopt, "with the old data");
  store.archive(id, true);
  store.put_ensemble(id, {"trials", 10, {{first, 0, 0, 2, 1.0}}, {{"val_loss", 0.25}}});
}

// All rows of a sweep without the numbers that each database gives, its events in their order.
std::vector<std::string> content(const std::filesystem::path& file) {
  Sql sql(file);
  std::vector<std::string> all;
  for (const char* query :
       {"SELECT name, method, metric, goal, seed, config_yaml, config_hash, data_json, created_at, "
        "active_seconds, tool_version, host_json, archived_at FROM sweeps",
        "SELECT stage, epochs, trials, space_json FROM stages ORDER BY stage",
        "SELECT number, state, score, epochs, params_json, source FROM earlier_trials",
        "SELECT number, value, score, best_epoch, epochs_done, epochs, seed, stage, origin, "
        "parent, "
        "attempt, params_json, params_hash, created_at, started_at, finished_at, seconds, worker "
        "FROM trials ORDER BY number",
        "SELECT t.number, p.name, p.value, typeof(p.value), p.unit FROM params p JOIN trials t "
        "USING(trial_id) ORDER BY 1, 2",
        "SELECT t.number, replicate, r.seed, fold, r.value, r.best_epoch, r.epochs_done, r.seconds "
        "FROM replicates r JOIN trials t USING(trial_id) ORDER BY 1, 2",
        "SELECT t.number, e.* FROM epochs e JOIN trials t USING(trial_id) ORDER BY t.number, "
        "replicate, epoch",
        "SELECT t.number, m.replicate, m.epoch, m.name, m.value FROM metrics m JOIN trials t "
        "USING(trial_id) ORDER BY 1, 2, 3, 4",
        "SELECT t.number, s.replicates, deviation, standard_error FROM spreads s JOIN trials t "
        "USING(trial_id)",
        "SELECT t.number, name, bytes, sha256 FROM artifacts JOIN trials t USING(trial_id)",
        "SELECT at, t.number, kind, detail_json FROM events LEFT JOIN trials t USING(trial_id) "
        "ORDER BY event_id",
        "SELECT trial, tag, at FROM tags ORDER BY tag",
        "SELECT trial, text, at FROM notes ORDER BY note_id", "SELECT kind, rows FROM ensembles",
        "SELECT name, value FROM ensemble_metrics",
        "SELECT t.number, member, fold, epoch, weight FROM ensemble_members JOIN trials t "
        "USING(trial_id)",
        "SELECT * FROM trials_s", "SELECT sql FROM sqlite_master WHERE name = 'trials_s'"}) {
    for (std::string& row : sql.rows(query)) {
      all.push_back(std::move(row));
    }
  }
  return all;
}

class SweepCopy : public testing::Test {
 protected:
  SweepCopy() {
    fill(*open_store(from, "1.0"));
    source = open_queries(from);
  }

  CopyWishes wishes() const {
    CopyWishes all{"s", space()};
    all.place_artifact = [](auto, auto, const ArtifactRow& artifact) {
      return std::optional("y/" + artifact.path);
    };
    return all;
  }
  CopiedSweep copy(const CopyWishes& how) {
    CopiedSweep copied;
    const auto store = open_store(to, "1.0");
    row_target(*store).import(
        [&](RowWriter& writer) { copied = copy_sweep(*source, *source->sweep("s"), writer, how); });
    return copied;
  }

  test::TempFolder folder;
  std::filesystem::path from = folder.path() / "from.db";
  std::filesystem::path to = folder.path() / "to.db";
  std::unique_ptr<Queries> source;
};

TEST_F(SweepCopy, HasEverythingInTheSameBits) {
  EXPECT_EQ(copy(wishes()).trials, 3U);
  auto expected = content(from);
  for (std::string& row : expected) {  // the view shows the one state that a copy changes
    if (const auto at = row.find("|running|"); at != std::string::npos) {
      row.replace(at, 9, "|interrupted|");
    }
  }
  EXPECT_EQ(content(to), expected);
  EXPECT_EQ(Sql(to).row("SELECT count(*) FROM events"),
            Sql(from).row("SELECT count(*) FROM events"));
  EXPECT_EQ(Sql(to).row("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(Sql(to).row("SELECT path FROM artifacts"), "y/x.db.files/sweep1/best.safetensors");
}

TEST_F(SweepCopy, IsTrainedByNobody) {
  EXPECT_EQ(Sql(from).row("SELECT state FROM sweeps"), "running");
  copy(wishes());
  EXPECT_EQ(Sql(to).row("SELECT state FROM sweeps"), "interrupted");
  EXPECT_EQ(Sql(to).row("SELECT state || reason FROM trials WHERE number = 2"),
            "interruptedcopied");
  EXPECT_THAT(Sql(to).rows("SELECT * FROM replicates WHERE state = 'running'"), IsEmpty());
}

TEST_F(SweepCopy, GetsNumbersOfItsOwnBesideOtherSweeps) {
  {
    const auto store = open_store(to, "1.0");
    const std::int64_t other = make_sweep(*store, "other").sweep_id;
    start_trial(*store, other, trial_start(0));
    record_epoch(*store, other, 0, epoch_record(1, 0.9));
  }
  copy(wishes());
  EXPECT_THAT(Sql(to).rows("SELECT sweep, trial, val_accuracy FROM learning_curves WHERE trial = 0 "
                           "ORDER BY sweep, epoch"),
              ElementsAre("other|0|0.9", "s|0|0.1", "s|0|0.7"));
}

TEST_F(SweepCopy, TakesTheChosenTrialsIntoAnotherSweep) {
  std::int64_t into = 0;
  {
    const auto store = open_store(to, "1.0");
    into = make_sweep(*store, "t").sweep_id;
    start_trial(*store, into, trial_start(5));
  }
  CopyWishes some = wishes();
  some.into = into;
  some.trials = {source->trial(1, 1)->trial_id};
  EXPECT_EQ(copy(some).sweep_id, into);
  Sql sql(to);
  EXPECT_THAT(sql.rows("SELECT number FROM trials ORDER BY number"), ElementsAre("1", "5"));
  EXPECT_EQ(sql.row("SELECT count(*) FROM epochs"), "2");
  EXPECT_EQ(sql.row("SELECT count(*) FROM sweeps"), "1");
  EXPECT_EQ(sql.row("SELECT count(*) FROM ensembles"), "0");
}

// A part that comes a second time, with more trials, says again what it has said.
TEST_F(SweepCopy, BringsWhatIsSaidOfItsTrialsOnce) {
  std::int64_t into = 0;
  {
    const auto store = open_store(to, "1.0");
    into = make_sweep(*store, "t").sweep_id;
    store->add_tags(into, std::nullopt, {"mine", "paper"});
  }
  CopyWishes some = wishes();
  some.into = into;
  some.trials = {source->trial(1, 0)->trial_id};
  copy(some);
  some.trials = {source->trial(1, 1)->trial_id};
  copy(some);
  Sql sql(to);
  EXPECT_THAT(sql.rows("SELECT trial, tag FROM tags ORDER BY trial, tag"),
              ElementsAre("NULL|mine", "NULL|paper", "0|good"));
  EXPECT_THAT(sql.rows("SELECT trial, text FROM notes ORDER BY trial"),
              ElementsAre("NULL|with the old data", "0|the first one"));
  EXPECT_EQ(sql.row("SELECT archived_at FROM sweeps"), "NULL");
}

TEST_F(SweepCopy, LeavesOutTheEventsThatItIsNotToTake) {
  CopyWishes some = wishes();
  some.takes_event = [](const LogRow& event) { return event.trial.has_value(); };
  copy(some);
  EXPECT_THAT(Sql(to).rows("SELECT kind FROM events"), ElementsAre("suggested"));
}

TEST_F(SweepCopy, IsThereWholeOrNotAtAll) {
  const auto store = open_store(to, "1.0");
  EXPECT_THROW(row_target(*store).import([&](RowWriter& writer) {
    copy_sweep(*source, *source->sweep("s"), writer, wishes());
    throw std::runtime_error("the end");
  }),
               std::runtime_error);
  EXPECT_EQ(Sql(to).row("SELECT count(*) FROM trials"), "0");
  EXPECT_THAT(Sql(to).rows("SELECT name FROM sqlite_master WHERE name GLOB 'trials_*'"), IsEmpty());
}

TEST_F(SweepCopy, ShowsOneMomentOfADatabaseThatGrows) {
  source->hold_snapshot();
  {
    const auto store = open_store(from, "1.0");
    record_epoch(*store, 1, 2, epoch_record(2));
  }
  copy(wishes());
  EXPECT_EQ(Sql(to).row("SELECT count(*) FROM learning_curves WHERE trial = 2"), "1");
  EXPECT_EQ(Sql(from).row("SELECT count(*) FROM learning_curves WHERE trial = 2"), "2");
}

TEST(ShardEvents, ComeBackAsTheyWere) {
  const Shard shard{3, 32};
  EXPECT_EQ(Sharded::from_row(Sharded{shard}.to_row())->shard, shard);
  const auto merged = Merged::from_row(Merged{"a.db", "2026", shard, 7, 1.5}.to_row());
  EXPECT_EQ(merged->source + merged->created_at, "a.db2026");
  EXPECT_EQ(merged->shard, shard);
  EXPECT_EQ(merged->trials, 7U);
  EXPECT_EQ(merged->active_seconds, 1.5);
  EXPECT_FALSE(Merged::from_row(Merged{"a.db", "2026", {}, 7, 1.5}.to_row())->shard);
  EXPECT_FALSE(Sharded::from_row({"sharded", R"({"shard": 4, "shards": 4})"}));
  EXPECT_FALSE(Sharded::from_row({"sharded", "[]"}));
  EXPECT_FALSE(Merged::from_row({"merged", "{}"}));
}

TEST(ShardEvents, ShardsShareAllNumbersOnce) {
  for (std::uint64_t end = 0; end < 20; ++end) {
    std::uint64_t all = 0;
    for (std::uint64_t index = 0; index < 7; ++index) {
      const Shard shard{index, 7};
      std::uint64_t counted = 0;
      for (std::uint64_t number = 0; number < end; ++number) {
        counted += shard.has(number) ? 1U : 0U;
      }
      EXPECT_EQ(shard.size(end), counted);
      all += counted;
    }
    EXPECT_EQ(all, end);
  }
}

}  // namespace
}  // namespace hpsearch::storage
