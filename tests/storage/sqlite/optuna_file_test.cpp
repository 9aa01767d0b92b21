#include "storage/optuna_file.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/error.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::ElementsAre;

// As Optuna 3.1 writes them itself.
TEST(OptunaFile, HasTheRowsThatOptunaReads) {
  const test::TempFolder folder;
  const auto path = folder.path() / "x.db";
  OptunaFile file(path, {"a 'b'", true, {{"seed", "7"}}});
  constexpr double kInf = std::numeric_limits<double>::infinity();
  file.add({"COMPLETE",
            "2026-01-31 10:00:00.000000",
            "2026-01-31 10:00:01.000000",
            0.5,
            {{"p", 0.25, "{}"}},
            {{1, 0.25}, {2, std::nan("")}, {3, kInf}, {4, -kInf}},
            {{"k", "[1]"}},
            {}});
  file.add({"WAITING", {}, {}, {}, {}, {}, {}, {{"fixed_params", "{}"}}});
  file.finish();
  Sql sql(path);
  EXPECT_EQ(sql.row("SELECT * FROM version_info"), "1|12|3.1.0");
  EXPECT_EQ(sql.row("SELECT * FROM alembic_version"), "v3.0.0.d");
  EXPECT_EQ(sql.row("SELECT * FROM studies"), "1|a 'b'");
  EXPECT_EQ(sql.row("SELECT * FROM study_directions"), "1|MAXIMIZE|1|0");
  EXPECT_EQ(sql.row("SELECT * FROM study_user_attributes"), "1|1|seed|7");
  EXPECT_THAT(sql.rows("SELECT * FROM trials"),
              ElementsAre("1|0|1|COMPLETE|2026-01-31 10:00:00.000000|2026-01-31 10:00:01.000000",
                          "2|1|1|WAITING|NULL|NULL"));
  EXPECT_THAT(sql.rows("SELECT * FROM trial_values"), ElementsAre("1|1|0|0.5|FINITE"));
  EXPECT_THAT(sql.rows("SELECT * FROM trial_params"), ElementsAre("1|1|p|0.25|{}"));
  EXPECT_THAT(sql.rows("SELECT * FROM trial_intermediate_values"),
              ElementsAre("1|1|1|0.25|FINITE", "2|1|2|NULL|NAN", "3|1|3|NULL|INF_POS",
                          "4|1|4|NULL|INF_NEG"));
  EXPECT_THAT(sql.rows("SELECT * FROM trial_user_attributes"), ElementsAre("1|1|k|[1]"));
  EXPECT_THAT(sql.rows("SELECT * FROM trial_system_attributes"),
              ElementsAre("1|2|fixed_params|{}"));
}

TEST(OptunaFile, SaysWhyItCannotBeWritten) {
  const test::TempFolder folder;
  EXPECT_THROW(OptunaFile(folder.path() / "no/x.db", {}), StoreError);
}

}  // namespace
}  // namespace hpsearch::storage
