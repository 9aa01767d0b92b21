#include "runner/run/progress.h"

#include <cstdio>
#include <string>

#include <gtest/gtest.h>

namespace hpsearch::runner {
namespace {

ProgressSnapshot half_way() {
  return {.metric = "val_accuracy",
          .trials_done = 12,
          .trials_total = 24,
          .best_value = 0.98264,
          .best_trial = 7,
          .elapsed_seconds = 10.0,
          .epochs = 250.0,
          .share = 0.5};
}

TEST(Progress, SaysTheBestTheSpeedAndTheTimeLeft) {
  EXPECT_EQ(progress_text(half_way()),
            "12/24 trials, best val_accuracy 0.9826 (trial 7), 25 epochs/s, 0:10 left");
}

TEST(Progress, CountsPrunedTrials) {
  ProgressSnapshot s = half_way();
  s.trials_pruned = 5;
  EXPECT_EQ(progress_text(s),
            "12/24 trials, 5 pruned, best val_accuracy 0.9826 (trial 7), 25 epochs/s, 0:10 left");
}

TEST(Progress, LeavesOutWhatIsNotKnown) {
  ProgressSnapshot s;
  s.trials_total = 24;
  EXPECT_EQ(progress_text(s), "0/24 trials");
  s = half_way();
  s.share = 1.0;
  EXPECT_EQ(progress_text(s), "12/24 trials, best val_accuracy 0.9826 (trial 7), 25 epochs/s");
  s = half_way();
  s.share = 0.001;
  EXPECT_EQ(progress_text(s),
            "12/24 trials, best val_accuracy 0.9826 (trial 7), 25 epochs/s, 2:46:30 left");
}

std::string written(std::FILE* file) {
  std::rewind(file);
  std::string text(1000, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file));
  return text;
}

TEST(Progress, PrintsALineForEachNewBestAndEachTenSeconds) {
  std::FILE* file = std::tmpfile();
  LinePrinter printer(file);
  Progress progress(printer);
  ProgressSnapshot s = half_way();
  for (const double seconds : {10.0, 11.0, 12.0, 19.9, 20.1}) {
    s.elapsed_seconds = seconds;
    progress.show(s);
  }
  s.best_value = 0.99;
  progress.show(s);
  const std::string text = written(file);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  std::fclose(file);
}

TEST(Progress, DoesNotRepeatItsLastLine) {
  std::FILE* file = std::tmpfile();
  LinePrinter printer(file);
  Progress progress(printer);
  ProgressSnapshot s = half_way();
  progress.show(s);
  s.elapsed_seconds = 10.5;  // another speed, and nothing else
  progress.finish(s);
  const std::string once = written(file);
  EXPECT_EQ(std::count(once.begin(), once.end(), '\n'), 1) << once;
  ++s.trials_done;
  progress.finish(s);
  const std::string twice = written(file);
  EXPECT_EQ(std::count(twice.begin(), twice.end(), '\n'), 2) << twice;
  std::fclose(file);
}

}  // namespace
}  // namespace hpsearch::runner
