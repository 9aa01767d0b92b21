// `hpsearch doctor` on the files of real runs.
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

test::ProcessResult doctor(const RunFolder& folder, std::vector<std::string> more = {}) {
  more.insert(more.begin(), "doctor");
  return test::run_hpsearch(folder.path(), more);
}

// Zeroes the page that holds the last rows of `epochs`.
void damage_last_epochs(const RunFolder& folder) {
  const std::string root = folder.query("SELECT rootpage FROM sqlite_master WHERE name = 'epochs'");
  constexpr int kPage = 4096;
  std::fstream file(folder.path() / "hpsearch.db", std::ios::in | std::ios::out | std::ios::binary);
  std::string page(kPage, '\0');
  file.seekg((std::stol(root) - 1) * kPage);
  file.read(page.data(), kPage);
  const auto at = [&](int i) {
    return static_cast<unsigned char>(page[static_cast<std::size_t>(i)]);
  };
  ASSERT_EQ(at(0), 2) << "the table has one page alone";
  // The right-most child of an interior page.
  const long child = (at(8) << 24) + (at(9) << 16) + (at(10) << 8) + at(11);
  file.seekp((child - 1) * kPage);
  file << std::string(kPage, '\0');
}

TEST(Doctor, FindsNothingWrongWithARun) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(folder.run().code, 0);
  const auto result = doctor(folder);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("1 sweep, 6 trials and 24 epochs agree"),
                                HasSubstr("files as written"), Not(HasSubstr("warning"))));
}

TEST(Doctor, FindsNothingWrongWithFoldsRepeatsPromotionsAndPrograms) {
  for (const std::string& more :
       {std::string("repeats: {seeds: 3, top: 2}\n"),
        std::string("early_terminate: {type: asha, mode: promote}\n"),
        std::string("early_terminate: {type: hyperband, min_iter: 1}\n"),
        std::string("ensemble: {trials: 3}\n"), std::string("checkpoints: {every: 1}\n"),
        std::string("method: coarse_to_fine\n")}) {
    const RunFolder folder(small_sweep(12, more));
    ASSERT_EQ(folder.run().code, 0) << more;
    const auto result = doctor(folder);
    EXPECT_EQ(result.code, 0) << more << result.out;
  }
  RunFolder program(
      "name: p\nrun_cap: 4\nmetric: {name: loss}\ncommand: [sh, -c, 'echo loss=0.5; echo "
      "loss=0.25']\n"
      "parameters: {x: {min: 0.0, max: 1.0}}\n");
  ASSERT_EQ(program.run().code, 0);
  const auto result = doctor(program);
  EXPECT_EQ(result.code, 0) << result.out;
}

TEST(Doctor, AnswersInJson) {
  const RunFolder folder(small_sweep());
  ASSERT_EQ(folder.run().code, 0);
  fs::remove(folder.path() / "hpsearch.db.files/sweep1/best.safetensors");
  const auto result = doctor(folder, {"--json"});
  EXPECT_EQ(result.code, 1);
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["format"], 1);
  bool found = false;
  for (const auto& one : json["findings"]) {
    found = found || (one["about"] == "files" && one["kind"] == "warning");
  }
  EXPECT_TRUE(found) << result.out;
  const auto kinds = nlohmann::json::parse(doctor(folder, {"--json", "--fields", "kind"}).out);
  EXPECT_EQ(kinds["findings"][0].size(), 1U);
}

TEST(Doctor, WhatItRecoversRunsOnToTheSameDigest) {
  const RunFolder folder(small_sweep(40));
  ASSERT_EQ(folder.run().code, 0);
  const std::string digest = folder.digest();
  folder.query("PRAGMA wal_checkpoint(TRUNCATE)");
  damage_last_epochs(folder);
  const auto sick = doctor(folder);
  EXPECT_EQ(sick.code, 1);
  EXPECT_THAT(sick.out, HasSubstr("doctor --recover NEW.db"));
  EXPECT_EQ(doctor(folder, {"--repair"}).code, 1) << "pages are no matter of --repair";
  const auto recovered = doctor(folder, {"--recover", "new.db"});
  EXPECT_EQ(recovered.code, 0) << recovered.err;
  EXPECT_THAT(recovered.out, HasSubstr("lost     epochs: rows of"));
  EXPECT_EQ(doctor(folder, {"--recover", "new.db"}).code, 2) << "it exists";
  ASSERT_EQ(folder.run({"--db", "new.db"}).code, 0);
  EXPECT_THAT(folder.report({"--db", "new.db"}).out, HasSubstr("digest: " + digest));
  EXPECT_EQ(doctor(folder, {"--db", "new.db"}).code, 0);
}

TEST(Doctor, RefusesWhatIsNoDatabaseOfOurs) {
  const RunFolder folder(small_sweep());
  EXPECT_EQ(doctor(folder).code, 1) << "there is none";
  folder.write("text.db", std::string(5000, 'x'));
  const auto text = doctor(folder, {"--db", "text.db"});
  EXPECT_EQ(text.code, 1);
  EXPECT_THAT(text.err, HasSubstr("not an SQLite database"));
}

}  // namespace
}  // namespace hpsearch::runner
