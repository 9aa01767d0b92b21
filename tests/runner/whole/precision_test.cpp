#include <string>

#include <gtest/gtest.h>

#include "nn/kernels/matmul.h"
#include "tests/support/process.h"
#include "tests/support/temp_folder.h"

namespace hpsearch::runner {
namespace {

using test::ProcessResult;
using test::run_hpsearch;
using test::TempFolder;

// A CPU without the instructions, as oneDNN lets one play.
const std::pair<std::string, std::string> kOldCpu{"ONEDNN_MAX_CPU_ISA", "AVX2"};

std::string sweep(const std::string& precision) {
  return "dataset: {source: digits}\n"
         "run_cap: 2\n"
         "parameters: {learning_rate: {distribution: log_uniform_values, min: 0.01, max: 0.1}}\n"
         "model: {hidden: [300]}\n"
         "training:\n"
         "  epochs: 2\n"
         "  precision: " +
         precision + "\n";
}

// The same with both to choose from.
std::string sweep_over_both() {
  return "dataset: {source: digits}\n"
         "run_cap: 2\n"
         "parameters: {precision: {values: [f32, bf16]}}\n"
         "model: {hidden: [300]}\n"
         "training: {epochs: 2}\n";
}

TEST(Precision, OfBfloat16IsRefusedBeforeAnythingIsTrained) {
  const TempFolder folder;
  folder.write("s.yaml", sweep("bf16"));
  for (const char* verb : {"check", "run"}) {
    const ProcessResult result = run_hpsearch(folder.path(), {verb, "s.yaml"}, {kOldCpu});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(
        result.err,
        "s.yaml:7:14: error: 'precision: bf16' needs a CPU with AMX or AVX-512 BF16, and this "
        "one has neither; write f32, or auto to use bf16 only on CPUs that support it\n"
        "  precision: bf16\n"
        "             ^\n");
  }
}

TEST(Precision, OfBfloat16IsRefusedWhereItIsSearchedOrSet) {
  const TempFolder folder;
  folder.write("searched.yaml", sweep_over_both());
  folder.write("s.yaml", sweep("f32"));
  const auto of_search = run_hpsearch(folder.path(), {"run", "searched.yaml"}, {kOldCpu});
  EXPECT_EQ(of_search.code, 2);
  EXPECT_TRUE(of_search.err.starts_with("searched.yaml:3:40: error: 'precision: bf16' needs a CPU"))
      << of_search.err;
  const auto of_set =
      run_hpsearch(folder.path(), {"run", "s.yaml", "--set", "training.precision=bf16"}, {kOldCpu});
  EXPECT_EQ(of_set.code, 2);
  EXPECT_NE(of_set.err.find("'precision: bf16' needs a CPU"), std::string::npos) << of_set.err;
}

// A sweep that another machine has made can be looked at and added to; what only that one can
// train is not taken.
TEST(Precision, OfBfloat16OnAnotherMachineKeepsASweepUsable) {
  if (!nn::has_bfloat16()) {
    GTEST_SKIP() << "this CPU does not multiply bfloat16";
  }
  const TempFolder folder;
  folder.write("s.yaml", sweep("bf16"));
  ASSERT_EQ(run_hpsearch(folder.path(), {"run", "s.yaml"}).code, 0);
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"report"}, {"show", "0"}, {"list"}, {"enqueue", "learning_rate=0.05"}}) {
    const auto result = run_hpsearch(folder.path(), words, {kOldCpu});
    EXPECT_EQ(result.code, 0) << words[0] << result.err;
  }
  folder.write("both.yaml", "name: both\n" + sweep_over_both());
  ASSERT_EQ(run_hpsearch(folder.path(), {"run", "both.yaml"}).code, 0);
  const auto refused =
      run_hpsearch(folder.path(), {"--sweep", "both", "enqueue", "precision=bf16"}, {kOldCpu});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("'precision: bf16' needs a CPU"), std::string::npos) << refused.err;
}

