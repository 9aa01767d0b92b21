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

search::HyperbandSpec early(const std::string& yaml) {
  return read(kData + yaml).early_terminate.value();
}

TEST(EarlyTerminateReader, TakesTheDefaultsOfWandb) {
  EXPECT_FALSE(read(kData).early_terminate);
  const auto spec = early("early_terminate: {type: hyperband, min_iter: 4}\n");
  EXPECT_EQ(spec.min_iter, 4);
  EXPECT_EQ(spec.eta, 3.0);
  EXPECT_TRUE(spec.strict);
  auto bands = hyperband_bands(spec);
  bands.resize(5);
  EXPECT_THAT(bands, ElementsAre(4, 12, 36, 108, 324));
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
  const auto& spec = file.spec.early_terminate.value();
  EXPECT_FALSE(spec.strict);
  EXPECT_THAT(hyperband_bands(spec), ElementsAre(6, 12, 25));
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
       "s.yaml:2:25: error: 'type' must be hyperband; found 'hyperbnd'; did you mean "
       "'hyperband'?\n"
       "s.yaml:2:40: error: 'eta' must be a number above 1; found 1\n"
       "s.yaml:2:53: error: 'min_iter' must be a whole number from 1 to 1000000000; found 0\n"},
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

TEST(EarlyTerminateReader, RefusesTrialsInFolds) {
  EXPECT_EQ(messages("dataset: {source: digits, folds: 3}\n"
                     "early_terminate: {type: hyperband, min_iter: 3}\n"),
            "s.yaml:2:1: error: 'early_terminate' compares single trainings, and with "
            "'dataset.folds' a trial has several; leave one of the two out\n");
}

}  // namespace
}  // namespace hpsearch::runner
