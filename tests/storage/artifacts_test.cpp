#include "storage/artifacts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/queries.h"
#include "tests/storage/store_fixtures.h"

namespace hpsearch::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Artifacts, LieInAFolderBesideTheDatabase) {
  EXPECT_EQ(artifact_path("hpsearch.db", 3, "best.safetensors"),
            "hpsearch.db.files/sweep3/best.safetensors");
  EXPECT_EQ(artifact_path("/data/x.db", 3, "a"), "x.db.files/sweep3/a");
  EXPECT_EQ(artifact_file("hpsearch.db", "hpsearch.db.files/a"), "hpsearch.db.files/a");
  EXPECT_EQ(artifact_file("/data/x.db", "x.db.files/a"), "/data/x.db.files/a");
}

TEST(Artifacts, AreFoundThroughASymbolicLinkToo) {
  const StoreFixture f;
  const auto real = std::filesystem::canonical(f.file);
  const test::TempFolder elsewhere;
  const auto link = elsewhere.path() / "link.db";
  std::filesystem::create_symlink(real, link);
  EXPECT_EQ(artifact_path(link, 1, "a"), "x.db.files/sweep1/a");
  EXPECT_EQ(artifact_file(link, "x.db.files/sweep1/a"), real.parent_path() / "x.db.files/sweep1/a");
}

std::vector<std::string> paths_of(const StoreFixture& f, std::int64_t trial_id) {
  std::vector<std::string> paths;
  for (const ArtifactRow& row : open_queries(f.file)->artifacts(trial_id)) {
    paths.push_back(row.name + " " + row.path + " " + std::to_string(row.bytes) + " " + row.sha256);
  }
  return paths;
}

TEST(Artifacts, ReplaceWhatTheirPathOrTheirNameStoodFor) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  f.trial(1, search::TrialState::kComplete, 0.6);
  f.store.put_artifact(1, {"weights", "x.db.files/sweep1/best", 5'000'000'000, "aa"});
  f.store.put_artifact(1, {"curve", "x.db.files/sweep1/curve", 1, "bb"});
  EXPECT_THAT(paths_of(f, 1), ElementsAre("curve x.db.files/sweep1/curve 1 bb",
                                          "weights x.db.files/sweep1/best 5000000000 aa"));
  f.store.put_artifact(1, {"weights", "x.db.files/sweep1/best", 7, "cc"});
  EXPECT_THAT(paths_of(f, 1), ElementsAre("curve x.db.files/sweep1/curve 1 bb",
                                          "weights x.db.files/sweep1/best 7 cc"));
  // Another trial has become the winner, and its file has taken the place of the first one's.
  f.store.put_artifact(2, {"weights", "x.db.files/sweep1/best", 8, "dd"});
  EXPECT_THAT(paths_of(f, 1), ElementsAre("curve x.db.files/sweep1/curve 1 bb"));
  EXPECT_THAT(paths_of(f, 2), ElementsAre("weights x.db.files/sweep1/best 8 dd"));
  f.store.put_artifact(2, {"weights", "x.db.files/sweep1/other", 9, "ee"});
  EXPECT_THAT(paths_of(f, 2), ElementsAre("weights x.db.files/sweep1/other 9 ee"));
}

TEST(Artifacts, AreForgottenByTheirPathAlone) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  f.store.put_artifact(1, {"weights", "x.db.files/sweep1/best", 7, "aa"});
  f.store.put_artifact(1, {"candidate", "x.db.files/sweep1/candidate", 7, "bb"});
  f.store.forget_artifact("x.db.files/sweep1/candidate");
  EXPECT_THAT(paths_of(f, 1), ElementsAre("weights x.db.files/sweep1/best 7 aa"));
  f.store.forget_artifact("x.db.files/sweep1/candidate");
  EXPECT_THAT(paths_of(f, 1), ElementsAre("weights x.db.files/sweep1/best 7 aa"));
}

TEST(Artifacts, StayWhenTheirSweepIsSetAside) {
  StoreFixture f;
  f.trial(0, search::TrialState::kComplete, 0.5);
  f.store.put_artifact(1, {"weights", artifact_path(f.file, f.sweep, "best"), 1, "aa"});
  f.store.set_aside(*f.store.find_sweep("s"));
  EXPECT_THAT(paths_of(f, 1), ElementsAre("weights x.db.files/sweep1/best 1 aa"));
  const SweepRow fresh = make_sweep(f.store, "s");
  EXPECT_EQ(artifact_path(f.file, fresh.sweep_id, "best"), "x.db.files/sweep2/best");
}

}  // namespace
}  // namespace hpsearch::storage
