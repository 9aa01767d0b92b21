// `early_terminate` of a sweep file.
#include "runner/sweep_file/early_terminate_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "search/pruners/hyperband_pruner.h"
#include "tests/runner/sweep_file/sweep_file_support.h"

namespace hpsearch::runner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<search::PrunerSpec> early(const std::string& yaml) {
  return read(kData + yaml).early_terminate;
}

TEST(EarlyTerminateReader, TakesTheDefaultsOfWandb) {
  EXPECT_TRUE(read(kData).early_terminate.empty());
  const auto specs = early("early_terminate: {type: hyperband, min_iter: 4}\n");
  ASSERT_EQ(specs.size(), 1U);
  EXPECT_EQ(specs[0].type, "hyperband");
  EXPECT_FALSE(specs[0].metric);
  const search::PrunerOptions expected{{"min_iter", std::int64_t{4}},
                                       {"eta", 3.0},
                                       {"strict", true},
                                       {"warmup_epochs", std::int64_t{0}},
                                       {"warmup_trials", std::int64_t{0}}};
  EXPECT_EQ(specs[0].options, expected);
  auto bands = search::hyperband_bands(specs[0].options);
  bands.resize(5);
  EXPECT_THAT(bands, ElementsAre(4, 12, 36, 108, 324));
}

TEST(EarlyTerminateReader, ReadsSeveralPrunersAndWhatTheyWatch) {
  const auto specs = early(
      "early_terminate:\n"
      "  type: asha\n"
      "  mode: stop\n"
      "  eta: 2\n"
      "  also:\n"
      "    - {type: threshold, metric: val_loss, upper: 5}\n"
      "    - {type: patience, metric: {name: val_f1, goal: maximize}, patience: 3}\n");
  ASSERT_EQ(specs.size(), 3U);
  EXPECT_EQ(search::word(specs[0].options, "mode"), "stop");
  EXPECT_EQ(search::real(specs[0].options, "eta"), 2.0);
  EXPECT_EQ(search::real(specs[1].options, "upper"), 5.0);
  EXPECT_FALSE(search::real(specs[1].options, "lower"));
  ASSERT_TRUE(specs[1].metric && specs[2].metric);
  EXPECT_EQ(specs[1].metric->name, "val_loss");
  EXPECT_EQ(specs[1].metric->goal, search::Goal::kMinimize);
  EXPECT_EQ(specs[2].metric->goal, search::Goal::kMaximize);
}

TEST(EarlyTerminateReader, ReadsEveryKeyAndNotesWhatHasNoEffect) {
  const test::TempFolder folder;
  const auto file = load_sweep_file(folder
                                        .write("s.yaml", std::string(kData) + "early_terminate:\n"
                                                                              "  max_iter: 50\n"
                                                                              "  min_iter: 12\n"
                                                                              "  s: 3\n"
                                                                              "  eta: 2\n"
                                                                              "  strict: false\n"
                                                                              "  type: hyperband\n")
                                        .string());
  const auto& spec = file.spec.early_terminate.at(0);
  EXPECT_FALSE(search::truth(spec.options, "strict"));
  EXPECT_THAT(search::hyperband_bands(spec.options), ElementsAre(6, 12, 25));
  ASSERT_EQ(file.notes.size(), 1U);
  EXPECT_THAT(file.notes[0],
              HasSubstr("s.yaml:4:3: warning: 'min_iter' has no effect beside 'max_iter'"));
  const auto other = load_sweep_file(
      folder
          .write("t.yaml",
                 std::string(kData) + "early_terminate: {type: hyperband, min_iter: 2, s: 2}\n")
          .string());
  ASSERT_EQ(other.notes.size(), 1U);
  EXPECT_THAT(other.notes[0], HasSubstr("'s' has no effect without 'max_iter'"));
}

