// `checkpoints` of a sweep file.
#include "runner/sweep_file/checkpoints_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

TEST(CheckpointsReader, ReadsBothKeysAndTheirDefaults) {
  EXPECT_FALSE(read(kData).checkpoints);
  const auto usual = read(std::string(kData) + "checkpoints: {}\n").checkpoints.value();
  EXPECT_EQ(usual.every, 1);
  EXPECT_FALSE(usual.keep);
  const auto both =
      read(std::string(kData) + "checkpoints: {every: 5, keep: 3}\n").checkpoints.value();
  EXPECT_EQ(both.every, 5);
  EXPECT_EQ(both.keep, 3);
}

TEST(CheckpointsReader, SaysAllThatIsWrong) {
  const std::string head = std::string(kData) + "checkpoints: ";
  const std::vector<Mistake> mistakes{
      {head + "5\n",
       "s.yaml:2:14: error: 'checkpoints' must be a map, lines of 'key: value'; found 5\n"},
      {head + "{every: 0, keep: 2000, evry: 3}\n",
       "s.yaml:2:22: error: 'every' must be a whole number from 1 to 1000000; found 0\n"
       "s.yaml:2:31: error: 'keep' must be a whole number from 1 to 1024; found 2000\n"
       "s.yaml:2:37: error: unknown key 'evry' in 'checkpoints'; did you mean 'every'?\n"},
      {"program: train.py\nparameters: {x: {min: 0, max: 1}}\nmetric: {name: loss}\n"
       "checkpoints: {every: 3}\n",
       "s.yaml:4:1: error: 'checkpoints' saves the state of hpsearch's own networks; a program "
       "must save its own in its folder, so leave the key out\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages(mistake.yaml), mistake.messages);
  }
}

}  // namespace
}  // namespace hpsearch::runner
