#include "runner/run/profile_report.h"

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

TEST(ProfileReport, ListsThePhasesTheLongestFirst) {
  std::array<double, nn::kPhases> seconds{};
  seconds[static_cast<std::size_t>(nn::Phase::kGather)] = 0.5;
  seconds[static_cast<std::size_t>(nn::Phase::kProducts)] = 1.4;
  seconds[static_cast<std::size_t>(nn::Phase::kLogging)] = 0.1;
  EXPECT_EQ(profile_text(seconds),
            "profile: 2.00 s of wall time, summed over the training threads\n"
            "  matrix work   70.0 %  1.400 s\n"
            "  gather        25.0 %  0.500 s\n"
            "  logging        5.0 %  0.100 s\n");
}

TEST(ProfileReport, IsPrintedWhereTheEnvironmentAsksForIt) {
  const test::TempFolder folder;
  folder.write("s.yaml", "dataset: {source: digits}\nrun_cap: 1\ntraining: {epochs: 2}\n");
  const auto silent = test::run_hpsearch(folder.path(), {"run", "s.yaml"});
  EXPECT_EQ(silent.err.find("profile"), std::string::npos);
  const auto loud = test::run_hpsearch(folder.path(), {"run", "s.yaml", "--fresh", "--quiet"},
                                       {{"HPSEARCH_PROFILE", "1"}});
  EXPECT_EQ(loud.code, 0);
  EXPECT_NE(loud.err.find("profile: "), std::string::npos) << loud.err;
  for (const char* phase : {"gather", "matrix work", "loss", "update", "evaluation", "logging"}) {
    EXPECT_NE(loud.err.find(phase), std::string::npos) << loud.err;
  }
}

}  // namespace
}  // namespace hpsearch::runner
