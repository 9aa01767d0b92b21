#include "storage/sql/trial_view.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using search::Categorical;
using search::Fixed;
using search::Numeric;
using testing::ElementsAre;

std::vector<std::string> parameter_columns(const search::Space& space) {
  test::TempFolder folder;
  const auto file = folder.path() / "x.db";
  const auto store_opened = open_store(file, "1.0");
  Store& store = *store_opened;
  make_sweep(store, "s", "maximize", space);
  return Sql(file).rows("SELECT name FROM pragma_table_info('trials_s') WHERE cid >= 8");
}

TEST(TrialView, GivesEachParameterAColumnOfItsType) {
  StoreFixture f;
  const search::Space space{
      {"batch", Categorical{{std::int64_t{32}, std::int64_t{64}}}},
      {"bias", Categorical{{true, false}}},
      {"fixed", Fixed{0.5}},
      {"hidden", Categorical{{nn::ValueList{std::int64_t{64}}}}},
      {"mixed", Categorical{{std::int64_t{1}, 0.5}}},
      {"open", Categorical{{std::string("none"), 0.5}}},
      {"rate", Numeric{}},
      {"units", Numeric{1.0, 9.0, false, 1.0, true}},
  };
  const std::int64_t sweep = make_sweep(f.store, "v", "maximize", space).sweep_id;
  start_trial(f.store, sweep,
              trial_start(0, {{"batch", std::int64_t{32}},
                              {"bias", true},
                              {"fixed", 0.5},
                              {"hidden", nn::ValueList{std::int64_t{64}}},
                              {"mixed", std::int64_t{1}},
                              {"open", 0.5},
                              {"rate", 0.25},
                              {"units", std::int64_t{8}}}));
  start_trial(f.store, sweep, trial_start(1, {{"rate", 1.0}}));
  std::string columns;
  std::string types;
  for (const auto& parameter : space) {
    columns += "|| ' ' || " + parameter.name;
    types += "|| ' ' || typeof(" + parameter.name + ")";
  }
  Sql sql(f.file);
  EXPECT_EQ(sql.row("SELECT '' " + columns + " FROM trials_v WHERE trial = 0"),
            " 32 1 0.5 [64] 1.0 0.5 0.25 8");
  EXPECT_EQ(sql.row("SELECT '' " + types + " FROM trials_v WHERE trial = 0"),
            " integer integer real text real text real integer");
  EXPECT_EQ(sql.row("SELECT rate, units, hidden FROM trials_v WHERE trial = 1"), "1.0|NULL|NULL");
}

TEST(TrialView, RenamesParametersThatAreNamedLikeItsOwnColumns) {
  EXPECT_THAT(parameter_columns({{"Stage", Numeric{}},
                                 {"SECONDS", Numeric{}},
                                 {"trial", Numeric{}},
                                 {"values", Numeric{}}}),
              ElementsAre("param_Stage", "param_SECONDS", "param_trial", "values"));
}

TEST(TrialView, RenamesParametersThatDifferOnlyInCase) {
  EXPECT_THAT(parameter_columns({{"LR", Numeric{}},
                                 {"Lr", Numeric{}},
                                 {"lr", Numeric{}},
                                 {"param_value", Numeric{}},
                                 {"value", Numeric{}}}),
              ElementsAre("LR", "param_Lr", "param_lr2", "param_value", "param_value2"));
}

TEST(TrialView, ReadsTheParameterThatItsColumnIsNamedFor) {
  StoreFixture f;
  const search::Space space{{"it's", Numeric{}}, {"value", Numeric{}}};
  const std::int64_t sweep = make_sweep(f.store, "v", "maximize", space).sweep_id;
  start_trial(f.store, sweep, trial_start(0, {{"it's", 0.25}, {"value", 0.75}}));
  EXPECT_EQ(Sql(f.file).row("SELECT \"it's\", param_value, value FROM trials_v"), "0.25|0.75|NULL");
}

TEST(TrialView, ShowsTheTrialsOfItsSweepOnly) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  const std::int64_t other = make_sweep(f.store, "other").sweep_id;
  start_trial(f.store, other, trial_start(5));
  EXPECT_THAT(Sql(f.file).rows("SELECT trial, state, value, score, stage, best_epoch, seconds FROM "
                               "trials_s"),
              ElementsAre("0|complete|0.5|-0.5|0|2|1.5"));
  EXPECT_THAT(Sql(f.file).rows("SELECT trial FROM trials_other"), ElementsAre("5"));
}

}  // namespace
}  // namespace hpsearch::storage