TEST(Precision, OfAWinnerThatThisCpuCannotTrainLetsTheSweepEnd) {
  if (!nn::has_bfloat16()) {
    GTEST_SKIP() << "this CPU does not multiply bfloat16";
  }
  const TempFolder folder;
  const auto with_trials = [](int trials) {
    return "name: s\ndataset: {source: digits}\nrun_cap: " + std::to_string(trials) +
           "\nparameters: {learning_rate: {distribution: log_uniform_values, min: 1e-9, max: "
           "1e-8}, "
           "precision: {values: [f32, auto]}}\ntraining: {epochs: 3}\n";
  };
  folder.write("s.yaml", with_trials(1));
  ASSERT_EQ(run_hpsearch(folder.path(), {"run", "s.yaml"}).code, 0);
  ASSERT_EQ(run_hpsearch(folder.path(), {"enqueue", "precision=bf16", "learning_rate=0.1"}).code,
            0);
  folder.write("s.yaml", with_trials(2));
  ASSERT_EQ(run_hpsearch(folder.path(), {"run", "s.yaml"}).code, 0);
  folder.write("s.yaml", with_trials(3));
  const auto result = run_hpsearch(folder.path(), {"run", "s.yaml"}, {kOldCpu});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(result.out.find("trials: 3 of 3 complete\n"), std::string::npos) << result.out;
  EXPECT_NE(result.err.find(
                "trial 1, the winner, was trained in bf16, which this CPU has not: no test metric "
                "and no weights here; on a CPU that has it:\n  hpsearch report --best --db "
                "hpsearch.db --sweep s > best.yaml && hpsearch run best.yaml --db hpsearch.db"),
            std::string::npos)
      << result.err;
}

TEST(Precision, OfAutoIsFloat32WhereTheCpuCannot) {
  const TempFolder folder;
  folder.write("f32.yaml", sweep("f32"));
  folder.write("auto.yaml", sweep("auto"));
  std::string digests[2];
  for (const int i : {0, 1}) {
    const std::string name = i == 0 ? "f32" : "auto";
    const ProcessResult result =
        run_hpsearch(folder.path(), {"run", name + ".yaml", "--db", name + ".db"}, {kOldCpu});
    EXPECT_EQ(result.code, 0) << result.err;
    digests[i] = result.out.substr(result.out.find("digest: "));
  }
  EXPECT_EQ(digests[0], digests[1]);
  const auto shown = [&](const std::string& name) {
    return run_hpsearch(folder.path(), {"show", "0", "--db", name}).out;
  };
  EXPECT_NE(shown("auto.db").find("\nprecision: f32 (auto)\n"), std::string::npos);
  EXPECT_EQ(shown("f32.db").find("precision: f32"), std::string::npos);
  EXPECT_EQ(test::query(folder.path() / "auto.db",
                        "SELECT group_concat(detail_json) FROM events WHERE kind = "
                        "'precision_chosen'"),
            "{\"precision\":\"f32\"},{\"precision\":\"f32\"}");
}

TEST(Precision, OfBfloat16TrainsTheSameWithAnyNumberOfWorkers) {
  if (!nn::has_bfloat16()) {
    GTEST_SKIP() << "this CPU does not multiply bfloat16";
  }
  const TempFolder folder;
  folder.write("s.yaml", sweep("bf16"));
  std::string digests[2];
  for (const int i : {0, 1}) {
    const std::string workers = std::to_string(i + 1);
    const ProcessResult result = run_hpsearch(
        folder.path(), {"run", "s.yaml", "--db", workers + ".db", "--workers", workers});
    EXPECT_EQ(result.code, 0) << result.err;
    digests[i] = result.out.substr(result.out.find("digest: "));
  }
  EXPECT_EQ(digests[0], digests[1]);
}

}  // namespace
}  // namespace hpsearch::runner
