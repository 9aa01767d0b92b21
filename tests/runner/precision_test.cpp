#include <string>

#include <gtest/gtest.h>

#include "nn/matmul.h"
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

TEST(Precision, OfBfloat16IsRefusedBeforeAnythingIsTrained) {
  const TempFolder folder;
  folder.write("s.yaml", sweep("bf16"));
  for (const char* verb : {"check", "run"}) {
    const ProcessResult result = run_hpsearch(folder.path(), {verb, "s.yaml"}, {kOldCpu});
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err,
              "s.yaml:7:3: error: 'precision: bf16' needs a CPU with AMX or with AVX-512 and its "
              "bf16 instructions, and this one has neither; write f32, or auto to use bf16 only "
              "where it can\n"
              "  precision: bf16\n"
              "  ^\n");
  }
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
