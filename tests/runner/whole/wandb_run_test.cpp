// Scripts written for W&B, as trials: no account, no network, no package.

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/run_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::HasSubstr;

// Skips where Debian's Python is missing.
class WandbRun : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists("/usr/bin/python3")) {
      GTEST_SKIP() << "/usr/bin/python3 is not installed";
    }
  }
};

std::string sweep(const std::string& metric, const std::string& parameters) {
  return "name: w\nprogram: train.py\nwandb: stand-in\nmethod: grid\n"
         "command: [/usr/bin/python3, \"${program}\", \"${args}\"]\nmetric: {name: " +
         metric + "}\nparameters:\n" + parameters;
}

TEST_F(WandbRun, ReadsArgumentsAndLogsEpochs) {
  const RunFolder folder(sweep("val/loss", "  lr: {values: [0.5, 0.25]}\n  wd: {value: 1}\n"));
  folder.write("train.py", R"(
import argparse
import wandb

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1.0)
parser.add_argument("--wd", type=int)
args = parser.parse_args()
run = wandb.init(project="p", config=args)
for epoch in range(3):
    wandb.log({"train": {"loss": 2.0}, "epoch": epoch})
    wandb.log({"val/loss": wandb.config.lr * (3 - epoch), "epoch": epoch})
run.summary["params"] = 7
run.finish()
)");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err << folder.query("SELECT reason FROM trials");
  EXPECT_EQ(folder.query("SELECT group_concat(value, ' ') FROM (SELECT value FROM metrics WHERE "
                         "trial_id = 2 AND name = 'val/loss' ORDER BY epoch)"),
            "0.75 0.5 0.25");
  EXPECT_EQ(folder.query("SELECT trial || ' ' || value || ' ' || best_epoch FROM best_trials"),
            "1 0.25 3");
  EXPECT_EQ(folder.query("SELECT value FROM metrics WHERE name = 'train.loss'"), "2.0");
  EXPECT_EQ(folder.query("SELECT max(epoch) FROM epochs"), "3") << "a summary is no epoch";
  EXPECT_EQ(folder.query("SELECT epoch || ' ' || value FROM metrics WHERE name = 'params'"),
            "3 7.0");
}

TEST_F(WandbRun, HasNestedParametersAndASummary) {
  const RunFolder folder(sweep("score",
                               "  opt: {parameters: {name: {values: [sgd, adam]}, "
                               "rate: {value: 1.0e-05}}}\n"));
  folder.write("train.py", R"(
import wandb

with wandb.init() as run:
    assert run.config.opt["rate"] == 1e-05, run.config
    assert run.config["opt"]["name"] in ("sgd", "adam")
    run.summary["score"] = len(wandb.config.opt["name"])
)");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err << folder.query("SELECT reason FROM trials");
  EXPECT_EQ(folder.query("SELECT group_concat(value) FROM (SELECT value FROM trials ORDER BY "
                         "number)"),
            "3.0,4.0");
}

TEST_F(WandbRun, RunsTheFunctionOfAnAgent) {
  const RunFolder folder(sweep("m", "  x: {values: [2, 3]}\n"));
  folder.write("train.py", R"(
import wandb

def train():
    wandb.init()
    for step in range(2):
        wandb.log({"m": wandb.config.x ** step})

sweep_id = wandb.sweep({"parameters": {}}, project="p")
wandb.agent(sweep_id, function=train, count=5)
)");
  const auto run = folder.run();
  ASSERT_EQ(run.code, 0) << run.err << folder.query("SELECT reason FROM trials");
  EXPECT_EQ(folder.query("SELECT group_concat(value) FROM (SELECT value FROM trials ORDER BY "
                         "number)"),
            "1.0,1.0");
  EXPECT_EQ(folder.query("SELECT max(epochs_done) FROM trials"), "2");
}

// A script that fails fails its trial, with Python's own words.
TEST_F(WandbRun, KeepsWhatPythonSays) {
  const RunFolder folder(sweep("m", "  x: {value: 2}\n"));
  folder.write("train.py", "import wandb\nwandb.init()\nraise ValueError('no such thing')\n");
  EXPECT_EQ(folder.run().code, 3);
  EXPECT_THAT(folder.query("SELECT reason FROM trials"), HasSubstr("ValueError: no such thing"));
}

}  // namespace
}  // namespace hpsearch::runner