TEST(EarlyTerminateReader, SaysAllThatIsWrong) {
  const std::string head = std::string(kData) + "early_terminate: ";
  const std::vector<Mistake> mistakes{
      {head + "hyperband\n",
       "s.yaml:2:18: error: 'early_terminate' must be a map, lines of 'key: value'; found "
       "'hyperband'\n"},
      {head + "{min_iter: 3}\n",
       "s.yaml:2:18: error: key 'type' is missing in 'early_terminate'\n"},
      {head + "{type: hyperbnd, eta: 1, min_iter: 0, patience: 3}\n",
       "s.yaml:2:25: error: 'type' must be one of hyperband, median, percentile, "
       "successive_halving, asha, patience, threshold, wilcoxon; found 'hyperbnd'; did you mean "
       "'hyperband'?\n"},
      {head + "{type: hyperband, eta: 1, min_iter: 0, patience: 3}\n",
       "s.yaml:2:41: error: 'eta' must be a number above 1; found 1\n"
       "s.yaml:2:54: error: 'min_iter' must be a whole number from 1 to 1000000000; found 0\n"
       "s.yaml:2:57: error: unknown key 'patience' in 'early_terminate'; valid keys: also, type, "
       "min_iter, max_iter, s, eta, strict, brackets, warmup_epochs, warmup_trials, metric\n"},
      {head + "{type: asha, mode: pause, metric: val_los}\n",
       "s.yaml:2:37: error: 'mode' must be one of stop, promote; found 'pause'\n"
       "s.yaml:2:52: error: 'metric' must be one of val_accuracy, val_balanced_accuracy, val_f1, "
       "val_auc, val_rmse, val_mae, val_r2, val_loss, train_accuracy, train_loss, val_log_loss; "
       "found 'val_los'; did you mean 'val_loss'?\n"},
      {head + "{type: threshold}\n",
       "s.yaml:2:18: error: 'threshold' needs 'lower' or 'upper', the end of the range in which "
       "trials go on; write, for instance, lower: 0.2\n"},
      {head + "{type: asha, mode: promote, also: [{type: asha, mode: promote, eta: 2}]}\n",
       "s.yaml:2:46: error: two pruners have mode: promote, and a trial can only be at one rung; "
       "write mode: stop for one of them\n"},
      {head + "{type: median, also: {type: patience}}\n",
       "s.yaml:2:39: error: 'also' must be a list, such as [{type: patience, patience: 10}]; found "
       "a map\n"},
      {head + "{type: median, also: [{type: patience, warmup: 2}]}\n",
       "s.yaml:2:57: error: unknown key 'warmup' in 'also[0]'; valid keys: type, patience, "
       "min_delta, warmup_epochs, warmup_trials, metric\n"},
      {head + "{type: hyperband, max_iter: 9, min_iter: 3}\n",
       "s.yaml:2:36: error: 'max_iter' needs 's', the number of bands below it, each 'eta' times "
       "smaller than the one before; add s: 2, or write 'min_iter' instead\n"},
      {head + "{type: hyperband, eta: 2}\n",
       "s.yaml:2:18: error: 'early_terminate' needs 'min_iter', the epochs after which a trial is "
       "first judged, or 'max_iter' with 's'; write min_iter: 3\n"},
      {head + "{type: hyperband, min_iter: 3, strikt: true}\n",
       "s.yaml:2:49: error: unknown key 'strikt' in 'early_terminate'; did you mean 'strict'?\n"},
  };
  for (const Mistake& mistake : mistakes) {
    EXPECT_EQ(messages(mistake.yaml), mistake.messages);
  }
}

TEST(EarlyTerminateReader, ComparesFoldsWhereThereAreSome) {
  const std::string wilcoxon = "early_terminate: {type: wilcoxon}\n";
  EXPECT_EQ(read("dataset: {source: digits, folds: 3}\n" + wilcoxon).early_terminate.size(), 1U);
  EXPECT_EQ(messages(kData + wilcoxon),
            "s.yaml:2:19: error: 'wilcoxon' compares trials fold by fold; it needs dataset.folds, "
            "for instance dataset: {folds: 5}\n");
}

}  // namespace
}  // namespace hpsearch::runner
