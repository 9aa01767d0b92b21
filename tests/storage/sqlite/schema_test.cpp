#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

// The names that scripts rely on, copied from the documentation by hand.
const std::map<std::string, std::string> kColumns{
    {"migrations", "version,applied_at,tool_version"},
    {"sweeps",
     "sweep_id,name,method,metric,goal,seed,config_yaml,config_hash,data_json,state,created_at,"
     "finished_at,active_seconds,stop_reason,tool_version,host_json,archived_at"},
    {"stages", "sweep_id,stage,epochs,trials,space_json"},
    {"trials",
     "trial_id,sweep_id,number,state,value,score,best_epoch,epochs_done,epochs,seed,stage,origin,"
     "parent,attempt,params_json,params_hash,created_at,started_at,finished_at,seconds,worker,"
     "reason,violation"},
    {"params", "trial_id,name,value,unit"},
    {"epochs",
     "trial_id,replicate,epoch,train_loss,train_accuracy,val_loss,val_accuracy,learning_rate,"
     "grad_norm,weight_norm,update_ratio,seconds,nonfinite"},
    {"artifacts", "trial_id,name,path,bytes,sha256"},
    {"checkpoints", "trial_id,replicate,epoch,path,sha256,bytes"},
    {"earlier_trials", "sweep_id,number,state,score,epochs,params_json,source"},
    {"ensembles", "sweep_id,kind,rows"},
    {"ensemble_members", "sweep_id,member,trial_id,fold,epoch,weight"},
    {"ensemble_metrics", "sweep_id,name,value"},
    {"metrics", "trial_id,replicate,epoch,name,value"},
    {"replicates", "trial_id,replicate,seed,fold,state,value,best_epoch,epochs_done,seconds"},
    {"events", "event_id,at,sweep_id,trial_id,kind,detail_json"},
    {"notes", "note_id,sweep_id,trial,text,at"},
    {"results", "trial_id,name,value"},
    {"spreads", "trial_id,replicates,deviation,standard_error"},
    {"tags", "sweep_id,trial,tag,at"},
    {"leaderboard",
     "sweep,rank,trial,trial_id,value,best_epoch,epochs_done,stage,seconds,seed,params_json,"
     "replicates,deviation,standard_error,violation"},
    {"best_trials",
     "sweep,rank,trial,trial_id,value,best_epoch,epochs_done,stage,seconds,seed,params_json,"
     "replicates,deviation,standard_error,violation"},
    {"learning_curves",
     "sweep,trial,state,trial_id,replicate,epoch,train_loss,train_accuracy,val_loss,val_accuracy,"
     "learning_rate,grad_norm,weight_norm,update_ratio,seconds,nonfinite"},
    {"sweep_summary",
     "sweep,method,metric,goal,state,trials,complete,pruned,diverged,failed,epochs,seconds,best"},
    {"trials_s", "trial,trial_id,state,value,score,stage,best_epoch,seconds"},
};

TEST(Schema, HasTheTablesViewsAndColumnsOfTheDocumentation) {
  const StoreFixture f;
  Sql sql(f.file);
  std::map<std::string, std::string> columns;
  for (const std::string& name :
       sql.rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")) {
    columns[name] = sql.row("SELECT group_concat(name) FROM pragma_table_info('" + name + "')");
  }
  EXPECT_EQ(columns, kColumns);
}

TEST(Schema, LetsNoOtherNameBeginLikeTheViewsOfSweeps) {
  const StoreFixture f;
  EXPECT_THAT(Sql(f.file).rows("SELECT name FROM sqlite_master WHERE name GLOB 'trials_*'"),
              ElementsAre("trials_s"));
}

TEST(Schema, MarksTheFileAsOurs) {
  const StoreFixture f;
  Sql sql(f.file);
  EXPECT_EQ(sql.row("PRAGMA application_id"), std::to_string(0x48505331));
  EXPECT_EQ(sql.row("PRAGMA user_version"), "8");
  EXPECT_EQ(sql.row("PRAGMA journal_mode"), "wal");
}

TEST(Schema, SaysWhoAppliedItWhen) {
  const StoreFixture f;
  EXPECT_THAT(Sql(f.file).rows("SELECT * FROM migrations"),
              ElementsAre(MatchesRegex("1\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("2\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("3\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("4\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("5\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("6\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("7\\|20..-..-..T..:..:..\\....Z\\|1.0"),
                          MatchesRegex("8\\|20..-..-..T..:..:..\\....Z\\|1.0")));
}

TEST(Schema, RefusesStatesThatNoScriptKnows) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  Sql sql(f.file);
  for (const char* statement :
       {"UPDATE trials SET state = 'done'", "UPDATE trials SET origin = 'user'",
        "UPDATE sweeps SET state = 'failed'", "UPDATE sweeps SET goal = 'max'",
        "INSERT INTO earlier_trials VALUES (1, 0, 'failed', NULL, 3, '{}', '')"}) {
    EXPECT_ANY_THROW(sql.run(statement)) << statement;
  }
}

TEST(Schema, RemovesWithASweepAllThatIsItsOwn) {
  StoreFixture f;
  start_trial(f.store, f.sweep, trial_start(0, {{"a", 1.0}}, {0.5}));
  record_epoch(f.store, f.sweep, 0, epoch_record(1));
  end_trial(f.store, f.sweep, trial_end(0, search::TrialState::kComplete, 0.5));
  f.store.add_event(f.sweep, 0, {"note", "{}"});
  f.store.end_run(f.sweep, SweepState::kComplete, std::nullopt, 1, {{1, "test_accuracy", 0.5}});
  f.store.put_artifact(1, {"weights", "x.db.files/sweep1/best.safetensors", 8, "c0de"});
  Sql sql(f.file);
  f.store.add_tags(f.sweep, 0, {"good"});
  f.store.add_note(f.sweep, std::nullopt, "as before");
  sql.run("INSERT INTO earlier_trials VALUES (1, 0, 'complete', 0.5, 3, '{}', 'old.db:old')");
  const char* tables[] = {"stages", "trials",    "params", "replicates", "epochs",        "metrics",
                          "events", "artifacts", "tags",   "notes",      "earlier_trials"};
  for (const std::string table : tables) {
    EXPECT_NE(sql.row("SELECT COUNT(*) FROM " + table), "0") << table;
  }
  sql.run("PRAGMA foreign_keys = ON; DELETE FROM sweeps");
  for (const std::string table : tables) {
    EXPECT_EQ(sql.row("SELECT COUNT(*) FROM " + table), "0") << table;
  }
  EXPECT_THAT(sql.rows("PRAGMA integrity_check"), ElementsAre("ok"));
  EXPECT_THAT(sql.rows("PRAGMA foreign_key_check"), IsEmpty());
}

}  // namespace
}  // namespace hpsearch::storage
